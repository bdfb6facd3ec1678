"""What is wrong with a firm's registration or missing in it: until both are mended nobody can submit it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ..deferred import email_validator
from ..errors import TextRefused
from ..language import gettext as _
from ..language import number
from ..messaging.numbers import to_call
from .registration_fields import FIELDS
from .registration_kinds import NO_NUMBER, SOLE, Field, Kind

Values = Mapping[str, str]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HOST = re.compile(r"(?!-)([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}", re.IGNORECASE)


def tidy(given: Values) -> dict[str, str]:
    """Every field of the form: blanks at the ends, line ends, a missing ``https://`` and unknown names put right."""
    return {name: _tidy(field, given.get(name, "")) for name, field in FIELDS.items()}


def _tidy(field: Field, text: str) -> str:
    text = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if field.kind is Kind.TEXT:
        return text
    text = " ".join(text.split())
    if field.kind is Kind.URL and text and "://" not in text:
        return f"https://{text}"
    return text.upper() if field.name in ("region", "postal_code", "registration_type") else text


def check(values: Values) -> dict[str, str]:
    """A sentence for each field that is missing or wrong, in the order of the form; empty: ready to submit."""
    values = tidy(values)
    faults = missing(values) | wrong(values)
    return {name: faults[name] for name in FIELDS if name in faults}


def missing(values: Values) -> dict[str, str]:
    """A sentence for each field that has to be filled in and is not."""
    excused = {"registration_number"} if values.get("registration_type") == NO_NUMBER else set()
    return {
        name: " ".join((_("Missing."), _(field.help)))
        for name, field in FIELDS.items()
        if field.required and not values.get(name) and name not in excused
    }


def wrong(values: Values) -> dict[str, str]:
    """A sentence for each field that holds what it cannot hold. What is empty is not wrong."""
    values = tidy(values)
    faults: dict[str, str] = {}
    for name, field in FIELDS.items():
        sentence = _fault(field, values[name]) if values[name] else None
        if sentence is None and name in BETWEEN and values[name]:
            sentence = BETWEEN[name](values)
        if sentence is not None:
            faults[name] = sentence
    return faults


def _fault(field: Field, text: str) -> str | None:
    if len(text) > field.longest:
        return _(
            "This has %(count)s characters; the form takes at most %(most)s. Shorten it.",
            count=number(len(text)),
            most=number(field.longest),
        )
    by_kind = CHECKS.get(field.kind)
    return by_kind(field, text) if by_kind else None


def _choice(field: Field, text: str) -> str | None:
    return None if text in dict(field.choices) else " ".join((_("There is no such choice."), _(field.help)))


def _url(field: Field, text: str) -> str | None:
    cure = _("Write the whole address, like https://www.example.com/page.")
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").encode("idna").decode()
    except ValueError:
        return cure
    good = parts.scheme in ("http", "https") and _HOST.fullmatch(host) and "@" not in parts.netloc and " " not in text
    return None if good else cure


def _email(field: Field, text: str) -> str | None:
    try:
        email_validator.validate_email(text, check_deliverability=False, allow_display_name=False)
    except email_validator.EmailNotValidError:
        return _("Mail cannot be sent to this address. Write one address, like office@yourfirm.com.")
    return None


def _phone(field: Field, text: str) -> str | None:
    try:
        to_call(text)
    except TextRefused as error:
        return error.sentence
    return None


CHECKS: Mapping[Kind, Callable[[Field, str], str | None]] = {
    Kind.CHOICE: _choice,
    Kind.URL: _url,
    Kind.EMAIL: _email,
    Kind.PHONE: _phone,
}


def _number_of_its_kind(values: Values) -> str | None:
    written = re.sub(r"[\s-]", "", values["registration_number"]).upper()
    kind = values["registration_type"]
    if kind == "EIN" and not re.fullmatch(r"[0-9]{9}", written):
        return _("An EIN has nine digits, like 12-3456789. It stands on the IRS letter CP 575 or 147C.")
    if kind == "CBN" and not re.fullmatch(r"[0-9]{9}([A-Z]{2}[0-9]{4})?", written):
        return _("A Canadian business number has nine digits, like 123456789 or 123456789 RC0001.")
    return _("Choose above what kind of number this is, or leave it empty.") if kind == NO_NUMBER else None


def _kind_of_number(values: Values) -> str | None:
    if values["registration_type"] == NO_NUMBER and values["entity"] != SOLE:
        return _("Only a sole proprietor may register without a number. Choose the kind of number that the firm has.")
    return None


def _region(values: Values) -> str | None:
    return None if re.fullmatch(r"[A-Z]{2}", values["region"]) else _("Write the two letters, like IL or ON.")


def _postal_code(values: Values) -> str | None:
    forms = {
        "US": (r"[0-9]{5}(-[0-9]{4})?", _("A ZIP code has five digits, like 60601.")),
        "CA": (r"[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]", _("A Canadian postal code is like M5V 2T6.")),
    }
    form, sentence = forms.get(values["country"], (".*", ""))
    return None if re.fullmatch(form, values["postal_code"]) else sentence


#: Fields that are right or wrong only beside another one.
BETWEEN: Mapping[str, Callable[[Values], str | None]] = {
    "registration_number": _number_of_its_kind,
    "registration_type": _kind_of_number,
    "region": _region,
    "postal_code": _postal_code,
}

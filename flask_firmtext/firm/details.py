"""How a firm is reached beside texts: the alternative e-mail address and phone that stand in every automatic text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..deferred import email_validator
from ..errors import DecryptError, FormRefused, TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging.numbers import to_call
from ..store import cells, keys, queries
from ..store.ciphers import Place
from ..store.models import Texting

Sessions = Session | scoped_session[Any]

#: A template with a longer address would not fit into two texts.
LONGEST_EMAIL = 64
NEITHER = marked("Give an email address or a phone number: clients who cannot text you need another way.")
NO_ADDRESS = marked("Mail cannot be sent to this address. Write one address, like office@yourfirm.com.")


@dataclass(frozen=True, slots=True)
class Details:
    """At least one of the two; ``phone`` in E.164."""

    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


def check(session: Sessions, firm: str, email: str, phone: str) -> Details:
    """What a person typed, in our form.

    :raises FormRefused: a sentence for each wrong field, ``email`` or ``phone``.
    """
    faults: dict[str, str] = {}
    found = Details(_email(email.strip(), faults), _phone(session, firm, phone.strip(), faults))
    if not faults and not (found.email or found.phone):
        faults["email"] = _(NEITHER)
    if faults:
        raise FormRefused(faults)
    return found


def _email(given: str, faults: dict[str, str]) -> str | None:
    if not given:
        return None
    try:
        address = email_validator.validate_email(given, check_deliverability=False, allow_display_name=False).normalized
    except email_validator.EmailNotValidError:
        faults["email"] = _(NO_ADDRESS)
        return None
    if len(address) > LONGEST_EMAIL:
        faults["email"] = _(
            "Use an address of at most %(most)s characters: it has to fit into a text.", most=LONGEST_EMAIL
        )
    return address


def _phone(session: Sessions, firm: str, given: str, faults: dict[str, str]) -> str | None:
    if not given:
        return None
    try:
        number = to_call(given)
    except TextRefused as error:
        faults["phone"] = error.sentence
        return None
    if is_for_texts(session, firm, number):
        faults["phone"] = _("This is a number for texts: calls to it are not answered. Use your office's number.")
    return number


def is_for_texts(session: Sessions, firm: str, number: str) -> bool:
    """Whether calls to a firm's number (E.164) are answered by nobody.

    Compared here: a database that logs its statements is told no typed number, and nobody learns of another firm's.
    """
    return number in queries.own_numbers(session, firm)


def readable(session: Sessions, firm: str, email: str | None, phone: str | None, *, texts: str) -> Details:
    """What a host knew before; what is no address or number is left out, for the firm to give anew.

    So is a number for texts, ``texts`` (E.164) among them: nobody answers calls to it.
    """
    faults: dict[str, str] = {}
    address = _email(email or "", faults)
    try:
        number = to_call(phone) if phone else None
    except TextRefused:
        number = None
    if number is not None and (number == texts or is_for_texts(session, firm, number)):
        number = None
    return Details(address, number)


def of(session: Sessions, row: Texting) -> Details:
    """A firm's details; what cannot be read is left out."""
    given = [(name, cell) for name in ("email", "phone") if (cell := getattr(row, name)) is not None]
    read = cells.read(session, [(_place(row.firm, name), cell) for name, cell in given])
    return Details(
        **{name: text for (name, _cell), text in zip(given, read, strict=True) if not isinstance(text, DecryptError)}
    )


def sealed(session: Sessions, firm: str, details: Details) -> dict[str, bytes | None]:
    """The two as columns of :class:`Texting`."""
    return {name: _sealed(session, firm, name, getattr(details, name)) for name in ("email", "phone")}


def _sealed(session: Sessions, firm: str, name: str, text: str | None) -> bytes | None:
    return cells.seal(session, _place(firm, name), text, scope=keys.GENERAL) if text else None


def _place(firm: str, name: str) -> Place:
    return Place(Texting.__tablename__, name, firm, firm)

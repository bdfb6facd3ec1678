"""A firm's registration with the carriers: collected once, checked, kept encrypted, exported ready to submit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError, FormRefused
from ..language import gettext as _
from ..language import marked
from ..messaging.numbers import to_call
from ..ports.values import Firm
from ..store import audit, cells, erasing, keys
from ..store.ciphers import Place
from ..store.models import Registration
from ..store.transactions import notes
from ..store.upsert import insert_or_update
from . import registration_checks as checks
from .details import is_for_texts
from .refusals import Doubt, warnings
from .registration_fields import FIELDS
from .registration_kinds import NO_NUMBER, Field, Kind

Sessions = Session | scoped_session[Any]

TEXT_NUMBER = marked("This is a number for texts: nobody answers calls to it. Give the number of the office.")
#: A name that is longer would leave no room in a sample text.
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in a firm's form. ``saved_at`` is None until somebody has saved it.

    ``unreadable`` says that something was saved and cannot be decrypted.
    """

    values: Mapping[str, str] = field(repr=False)
    saved_at: datetime | None = None
    saved_by: str | None = None
    unreadable: bool = False

    @property
    def faults(self) -> dict[str, str]:
        """What is wrong or missing, a sentence a field; empty when it can be submitted."""
        return checks.check(self.values)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What carriers commonly refuse."""
        return warnings(self.values)


def filled(session: Sessions, firm: Firm) -> Form:
    """What was saved, over what the host knows, over words of ours."""
    row = session.get(Registration, firm.ref)
    if row is None:
        return Form(_merged({}, firm))
    text = cells.read(session, [(_place(firm.ref), row.details)])[0]
    if isinstance(text, DecryptError):
        return Form(_merged({}, firm), row.changed_at, row.changed_by, unreadable=True)
    return Form(_merged(json.loads(text), firm), row.changed_at, row.changed_by)


def _merged(saved: Mapping[str, str], firm: Firm) -> dict[str, str]:
    return {name: _value(asked, saved, firm) for name, asked in FIELDS.items()}


def _value(asked: Field, saved: Mapping[str, str], firm: Firm) -> str:
    """An optional field that somebody has emptied stays empty."""
    if asked.name in saved and (saved[asked.name] or not asked.required):
        return saved[asked.name]
    return _known(firm, asked.source) or asked.ours.replace("{firm}", firm.name[:LONGEST_NAME])


def _known(firm: Firm, source: str) -> str:
    found: Any = firm
    for name in source.split("."):
        found = getattr(found, name, None)
    return str(found or "")


def save(session: Sessions, firm: str, values: Mapping[str, str], *, by: str) -> None:
    """Keep what a person filled in, encrypted; joined. Something may be missing still, nothing may be wrong.

    :raises FormRefused: a sentence for each wrong field.
    """
    values = checks.tidy(values)
    faults = checks.wrong(values)
    phone = values["contact_phone"]
    if phone and "contact_phone" not in faults and is_for_texts(session, firm, to_call(phone)):
        faults["contact_phone"] = _(TEXT_NUMBER)
    if faults:
        raise FormRefused(faults)
    details = cells.seal(session, _place(firm), json.dumps(values), scope=keys.GENERAL)
    changed = {"details": details, "changed_by": by, "changed_at": firmtext.clock.now()}
    insert_or_update(session, Registration, ["firm"], {"firm": firm, **changed}, changed)
    audit.record(session, "registration.save", (Registration.__tablename__, firm), firm=firm, actor=by)
    notes(session).show(firm)


def change(session: Session, firm: Firm, given: Mapping[str, str], *, by: str) -> None:
    """Like :func:`save`, where what is left out stays as it is; whoever else is changing it is waited for.

    :raises FormRefused: a sentence for each wrong field.
    :raises DecryptError: what would have to stay cannot be read.
    """
    erasing.take_turn(session, firm.ref)  # a turn of the firm's that is there before its first registration is
    row = session.get(Registration, firm.ref, with_for_update=True)
    stays = FIELDS.keys() - given.keys()
    saved = json.loads(cells.unseal(session, _place(firm.ref), row.details)) if row and stays else {}
    save(session, firm.ref, {**_merged(saved, firm), **given}, by=by)


def export(values: Mapping[str, str], number: str) -> dict[str, Any]:
    """The registration of one number (E.164) as the carrier's form asks for it, ready to submit.

    :raises FormRefused: a sentence for each field that is missing or wrong.
    """
    values = checks.tidy(values)
    if faults := checks.check(values):
        raise FormRefused(faults)
    document: dict[str, Any] = {"numbers": [_digits(number)]}
    for name, asked in FIELDS.items():
        if values[name] and (name, values[name]) != ("registration_type", NO_NUMBER):
            _put(document, asked.carrier, _digits(values[name]) if asked.kind is Kind.PHONE else values[name])
    return document


def _digits(number: str) -> str:
    """The carrier takes E.164 without the sign."""
    return to_call(number).removeprefix("+")


def _put(document: dict[str, Any], path: str, value: str) -> None:
    *folders, name = path.split(".")
    for folder in folders:
        document = document.setdefault(folder, {})
    if name.endswith("[]"):
        document.setdefault(name.removesuffix("[]"), []).append(value)
    else:
        document[name] = value


def _place(firm: str) -> Place:
    return Place(Registration.__tablename__, "details", firm, firm)

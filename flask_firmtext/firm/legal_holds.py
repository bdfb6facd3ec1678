"""Legal holds: nothing of a contact, a matter or the whole firm is erased while one stands.

A hold and the erasing of a conversation take the same turn, so one of them is first; and each conversation is erased in
one moment or not at all. So a hold that is set while a night's work goes on keeps everything that is there still.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError, FormRefused
from ..language import gettext as _
from ..language import marked
from ..ports import promises
from ..store import audit, cells, erasing, keys, legal_hold_queries
from ..store.base import new_id
from ..store.legal_hold_queries import CONTACT, FIRM, MATTER
from ..store.models import LegalHold, LegalHoldContact
from ..store.transactions import own, reading
from ..store.upsert import insert_once

KINDS = (CONTACT, MATTER, FIRM)
LONGEST = 1000
WHY = marked("Say why: the next one who reads this was not there.")
TOO_LONG = marked("That is too long; a few sentences are enough.")
STANDS = marked("This hold stands already.")
take_turn = erasing.take_turn


@dataclass(frozen=True, slots=True)
class Shown:
    """A hold with its reasons in words, None where they cannot be read."""

    id: uuid.UUID
    kind: str
    object: str
    since: datetime
    by: str
    why: str | None = field(repr=False)
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None = field(repr=False)


def covered(firm: str, kind: str, object_: str) -> frozenset[str]:
    """The contacts (references) whom a hold would cover. What the host raises goes on to the caller."""
    if kind == CONTACT:
        return frozenset({object_})
    if kind == FIRM:
        return frozenset()
    port = firmtext.host.for_firm(firm).matters
    found = promises.parties("contacts_of", port.contacts_of(object_))
    return frozenset(party.contact.ref for party in found)


def put(firm: str, kind: str, object_: str, why: str, *, by: str, row_id: uuid.UUID | None = None) -> uuid.UUID:
    """Set a hold on ``object_`` (the host's reference; empty for the firm), with this id where one is given.

    :raises FormRefused: no reason, or it stands already.
    """
    why = reason(why)
    contacts = covered(firm, kind, object_)
    row_id = row_id or new_id()
    with own() as session:
        take_turn(session, firm)
        cell = cells.seal(session, cells.place(LegalHold, "why", row_id, firm), why, scope=keys.GENERAL)
        row = {"id": row_id, "firm": firm, "kind": kind, "object": object_, "why": cell, "by": by}
        if not insert_once(session, LegalHold, **row, since=firmtext.clock.now()):
            raise FormRefused({"hold": _(STANDS)})
        _cover(session, firm, row_id, contacts)
        table = (LegalHold.__tablename__, row_id)
        audit.record(session, "legal_hold.put", table, firm=firm, actor=by, became=kind, evidence=object_ or None)
    return row_id


def lift(firm: str, hold_id: uuid.UUID, why: str, *, by: str) -> bool:
    """Let what a hold kept go its way again. Returns whether it stood. :raises FormRefused: no reason."""
    why = reason(why)
    with own() as session:
        take_turn(session, firm)
        cell = cells.seal(session, cells.place(LegalHold, "lifted_why", hold_id, firm), why, scope=keys.GENERAL)
        standing = (LegalHold.firm == firm, LegalHold.id == hold_id, LegalHold.lifted_at.is_(None))
        lifted = session.execute(
            update(LegalHold)
            .where(*standing)
            .values(lifted_at=firmtext.clock.now(), lifted_by=by, lifted_why=cell)
            .returning(LegalHold.kind, LegalHold.object)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if lifted is not None:
            table = (LegalHold.__tablename__, hold_id)
            told = {"was": lifted.kind, "evidence": lifted.object or None}
            audit.record(session, "legal_hold.lift", table, firm=firm, actor=by, **told)
    return lifted is not None


def refresh(firm: str) -> None:
    """Let the holds on matters cover whoever is in them now, too. What the host raises goes on to the caller: as long
    as it does not answer nobody knows what is held."""
    with reading() as session:
        standing = legal_hold_queries.standing_on_matters(session, firm)
        known = legal_hold_queries.covered_by(session, firm, list(standing))
    for hold, matter in standing.items():
        if new := covered(firm, MATTER, matter) - known.get(hold, frozenset()):
            with own() as session:
                _cover(session, firm, hold, new)


def listed(firm: str) -> Sequence[LegalHold]:
    """A firm's holds, those that stand first, then the newest; their reasons are not read."""
    with reading() as session:
        rows = legal_hold_queries.holds(session, firm, standing=False)
    return sorted(rows, key=lambda one: one.lifted_at is not None)


def read(rows: Iterable[LegalHold]) -> list[Shown]:
    """The same with their reasons."""
    with reading() as session:
        return [_shown(session, row) for row in rows]


def shown(firm: str) -> list[Shown]:
    """A firm's holds, those that stand first, then the newest."""
    return read(listed(firm))


def on_contacts(firm: str, contacts: Iterable[str]) -> list[Shown]:
    """The holds that stand on the firm or cover one of these contacts (references)."""
    with reading() as session:
        return [_shown(session, row) for row in legal_hold_queries.standing_on(session, firm, set(contacts))]


def _shown(session: Session, row: LegalHold) -> Shown:
    why, lifted = _words(session, row, "why"), _words(session, row, "lifted_why")
    return Shown(row.id, row.kind, row.object, row.since, row.by, why, row.lifted_at, row.lifted_by, lifted)


def _words(session: Session, row: LegalHold, column: str) -> str | None:
    cell = getattr(row, column)
    try:
        return cells.unseal(session, cells.place(LegalHold, column, row.id, row.firm), cell) if cell else None
    except DecryptError:
        return None


def _cover(session: Session, firm: str, hold: uuid.UUID, contacts: Iterable[str]) -> None:
    for contact in sorted(contacts):
        insert_once(session, LegalHoldContact, hold_id=hold, contact=contact, firm=firm)


def reason(why: str) -> str:
    """A reason as it was typed. :raises FormRefused: it is none."""
    why = why.strip()
    if not why or len(why) > LONGEST:
        raise FormRefused({"why": _(TOO_LONG if why else WHY)})
    return why

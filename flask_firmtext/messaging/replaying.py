"""Clients' texts that came before we knew their number: once it is known, they go where they belong.

A text in quarantine and the same text in a conversation are one row at every moment: it is taken out and stored in
one transaction. Where it does not belong to a conversation, it stays in quarantine, now the firm's.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from ..errors import DecryptError
from ..store import audit, cells, keys, number_queries
from ..store.ciphers import Place
from ..store.models import Quarantine
from ..store.transactions import own, reading
from . import placing, quarantine


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept text whose number (E.164) is a firm's by now."""

    id: uuid.UUID
    number: str
    firm: str


def waiting() -> Sequence[Waiting]:
    """The kept texts that have a place by now, the oldest first. One that cannot be read stays where it is."""
    with reading() as session:
        rows = number_queries.kept_texts(session)
        found = []
        for row, body in zip(rows, cells.read(session, [_cell(row) for row in rows]), strict=True):
            if isinstance(body, DecryptError):
                continue
            for number in {event.to for event in quarantine.texts_in(body)}:
                if (firm := _firm_of(session, number)) is not None:
                    found.append(Waiting(row.id, number, firm))
    return found


def _firm_of(session: Session, e164: str) -> str | None:
    row = placing.number_of(session, e164)
    return None if row is None else row.firm or None


def _cell(row: Quarantine) -> tuple[Place, bytes]:
    return cells.place(Quarantine, "body", row.id, row.firm), row.body


def replay(kept: Waiting, *, by: str) -> bool:
    """Store a kept text as if it had come when it did. Returns whether it was still there; a step of our own."""
    with own() as session:
        taken = session.execute(
            delete(Quarantine)
            .where(Quarantine.id == kept.id, Quarantine.reason == "number_unknown")
            .returning(Quarantine.body, Quarantine.received_at)
            .execution_options(synchronize_session=False)
        ).one_or_none()
        if taken is None:
            session.rollback()
            return False
        body = cells.unseal(session, cells.place(Quarantine, "body", kept.id, keys.INSTALLATION), taken.body)
        for event in quarantine.texts_in(body):
            placing.store(session, event, quarantine.request_of(body), received=taken.received_at)
        table = (Quarantine.__tablename__, kept.id)
        audit.record(session, "quarantine.replay", table, firm=kept.firm, actor=by, evidence=kept.number)
    return True

"""What the carrier brought for the firm and what has no place: a list without a word of it, and a page with it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Query, Session, defer

from ...errors import DecryptError
from ...store import cells
from ...store.models import Quarantine as Kept
from ..access import Visitor
from . import access, words
from .filters import OneOf, Since, Until
from .record import Record
from .records import FirmRecords

KINDS = {"inbound": "Text", "status": "Report"}
REASONS = {
    "stranger": "From a number that the firm has never texted",
    "conflict": "The carrier repeated a text with other words",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A kept webhook in the list."""

    id: uuid.UUID
    received_at: Markup | str
    kind: str
    reason: Markup | str


class Quarantine(FirmRecords):
    """Everything of the firm that is kept, the newest first. What is nobody's is for operators."""

    column_list = Line.__match_args__[1:]
    column_labels = dict(received_at="Received", reason="Why it is kept")  # noqa: C408, RUF012 - a table of Flask-Admin's
    column_filters = (
        OneOf(Kept.kind, "Kind", KINDS),
        OneOf(Kept.reason, "Why it is kept", REASONS),
        Since(Kept.received_at, "Received"),
        Until(Kept.received_at, "Received"),
    )
    order = (Kept.received_at, Kept.id)
    empty = "Nothing is kept. Texts that have no place yet, such as those of strangers, are listed here."

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        return query.options(defer(Kept.body, raiseload=True))

    def lines(self, session: Session, rows: Sequence[Kept], who: Visitor) -> list[Line]:
        return [
            Line(
                id=row.id,
                received_at=words.time(row.received_at, who.firm.zone),
                kind=KINDS.get(row.kind, row.kind),
                reason=REASONS.get(row.reason) or words.code(row.reason),
            )
            for row in rows
        ]

    def record(self, session: Session, row: Kept, who: Visitor) -> Record:
        access.must(who, "quarantine.read")
        access.record_view(who, "quarantine.view", Kept.__tablename__, row.id)
        body = cells.read(session, [(cells.place(Kept, "body", row.id, row.firm), row.body)])[0]
        line = self.lines(session, [row], who)[0]
        facts = [(label, getattr(line, name)) for name, label in self._list_columns]
        unreadable = isinstance(body, DecryptError)
        return Record(facts, None if isinstance(body, DecryptError) else body, unreadable)

"""Sending attempts: each POST, what became of it and how we know. Nothing in them is content."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import abort, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from ...language import gettext as _
from ...language import marked
from ...store import admin_queries
from ...store.models import Attempt
from ..access import Visitor
from . import access, words
from .filters import OneOf, Since, Until
from .names import Name
from .record import Record
from .records import FirmRecords


@dataclass(frozen=True, slots=True)
class Line:
    """An attempt in the list."""

    id: uuid.UUID
    message: Markup
    n: int
    claimed_at: Markup | str
    claimed_by: str
    outcome: str
    evidence: Markup | str
    carrier_id: Markup | str
    closed_at: Markup | str


class Attempts(FirmRecords):
    """Every attempt of the firm, the newest first."""

    column_list = Line.__match_args__[1:]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        message=Name("Text of"),
        n=Name("No."),
        claimed_at=Name("Claimed"),
        claimed_by=Name("Claimed by"),
        outcome=Name("Outcome"),
        evidence=Name("Evidence"),
        carrier_id=Name("Carrier's id"),
        closed_at=Name("Closed"),
    )
    column_filters = (
        OneOf(Attempt.outcome, marked("Outcome"), words.OUTCOMES),
        Since(Attempt.claimed_at, marked("Claimed")),
        Until(Attempt.claimed_at, marked("Claimed")),
    )
    order = (Attempt.claimed_at, Attempt.id)
    empty = marked("No attempts yet. There is one for each time that a text is handed to the carrier.")

    def whose(self, session: Session, firm: str, rows: Sequence[Attempt]) -> Mapping[uuid.UUID, Collection[uuid.UUID]]:
        found = admin_queries.conversations_of(session, firm, {row.message_id for row in rows})
        return {row.id: [found[row.message_id]] for row in rows if row.message_id in found}

    def lines(self, session: Session, rows: Sequence[Attempt], who: Visitor) -> list[Line]:
        zone = who.firm.zone
        made = admin_queries.made_at(session, who.firm.ref, {row.message_id for row in rows})
        return [
            Line(
                id=row.id,
                message=words.link(
                    url_for("firmtext_messages.details_view", id=row.message_id),
                    words.time(made.get(row.message_id), zone) or _("an unknown time"),
                ),
                n=row.n,
                claimed_at=words.time(row.claimed_at, zone),
                claimed_by=row.claimed_by,
                outcome=_(words.OUTCOMES.get(row.outcome, row.outcome)),
                evidence=words.code(row.evidence),
                carrier_id=words.code(row.carrier_id),
                closed_at=words.time(row.closed_at, zone),
            )
            for row in rows
        ]

    def record(self, session: Session, row: Attempt, who: Visitor) -> Record:
        conversation = admin_queries.conversations_of(session, who.firm.ref, [row.message_id]).get(row.message_id)
        if conversation is None:
            abort(404)
        access.open_for_reading(who, session, conversation)
        line = self.lines(session, [row], who)[0]
        facts = (
            *((label, getattr(line, name)) for name, label in self._list_columns),
            (_("Deadline"), words.time(row.deadline, who.firm.zone)),
            (_("Our reference at the carrier"), words.code(str(row.id))),
        )
        return Record([(label, value) for label, value in facts if value != ""])

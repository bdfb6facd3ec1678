"""Everything that was said and decided about texting the firm's clients, without a text, a number or a name."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from ...language import gettext as _
from ...language import marked
from ...messaging import proof
from ...store import admin_queries
from ...store.models import ConsentEvent
from ..access import Visitor
from . import words
from .filters import OneOf, Since, Until
from .names import Name
from .record import Record
from .records import FirmRecords


@dataclass(frozen=True, slots=True)
class Line:
    """A consent event in the list."""

    id: uuid.UUID
    noted_at: Markup | str
    change: str
    by: str
    how: str
    at: Markup | str


class Consents(FirmRecords):
    """Every event of the firm, the newest first. There is no way to alter one, here or anywhere."""

    column_list = Line.__match_args__[1:]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        noted_at=Name("Heard of"), change=Name("What changed"), by=Name("By"), how=Name("How"), at=Name("Said")
    )
    column_filters = (
        OneOf(ConsentEvent.change, marked("What changed"), proof.CHANGES),
        Since(ConsentEvent.noted_at, marked("Heard of")),
        Until(ConsentEvent.noted_at, marked("Heard of")),
    )
    order = (ConsentEvent.noted_at, ConsentEvent.id)
    empty = marked("Nobody has opted out yet, nor in again.")

    def whose(
        self, session: Session, firm: str, rows: Sequence[ConsentEvent]
    ) -> Mapping[uuid.UUID, Collection[uuid.UUID]]:
        """That of the text that says so; else every one with the number."""
        of_texts = admin_queries.conversations_of(session, firm, {row.message_id for row in rows if row.message_id})
        of_numbers = admin_queries.conversations_with(session, firm, {row.phone_index for row in rows})
        return {
            row.id: [of_texts[row.message_id]]
            if row.message_id and row.message_id in of_texts
            else of_numbers.get(row.phone_index, ())
            for row in rows
        }

    def lines(self, session: Session, rows: Sequence[ConsentEvent], who: Visitor) -> list[Line]:
        actors = words.actors(row.by for row in rows)
        return [
            Line(
                id=row.id,
                noted_at=words.time(row.noted_at, who.firm.zone),
                change=_(proof.CHANGES.get(row.change, row.change)),
                by=actors[row.by],
                how=proof.how(row.evidence),
                at=words.time(row.at, who.firm.zone),
            )
            for row in rows
        ]

    def record(self, session: Session, row: ConsentEvent, who: Visitor) -> Record:
        line = self.lines(session, [row], who)[0]
        facts: list[tuple[str, Any]] = [(label, getattr(line, name)) for name, label in self._list_columns]
        if row.message_id is not None:
            to = url_for("firmtext_messages.details_view")
            facts.append((_("Text"), words.link(to, _("The text"), id=row.message_id)))
        return Record(facts)

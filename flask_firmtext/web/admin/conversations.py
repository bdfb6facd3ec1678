"""Conversations: with which firm number and how long; with whom stands on the page of one, which is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Query, Session, defer

from ...language import gettext as _
from ...language import marked
from ...messaging.numbers import display
from ...messaging.shown import read_phones
from ...messaging.threads import UNREADABLE
from ...store import admin_queries
from ...store.models import Conversation
from ..access import Visitor
from . import access, words
from .filters import Since, Until
from .names import Name
from .record import Record
from .records import FirmRecords


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation in the list."""

    id: uuid.UUID
    number: str
    last_at: Markup | str
    texts: Markup | str
    created_at: Markup | str
    closed_at: Markup | str


class Conversations(FirmRecords):
    """Every conversation of the firm, that with the newest text first."""

    column_list = Line.__match_args__[1:]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        number=Name("Firm's number"),
        last_at=Name("Last text"),
        texts=Name("Texts"),
        created_at=Name("Begun"),
        closed_at=Name("Closed"),
    )
    column_filters = (
        Since(Conversation.last_at, marked("Last text")),
        Until(Conversation.last_at, marked("Last text")),
    )
    order = (Conversation.last_at, Conversation.id)
    empty = marked("No conversations yet. One begins with the first text that somebody sends to a contact.")

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        return query.options(defer(Conversation.phone, raiseload=True))

    def whose(
        self, session: Session, firm: str, rows: Sequence[Conversation]
    ) -> Mapping[uuid.UUID, Collection[uuid.UUID]]:
        return {row.id: [row.id] for row in rows}

    def lines(self, session: Session, rows: Sequence[Conversation], who: Visitor) -> list[Line]:
        ids = [row.id for row in rows]
        numbers = admin_queries.numbers_of(session, who.firm.ref, ids)
        texts = admin_queries.texts_in(session, who.firm.ref, ids)
        return [_line(row, numbers, texts, who) for row in rows]

    def record(self, session: Session, row: Conversation, who: Visitor) -> Record:
        subject = access.open_for_reading(who, session, row.id)
        access.record_view(who, "conversation.view", Conversation.__tablename__, row.id)
        phone = read_phones(session, [row])[row.id]
        line = self.lines(session, [row], who)[0]
        facts = (
            (_("Contact"), access.contact_names(who, row, phone, subject)),
            (_("Contact's number"), display(phone) if phone else _(UNREADABLE)),
            (_("Firm's number"), line.number),
            (_("Texts"), line.texts),
            (_("Begun"), line.created_at),
            (_("Last text"), line.last_at),
            (_("Closed"), line.closed_at),
        )
        return Record([(name, value) for name, value in facts if value != ""])


def _line(row: Conversation, numbers: Mapping[uuid.UUID, str], texts: Mapping[uuid.UUID, int], who: Visitor) -> Line:
    zone = who.firm.zone
    return Line(
        id=row.id,
        number=display(numbers[row.id]),
        last_at=words.time(row.last_at, zone),
        texts=words.link(url_for("firmtext_messages.index_view", conversation=row.id), texts.get(row.id, 0)),
        created_at=words.time(row.created_at, zone),
        closed_at=words.time(row.closed_at, zone),
    )

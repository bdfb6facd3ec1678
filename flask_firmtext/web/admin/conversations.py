"""Conversations: with which firm number and how long; with whom stands on the page of one, which is recorded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Query, Session, defer

from ...messaging.numbers import display
from ...messaging.shown import read_phones
from ...messaging.threads import UNREADABLE
from ...store import admin_queries
from ...store.models import Conversation
from ..access import Visitor
from . import access, words
from .filters import Since, Until
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
        number="Firm's number", last_at="Last text", texts="Texts", created_at="Begun", closed_at="Closed"
    )
    column_filters = (Since(Conversation.last_at, "Last text"), Until(Conversation.last_at, "Last text"))
    order = (Conversation.last_at, Conversation.id)
    empty = "No conversations yet. One begins with the first text that somebody sends to a contact."

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        return query.options(defer(Conversation.phone, raiseload=True))

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
            ("Contact", access.contact_names(who, row, phone, subject)),
            ("Contact's number", display(phone) if phone else UNREADABLE),
            ("Firm's number", line.number),
            ("Texts", line.texts),
            ("Begun", line.created_at),
            ("Last text", line.last_at),
            ("Closed", line.closed_at),
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

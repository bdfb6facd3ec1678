"""Messages: a list without a word of any text, and the page of one, which is decrypted and recorded."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Query, Session, defer

from ...language import gettext as _
from ...language import marked
from ...messaging import owners, sequels
from ...messaging.numbers import display
from ...messaging.shown import Sequel, Text, Wording, read_bodies, read_phones
from ...messaging.threads import UNREADABLE
from ...messaging.wording import REASONS, STATES, reason_words
from ...store import admin_queries, inbox_queries, queries, repeat_queries
from ...store.models import Conversation, Message
from ...store.states import Direction, State
from ..access import Visitor
from . import access, history, words
from .filters import Exactly, OneOf, Since, Until
from .names import Name
from .pages import identity
from .record import Record
from .repeating import CHOSEN, Repeating, offered, sequel_of


@dataclass(frozen=True, slots=True)
class Line:
    """A text in the list; ``selectable``: it may be chosen to be sent again."""

    id: uuid.UUID
    created_at: Markup | str
    direction: str
    kind: str
    state: Markup | str
    reason: str
    code: Markup | str
    author: str
    segments: int
    tries: int | str
    selectable: bool


class Messages(Repeating):
    """Every text of the firm; ``?conversation=ID`` lists those of one."""

    routes = ("index_view", "details_view", "action_view")
    column_list = Line.__match_args__[1:-1]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        created_at=Name("Time"),
        direction=Name("Direction"),
        kind=Name("Kind"),
        state=Name("State"),
        reason=Name("Reason"),
        code=Name("Carrier code"),
        author=Name("Author"),
        segments=Name("Segments"),
        tries=Name("Tries"),
    )
    column_filters = (
        OneOf(Message.state, marked("State"), STATES),
        OneOf(Message.reason, marked("Reason"), {reason: known.label for reason, known in REASONS.items()}),
        Exactly(Message.code, marked("Carrier code")),
        OneOf(Message.kind, marked("Kind"), words.KINDS),
        OneOf(Message.direction, marked("Direction"), words.DIRECTIONS),
        Since(Message.created_at, marked("Time")),
        Until(Message.created_at, marked("Time")),
    )
    order = (Message.created_at, Message.id)
    empty = marked("No texts yet. They are listed here as soon as somebody sends or receives one.")

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        query = query.options(defer(Message.body, raiseload=True))
        conversation = request.args.get("conversation")
        return query if conversation is None else query.filter(Message.conversation_id == identity(conversation))

    def whose(self, session: Session, firm: str, rows: Sequence[Message]) -> Mapping[uuid.UUID, Collection[uuid.UUID]]:
        return {row.id: [row.conversation_id] for row in rows}

    def lines(self, session: Session, rows: Sequence[Message], who: Visitor) -> list[Line]:
        numbers = admin_queries.numbers_of(session, who.firm.ref, {row.conversation_id for row in rows})
        said = repeat_queries.said_of(session, who.firm.ref, _doubted(rows))
        wording = _wording(session, rows, who, [one.by for one in said.values()])
        tries = admin_queries.tries_of(session, who.firm.ref, [row.id for row in rows])
        found = []
        for row in rows:
            line = _line(row, wording.text(row, None, numbers[row.conversation_id]), tries.get(row.id, 0), who)
            one = said.get(row.id)
            told = sequels.told(one, wording.names, who.firm.zone) if one else ""
            found.append(replace(line, state=_beside(line.state, told)))
        return found

    def record(self, session: Session, row: Message, who: Visitor) -> Record:
        subject = access.open_for_reading(who, session, row.conversation_id)
        access.record_view(who, "message.view", Message.__tablename__, row.id)
        found = inbox_queries.conversation(session, who.firm.ref, row.conversation_id)
        assert found is not None  # noqa: S101 - a foreign key sees to it
        conversation, number = found
        phone = read_phones(session, [conversation])[conversation.id]
        after = sequel_of(session, row, conversation, who)
        attempted = admin_queries.tries_of(session, who.firm.ref, [row.id]).get(row.id, 0)
        text = _wording(session, [row], who).text(row, read_bodies(session, [row])[row.id], number)
        facts = (
            (_("Contact"), access.contact_names(who, conversation, phone, subject)),
            (_("Contact's number"), display(phone) if phone else _(UNREADABLE)),
            (_("Firm's number"), display(number)),
            *_facts(row, text, attempted, who),
            *_after(after),
            (_("Conversation"), _conversation_link(conversation)),
        )
        return Record(
            tuple((name, value) for name, value in facts if value not in ("", None)),
            text.body,
            text.body is None,
            history.tables(session, row, who),
            row.id,
            offered(after, subject, who),
        )


def _wording(session: Session, rows: Sequence[Message], who: Visitor, people: Sequence[str] = ()) -> Wording:
    names = owners.names_of([*(row.author for row in rows if row.author), *people])
    return Wording(who.firm, queries.standing_holds(session, who.firm.ref), names)


def _doubted(rows: Sequence[Message]) -> Sequence[uuid.UUID]:
    """The texts of which somebody may have said something."""
    return [row.id for row in rows if row.direction == Direction.OUT and row.state not in sequels.UNTRIED]


def _beside(state: str, said: str) -> Markup | str:
    return Markup("{}<br><small>{}</small>").format(state, said) if said else state


def _line(row: Message, text: Text, tries: int, who: Visitor) -> Line:
    return Line(
        id=row.id,
        created_at=words.time(row.created_at, who.firm.zone),
        direction=_(words.DIRECTIONS[row.direction]),
        kind=words.kind(row),
        state=_state(row, text),
        reason=reason_words(row.reason).label if row.reason else "",
        code=words.code(row.code),
        author=text.author or "",
        segments=row.segments,
        tries="" if row.direction == Direction.IN else tries,
        selectable=row.direction == Direction.OUT and row.state in CHOSEN,
    )


def _state(row: Message, text: Text) -> str:
    """The reason of a failure has a column of its own."""
    return _(STATES[row.state]) if text.inbound or row.state == State.FAILED else text.words


def _facts(row: Message, text: Text, tries: int, who: Visitor) -> tuple[tuple[str, Any], ...]:
    zone, line = who.firm.zone, _line(row, text, tries, who)
    return (
        (_("Direction"), line.direction),
        (_("Kind"), line.kind),
        (_("Author"), line.author),
        (_("State"), line.state),
        (_("Since"), words.time(row.state_at, zone)),
        (_("Reason"), line.reason),
        (_("What it means"), text.help.meaning if text.help else ""),
        (_("What to do"), text.help.next_step if text.help else ""),
        (_("Carrier code"), line.code),
        (_("Partly delivered"), _("A part of it arrived.") if text.partly else ""),
        (_("Time"), line.created_at),
        (_("Sent by the client"), words.time(row.shown_at, zone) if text.inbound else ""),
        (_("Not before"), words.time(row.not_before, zone)),
        (_("Not after"), words.time(row.expires_at, zone)),
        (_("Segments"), row.segments),
        (_("Tries"), line.tries),
        (_("Carrier's id"), words.code(row.carrier_id)),
        (_("Repeats"), _message_link(row.retry_of, _("an earlier text")) if row.retry_of else ""),
    )


def _after(after: Sequel) -> tuple[tuple[str, Any], ...]:
    """What came after it: a new text, and what somebody said about it."""
    why = _("The reason cannot be read.") if after.why is None else after.why
    new = _message_link(after.again.text, _("a new text")) if after.again else ""
    return ((_("Sent again as"), new), (_("What somebody said"), f"{after.said} {why}".strip()))


def _message_link(message: uuid.UUID, label: str) -> Markup:
    return words.link(url_for("firmtext_messages.details_view", id=message), label)


def _conversation_link(conversation: Conversation) -> Markup:
    return words.link(url_for("firmtext_conversations.details_view", id=conversation.id), _("Open the conversation"))

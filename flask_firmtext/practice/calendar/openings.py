"""For which invitation a client's answer is meant. Whatever is not plain is for none: ambiguity never confirms."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...errors import DecryptError
from ...messaging import answer_words
from ...messaging.answer_words import Said
from ...ports.values import Answer
from ...store import cells, reply_queries
from ...store.models import CalendarEvent, Message, Notice
from ...store.reply_queries import Asked
from ...store.states import Purpose
from . import facts, needs
from .facts import Facts

#: A bare number answers a list no longer than this: later it may mean anything.
REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reply:
    """A client's text that is an answer; ``at`` is the carrier's time."""

    message: uuid.UUID
    firm: str
    conversation: uuid.UUID
    at: datetime
    position: int
    said: Said


@dataclass(frozen=True, slots=True)
class Open:
    """An invitation that a client was asked about, by text, in this conversation.

    ``current``: the client was asked about the time at which the event is now. ``invited_at`` is when the client was
    last told of it as of something new.
    """

    invitation: uuid.UUID
    contact: str
    event: str
    sequence: int
    current: bool
    invited_at: datetime
    facts: Facts = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meant:
    """What a reply says, and for what it may be meant: for one, or it has to be asked for which."""

    answer: Answer | None = None
    open: tuple[Open, ...] = ()

    @property
    def one(self) -> Open | None:
        return self.open[0] if self.answer is not None and len(self.open) == 1 and self.open[0].current else None


NOTHING = Meant()


def reply(session: Session, message: uuid.UUID) -> Reply | None:
    """A client's text as an answer; None when it cannot be read, or is none."""
    row = session.get_one(Message, message)
    said = _said(session, row)
    if said is None:
        return None
    return Reply(row.id, row.firm, row.conversation_id, row.shown_at, row.position, said)


def meant(session: Session, reply: Reply) -> Meant:
    """What a reply is meant for, as everything stands now."""
    if reply.said.n is not None:
        return _listed(session, reply, reply.said.n)
    asked = reply_queries.asked(session, reply.firm, reply.conversation, reply.at)
    by_invitation: dict[uuid.UUID, list[Asked]] = {}
    for one in asked:
        by_invitation.setdefault(one.invitation.id, []).append(one)
    found = [_open(session, rows) for rows in by_invitation.values()]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return NOTHING
    return Meant(reply.said.answer, tuple(sorted(known, key=lambda one: (one.facts.starts_at, one.invitation))))


def _listed(session: Session, reply: Reply, n: int) -> Meant:
    rows = reply_queries.listed(session, reply.firm, reply.conversation, reply.at)
    row = next((one for one in rows if one.notice.n == n), None)
    if row is None:
        return NOTHING
    answer = reply.said.answer or _asked_about(session, row.message, reply.at)
    asked = reply_queries.asked(session, reply.firm, reply.conversation, reply.at)
    found = _open(session, [*(one for one in asked if one.invitation.id == row.invitation.id), row])
    return NOTHING if answer is None or found is None else Meant(answer, (found,))


def _asked_about(session: Session, which: Message, at: datetime) -> Answer | None:
    """The answer because of which we asked "which one?"."""
    if which.answers is None or at - which.created_at > REMEMBERED:
        return None
    said = _said(session, session.get_one(Message, which.answers))
    return said.answer if said is not None else None


def _said(session: Session, row: Message) -> Said | None:
    text = cells.read(session, [(cells.place(Message, "body", row.id, row.firm), row.body)])[0]
    return None if isinstance(text, DecryptError) else answer_words.of(text)


def _open(session: Session, rows: Sequence[Asked]) -> Open | None:
    one, event = rows[-1].invitation, rows[-1].event
    now = needs.read(session, event)
    if now is None:
        return None
    notices = [row.notice for row in rows]
    new = [notice.created_at for notice in notices if notice.purpose == Purpose.CREATED]
    return Open(
        invitation=one.id,
        contact=one.contact,
        event=event.event,
        sequence=event.sequence,
        current=_is_current(session, event, notices, now),
        invited_at=max(new, default=one.created_at),
        facts=now,
    )


def _is_current(session: Session, event: CalendarEvent, notices: Sequence[Notice], now: Facts) -> bool:
    """Whether the client was told of the time that is: also of one to which the event has come back."""
    if any(notice.sequence == event.sequence for notice in notices):
        return True
    told = [notice for notice in notices if notice.facts]
    if not told:
        return False
    text = cells.read(session, [(needs.place_of(told[-1]), told[-1].facts or b"")])[0]
    return not isinstance(text, DecryptError) and facts.read(text).when == now.when


def contacts(found: Iterable[Open]) -> Sequence[str]:
    """Whose invitations these are, once each."""
    return list(dict.fromkeys(one.contact for one in found))


def numbered(found: Iterable[Open]) -> Mapping[int, Open]:
    """Invitations as a list numbers them."""
    return dict(enumerate(found, 1))

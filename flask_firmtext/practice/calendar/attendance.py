"""What became of an event's invitations by text, read for many people, or many events, at once."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...store import attendance_queries, calendar_queries, queries
from ...store.calendar_queries import TELLING
from ...store.models import CalendarEvent, Hold, Invitation, Message, Notice, Reminder
from ...store.states import EventState, Purpose, State
from . import needs

Sessions = Session | scoped_session[Any]
Told = tuple[Notice, Message | None]

#: How a text ends that the client never got, though it was to be sent.
LOST = frozenset({State.FAILED, State.EXPIRED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Attendance:
    """One contact's invitation. ``last`` is the newest text that tells of the event, or why there was none.

    ``next`` is what a text is still to be made about, ``reminded`` the reminders that became texts, ``planned`` those
    to come and those that were missed.
    """

    event: CalendarEvent
    invitation: Invitation
    last: Told | None
    next: Purpose | None
    reminded: Sequence[Told] = ()
    planned: Sequence[Reminder] = ()

    @property
    def takes_place(self) -> bool:
        return self.invitation.wanted and self.event.state == EventState.PLANNED

    @property
    def answer(self) -> str | None:
        return self.invitation.answer

    @property
    def answered_before_the_move(self) -> bool:
        """The answer was for a time at which the event does not take place any more."""
        return self.answer is not None and self.invitation.answer_sequence != self.event.sequence

    @property
    def lost(self) -> bool:
        """The client does not have what the newest text was to tell."""
        return self.last is not None and is_lost(*self.last)

    @property
    def has_been_told(self) -> bool:
        """Whether the client may have read the newest text."""
        text = self.last[1] if self.last else None
        return text is not None and text.state not in (State.QUEUED, State.SENDING, *LOST)

    @property
    def waits(self) -> bool:
        """Whether something can be hurried."""
        at, now = self.invitation.notice_at, firmtext.clock.now()
        texts = [told[1] for told in (self.last, *self.reminded) if told and told[1]]
        return (at is not None and at > now) or any(
            text.state == State.QUEUED and text.quiet_zone and text.not_before and text.not_before > now
            for text in texts
        )


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody who was ever invited to an event by text, with what stops texts of the firm now."""

    event: CalendarEvent
    people: Sequence[Attendance]
    holds: Sequence[Hold]
    ways: Mapping[uuid.UUID, str] = field(repr=False)


def is_lost(notice: Notice, message: Message | None) -> bool:
    """Whether a text was not made, or did not arrive."""
    return notice.refused is not None or (message is not None and message.state in LOST)


def register(session: Sessions, firm: str, ref: str) -> Register | None:
    """What became of everybody's invitation to an event; None when nobody was ever to be notified of it."""
    event = calendar_queries.event(session, firm, ref)
    if event is None:
        return None
    people = calendar_queries.invitations(session, event.id)
    ids = [one.id for one in people]
    told, planned = _by_invitation(session, ids), attendance_queries.reminders(session, ids)
    nexts = _nexts(session, event, people)
    found = [
        Attendance(
            event,
            one,
            _last(told.get(one.id, ())),
            nexts.get(one.id),
            [pair for pair in told.get(one.id, ()) if pair[0].purpose == Purpose.REMINDER and pair[1] is not None],
            [row for row in planned if row.invitation_id == one.id],
        )
        for one in people
    ]
    texts = {text.conversation_id for pairs in told.values() for _, text in pairs if text is not None}
    ways = attendance_queries.ways(session, firm, texts)
    return Register(event, found, queries.standing_holds(session, firm), ways)


def of_events(session: Sessions, firm: str, refs: Collection[str]) -> Mapping[str, Sequence[Attendance]]:
    """The same in short for many events (the host's references): who is invited, the last text and the answer."""
    rows = attendance_queries.standing(session, firm, refs)
    told = _by_invitation(session, [one.id for _, one in rows])
    found: dict[str, list[Attendance]] = {}
    for event, one in rows:
        found.setdefault(event.event, []).append(Attendance(event, one, _last(told.get(one.id, ())), None))
    return found


def _by_invitation(session: Sessions, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Told]]:
    """A text that was withdrawn because the event changed told nobody anything."""
    found: dict[uuid.UUID, list[Told]] = {}
    for notice, message in calendar_queries.notices(session, ids):
        if message is None or notice.refused is None:
            found.setdefault(notice.invitation_id, []).append((notice, message))
    return found


def _last(told: Sequence[Told]) -> Told | None:
    return next((pair for pair in reversed(told) if pair[0].purpose in TELLING), None)


def _nexts(session: Sessions, event: CalendarEvent, people: Sequence[Invitation]) -> Mapping[uuid.UUID, Purpose | None]:
    now = needs.read(session, event)
    if now is None:
        return {}
    known = needs.known_to(session, people, otherwise=now)
    planned, at = event.state == EventState.PLANNED, firmtext.clock.now()
    return {one.id: needs.purpose(one.wanted and planned, now, known.get(one.id), at) for one in people}

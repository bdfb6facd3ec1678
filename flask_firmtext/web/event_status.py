"""How an event's invitations by text stand, for each contact, on the host's page of the event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import request

from ..current import firmtext
from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy, textable
from ..messaging.moments import clock_time, moment
from ..messaging.owners import Subject, shielded
from ..messaging.shown import Text, Wording
from ..ports.values import Contact
from ..practice.calendar import attendance, letters, not_sent
from ..practice.calendar.attendance import Attendance, Register
from ..store import inbox_queries
from ..store.models import CalendarEvent, Message, Notice, Reminder
from ..store.states import EventState, Purpose, ReminderState, State
from ..store.transactions import reading
from . import times
from .access import Visitor, visitor
from .paths import here
from .problems import Problem

PURPOSES: Mapping[str, str] = {
    Purpose.CREATED: marked("Invitation"),
    Purpose.UPDATED: marked("Update"),
    Purpose.CANCELLED: marked("Cancellation"),
    Purpose.REMINDER: marked("Reminder"),
}
ANSWERS: Mapping[str, tuple[str, str]] = {
    "confirmed": (marked("Confirmed"), marked("Confirmed the earlier time")),
    "declined": (marked("Declined"), marked("Declined the earlier time")),
}
NO_ANSWER = marked("No answer")
#: What is said once on the page after a press, by the word that its address bears.
SAID = {
    "sent": marked("It goes out now."),
    "again": marked("We try again."),
    "nothing": marked("Nothing was waiting any more."),
}
#: A try of these again would be refused again: only the client can change it.
NOT_AGAIN = frozenset({"opted_out", "asks_for_none"})


@dataclass(frozen=True, slots=True)
class Step:
    """One text, or one to come: ``kind`` is a state of a text, ``waits`` or ``missed``; ``help`` explains it."""

    what: str
    words: str
    kind: str
    when: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One contact. ``conversation`` is where the texts are, for who may read it."""

    invitation: uuid.UUID
    name: str = field(repr=False)
    url: str | None
    answer: str
    answer_kind: str
    answered: str
    steps: Sequence[Step]
    conversation: uuid.UUID | None
    waits: bool
    again: bool
    off: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """``back`` is the host's page, ``said`` what was done from it."""

    lines: Sequence[Line]
    back: str
    said: str = ""
    gone: bool = False


def status(event: object) -> Status | None:
    """What the slot draws; None where nobody was ever notified by text, or the user may not see it."""
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
    except Problem as problem:
        if problem.code in (401, 404):
            return None
        raise
    lines, found = read(who, str(event))
    said = _(SAID.get(request.args.get("firmtext", ""), ""))
    gone = found is not None and found.event.state == EventState.GONE
    return Status(lines, here("firmtext"), said, gone) if lines else None


def read(who: Visitor, event: str) -> tuple[Sequence[Line], Register | None]:
    """The contacts whom this user may see; none where the event is not to be seen, or nobody was notified by text."""
    with reading() as session:
        found = attendance.register(session, who.firm.ref, event)
        if found is None or not who.may("event.read", about(found.event)):
            return (), None
        shown = inbox_queries.contacts(session, who.firm.ref, list(found.ways))
        people = _people(who, found)
        refused = textable.refusals(session, who.firm.ref, people.values())
    return _Lines(who, found, shown, people, refused).all(), found


def about(event: CalendarEvent) -> Subject:
    """What the host is asked about before anything of an event is shown."""
    return Subject(event.firm, event=event.event, matter=event.matter)


def _people(who: Visitor, found: Register) -> Mapping[str, Contact]:
    refs = [one.invitation.contact for one in found.people]
    nobody: Mapping[str, Contact] = {}
    return shielded("Contacts.by_refs", lambda: tenancy.contacts(who.ports, refs), nobody)


@dataclass(frozen=True, slots=True)
class _Lines:
    who: Visitor
    found: Register
    shown: Mapping[uuid.UUID, tuple[str, ...]]
    people: Mapping[str, Contact] = field(repr=False)
    refused: Mapping[str, str]

    def all(self) -> list[Line]:
        """Of those contacts whom the user may see."""
        firm = self.who.firm.ref
        subjects = [Subject(firm, (one.invitation.contact,)) for one in self.found.people]
        for action in ("conversation.read", "message.send"):
            self.who.foresee(action, subjects)
        return [
            self._line(one)
            for one in self.found.people
            if (one.takes_place or one.last or one.next)
            and self.who.may("conversation.read", Subject(firm, (one.invitation.contact,)))
        ]

    def _line(self, one: Attendance) -> Line:
        contact = self.people.get(one.invitation.contact)
        answer, kind = self._answer(one)
        answered = one.invitation.answered_at
        sendable = self.who.may("message.send", Subject(self.who.firm.ref, (one.invitation.contact,)))
        return Line(
            one.invitation.id,
            contact.name if contact else _("Contact is gone"),
            contact.url if contact else None,
            answer,
            kind,
            self._at(answered) if answered and one.takes_place else "",
            self._steps(one),
            self._conversation(one),
            sendable and one.waits and one.invitation.contact not in self.refused,
            sendable and self._again(one),
            "" if one.invitation.wanted else _("Not notified by text any more"),
        )

    def _answer(self, one: Attendance) -> tuple[str, str]:
        if not one.takes_place:
            return "", ""
        if one.answer is None or one.answer not in ANSWERS:
            return (_(NO_ANSWER), "none") if one.has_been_told else ("", "")
        words, earlier = ANSWERS[one.answer]
        return (_(earlier), "earlier") if one.answered_before_the_move else (_(words), str(one.answer))

    def _again(self, one: Attendance) -> bool:
        waits = one.invitation.notice_at is not None
        code = self.refused.get(one.invitation.contact)
        return one.lost and one.next is not None and not waits and code not in NOT_AGAIN

    def _steps(self, one: Attendance) -> list[Step]:
        code = self.refused.get(one.invitation.contact)
        steps = [self._told(*one.last, code)] if one.last else []
        if one.invitation.notice_at is not None and one.next is not None:
            steps.append(self._to_come(one, one.next, one.invitation.notice_at))
        steps += [self._told(*pair, code) for pair in one.reminded]
        if one.takes_place:
            steps += [self._planned(one, row) for row in one.planned]
        if not steps and one.event.starts_at <= firmtext.clock.now():
            words = _("Not sent: %(reason)s", reason=not_sent.why("begun"))
            steps.append(Step(_(PURPOSES[Purpose.CREATED]), words, "missed"))
        return steps

    def _told(self, notice: Notice, message: Message | None, code: str | None) -> Step:
        what = _(PURPOSES.get(notice.purpose, PURPOSES[Purpose.CREATED]))
        if message is None:
            words = _("Not sent: %(reason)s", reason=not_sent.why(notice.refused))
            return Step(what, words, "missed", self._at(notice.created_at))
        if message.state == State.CANCELLED and code in NOT_AGAIN:
            words = _("Not sent: %(reason)s", reason=not_sent.why(code))
            return Step(what, words, "missed", self._at(message.state_at))
        if message.state == State.QUEUED and code == letters.ASKED:
            return _undecided(what)
        text = self._text(message)
        help_ = f"{text.help.meaning} {text.help.next_step}" if text.help else ""
        at = "" if message.state == State.QUEUED else self._at(message.state_at)
        return Step(what, text.words, str(message.state), at, help_)

    def _text(self, message: Message) -> Text:
        wording = Wording(self.who.firm, self.found.holds, {})
        return wording.text(message, None, self.found.ways.get(message.conversation_id, ""))

    def _to_come(self, one: Attendance, purpose: Purpose, at: datetime) -> Step:
        now = firmtext.clock.now()
        words = _("Goes at %(time)s", time=clock_time(at, self.who.firm.zone)) if at > now else _("Sending…")
        return self._waits(one, purpose, words)

    def _planned(self, one: Attendance, row: Reminder) -> Step:
        if row.state == ReminderState.MISSED:
            words = _("Not sent: %(reason)s", reason=not_sent.why(row.why))
            return Step(_(PURPOSES[Purpose.REMINDER]), words, "missed", self._at(row.due_at))
        when = moment(row.due_at, firmtext.clock.now(), self.who.firm.zone)
        return self._waits(one, Purpose.REMINDER, _("Will be sent %(when)s", when=when))

    def _waits(self, one: Attendance, purpose: Purpose, words: str) -> Step:
        """A text to come; of somebody who cannot be texted as it stands, why there will be none."""
        code, what = self.refused.get(one.invitation.contact), _(PURPOSES[purpose])
        if code == letters.ASKED:
            return _undecided(what)
        if code is None:
            return Step(what, words, "waits")
        return Step(what, _("Will not be sent: %(reason)s", reason=not_sent.why(code)), "missed")

    def _conversation(self, one: Attendance) -> uuid.UUID | None:
        texts = [pair[1] for pair in (one.last, *one.reminded) if pair and pair[1]]
        if not texts:
            return None
        where_ = texts[0].conversation_id
        subject = Subject(self.who.firm.ref, self.shown.get(where_, ()), str(where_))
        return where_ if self.who.may("conversation.read", subject) else None

    def _at(self, at: datetime) -> str:
        return times.exact(at, firmtext.clock.now(), self.who.firm.zone)


def _undecided(what: str) -> Step:
    """A text that waits for somebody to decide whether the client wants it."""
    return Step(what, _("Waiting: %(reason)s", reason=not_sent.why(letters.ASKED)), "waits")

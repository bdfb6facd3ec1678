"""Clients who answer invitations: texts that have gone out, replies as a carrier brings them, and what became of it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from diary import DAY, HOUR, NOON, Diary
from evidence import rows
from flask_firmtext.practice.calendar import answers, responding
from flask_firmtext.store import cells
from flask_firmtext.store.models import Attempt, Conversation, EventAnswer, Invitation, Message, Notice
from flask_firmtext.store.states import Kind, Outcome, State
from flask_firmtext.store.transactions import own, reading
from hearing import ROSA, text_from

START = NOON + 9 * DAY + 3 * HOUR


class Replies(Diary):
    """A diary whose clients answer."""

    def invites(self, start: datetime = START, **more: Any) -> None:
        """An event is saved, and its text has gone out."""
        self.saves(start, **more)
        self.works()
        self.goes_out()

    def goes_out(self, state: State = State.DELIVERED) -> None:
        """Everything that waits is sent now."""
        with own() as session:
            for row in session.scalars(select(Message).where(Message.state == State.QUEUED)).all():
                attempt = Attempt(
                    id=uuid.uuid4(), firm=row.firm, message_id=row.id, n=1, claimed_by="test", outcome=Outcome.ACCEPTED
                )
                attempt.claimed_at = attempt.deadline = self.clock.now()
                session.add(attempt)
                row.state, row.current_attempt = state, attempt.id

    def says(self, text: str, *, later: timedelta = HOUR / 60, phone: str = ROSA, **more: Any) -> uuid.UUID | None:
        """A client's text, a minute later, and everything that comes of it here."""
        self.clock.move(later)
        message = text_from(text, sender=phone, **{"at": self.clock.now(), **more})
        self.settles()
        return message

    def settles(self) -> None:
        for message in answers.due():
            answers.settle(message)

    def responds(self) -> None:
        """The host is told everything that is due."""
        while due := responding.due():
            for one in due:
                responding.tell(one)

    def stands(self, contact: str = "rosa") -> str | None:
        """The answer of a contact's one invitation."""
        [row] = rows(Invitation, Invitation.contact == contact)
        return row.answer  # type: ignore[no-any-return]

    def answers(self) -> list[str]:
        return [row.answer for row in sorted(rows(EventAnswer), key=lambda row: (row.at, row.n))]

    def automatic(self) -> list[str]:
        """The words of every text that answers a client."""
        found = rows(Message, Message.kind == Kind.AUTO_REPLY, Message.state != State.CANCELLED)
        with reading() as session:
            return [
                cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body)
                for row in sorted(found, key=lambda row: row.position)
            ]

    def waits(self) -> bool:
        """Whether the conversation waits for the firm."""
        [row] = rows(Conversation)
        return row.waiting_since is not None

    def lists(self) -> list[int]:
        return [row.n for row in sorted(rows(Notice, Notice.purpose == "which"), key=lambda row: row.n)]

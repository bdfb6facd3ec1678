"""A firm's calendar at a clock of ours: events are saved and told, texts are made, and read as clients read them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from flask_firmtext import FirmText
from flask_firmtext.clock import FixedClock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import overdue
from flask_firmtext.parsing import Quiet
from flask_firmtext.practice.calendar import reminders, telling
from flask_firmtext.store import cells
from flask_firmtext.store.models import Message, Notice
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import Office

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: A Monday noon in Chicago, where the firm is.
NOON = datetime(2031, 6, 2, 17, 0, tzinfo=UTC)
NIGHT = Quiet(time(21), time(8))


class Diary:
    """What happens in a firm's calendar; needs an application context."""

    def __init__(self, app: Flask, at: datetime = NOON, quiet: Quiet | None = NIGHT) -> None:
        self.clock = FixedClock(at)
        state = app.extensions["firmtext"]
        state.clock, state.settings.quiet_hours = self.clock, quiet
        self.office = Office(app)
        self.host = self.office.host
        self.firmtext = FirmText()

    def saves(
        self,
        start: datetime,
        *,
        invite: Iterable[str] | None = ("rosa",),
        ref: str = "hearing",
        title: str = "Hearing",
        firm: str = "harbor",
        **more: Any,
    ) -> None:
        """The firm saves an event and tells us, in one transaction."""
        event = self.host.add_event(firm, title, start, ref=ref, **more)
        self.tells(lambda: self.firmtext.event_saved(event, invite, firm=firm))

    def cancels(self, ref: str = "hearing", firm: str = "harbor") -> None:
        """The firm cancels an event and tells us."""
        self.tells(lambda: self.firmtext.event_cancelled(ref, firm=firm))

    def tells(self, call: Callable[[], object]) -> None:
        """One transaction of the host."""
        call()
        firmtext.db.session.commit()

    def works(self, by: timedelta = timedelta(0)) -> None:
        """Time goes by, and everything that is due is done once."""
        self.clock.move(by)
        overdue.expire()
        for due, step in (
            (telling.due, telling.tell),
            (reminders.stale, reminders.renew),
            (reminders.due, reminders.send),
        ):
            for one in due():
                step(one)

    def passes(self, by: timedelta, step: timedelta = HOUR) -> None:
        """Time goes by in steps, at each of which everything is done that is due."""
        end = self.clock.now() + by
        while self.clock.now() < end:
            self.works(min(step, end - self.clock.now()))

    def texts(self, *, cancelled: bool = False) -> list[tuple[str, str]]:
        """Purpose and words of every text about an event, in order; those that were withdrawn only when asked for."""
        with reading() as session:
            rows = session.execute(
                select(Notice.purpose, Message)
                .join(Message, Message.id == Notice.message_id)
                .order_by(Message.created_at, Message.id)
            )
            return [
                (purpose, cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body))
                for purpose, row in rows
                if cancelled or row.state != State.CANCELLED
            ]

    def purposes(self, *, cancelled: bool = False) -> list[str]:
        """What the texts about events are for, in order."""
        return [purpose for purpose, _words in self.texts(cancelled=cancelled)]

    def refusals(self) -> list[tuple[str, str]]:
        """What was not sent, and why."""
        with reading() as session:
            rows = session.scalars(
                select(Notice)
                .where(Notice.refused.is_not(None), Notice.message_id.is_(None))
                .order_by(Notice.created_at)
            )
            return [(row.purpose, row.refused or "") for row in rows]

    def sent(self) -> None:
        """Everything that waits has gone out."""
        with own() as session:
            for row in session.scalars(select(Message).where(Message.state == State.QUEUED)):
                row.state = State.DELIVERED

    def message(self, purpose: str) -> uuid.UUID:
        """The last text for this."""
        with reading() as session:
            rows = session.scalars(
                select(Notice.message_id).where(Notice.purpose == purpose).order_by(Notice.created_at.desc())
            )
            found = rows.first()
            assert found is not None
            return found

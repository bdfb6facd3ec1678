"""The same for what is written about events: a process dies before and behind every commit: it comes once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from diary import DAY, HOUR, MINUTE, NOON
from dying import Side, at_every_commit, dies_at_commit
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import routes, scheduled, scheduled_sending, wall_times
from flask_firmtext.ports.values import Answer
from flask_firmtext.store import keys
from flask_firmtext.store.models import Conversation, EventAnswer, Invitation, Message, Notice
from flask_firmtext.store.states import Kind, State
from flask_firmtext.store.transactions import own, reading
from hearing import text_from
from replying import Replies
from rows import STAFF
from witness import hurry


@dataclass
class Desk(Replies):
    """Each try has an event and a client of its own, three weeks after the one before."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.count = 0

    def begins(self) -> str:
        """Noon of a day on which nothing has happened yet; the name of the try's event and client."""
        self.count += 1
        self.clock.at = NOON + 21 * DAY * self.count
        self.host.add_contact("harbor", f"Client {self.count}", self.phone, ref=self.name)
        return self.name

    @property
    def name(self) -> str:
        return f"try-{self.count}"

    @property
    def phone(self) -> str:
        return f"+1312555{200 + self.count:04}"

    def is_saved(self) -> None:
        """The firm saves the try's event, nine days ahead, or saves it again."""
        start = NOON + 21 * DAY * self.count + 9 * DAY + 3 * HOUR
        self.saves(start, ref=self.name, invite=(self.name,))

    def purposes_here(self) -> list[str]:
        """What the try's client was written for, in order."""
        with reading() as session:
            here = select(Notice.purpose).join(Message, Message.id == Notice.message_id)
            here = here.join(Invitation, Invitation.id == Notice.invitation_id)
            mine = here.where(Invitation.contact == self.name, Message.state != State.CANCELLED)
            return list(session.scalars(mine.order_by(Message.created_at, Message.id)))


@pytest.fixture
def desk(app: Any) -> Desk:
    hurry(firmtext.engine)
    return Desk(app)


def every(desk: Desk, one_try: Callable[[], None], step: Callable[[], object], after: Callable[[], None]) -> int:
    """``one_try`` prepares, ``step`` dies, ``after`` goes on and compares."""

    def here(n: int, side: Side) -> bool:
        desk.begins()
        one_try()
        killed = dies_at_commit(n, side, step)
        after()
        return killed

    return at_every_commit(here)


@pytest.mark.fault("F75", "F78")
def test_telling_of_an_event(desk: Desk) -> None:
    """The host dies as it saves, or the sweep as it tells: the host saves again, and the client hears of it once."""

    def step() -> None:
        desk.is_saved()
        desk.works()

    def after() -> None:
        desk.is_saved()
        for _ in range(3):
            desk.works(MINUTE)
        assert desk.purposes_here() == ["created"]

    assert every(desk, lambda: None, step, after) >= 2


@pytest.mark.fault("F15")
def test_reminding_of_an_event(desk: Desk) -> None:
    def prepare() -> None:
        desk.is_saved()
        desk.works()
        desk.sent()
        desk.clock.move(8 * DAY - 3 * HOUR)  # nine in the morning of the day before

    def after() -> None:
        for _ in range(3):
            desk.works(MINUTE)
        desk.sent()
        desk.passes(2 * DAY, 6 * HOUR)
        assert desk.purposes_here() == ["created", "reminder"]

    assert every(desk, prepare, desk.works, after) >= 1


@pytest.mark.fault("F75")
def test_answering_an_invitation(desk: Desk) -> None:
    """The client hears once that their answer was taken, and the host hears the answer with one token."""
    reply = ""

    def prepare() -> None:
        nonlocal reply
        desk.is_saved()
        desk.works()
        desk.goes_out()
        desk.clock.move(MINUTE)
        reply = str(uuid.uuid4())

    def step() -> None:
        text_from("Y", at=desk.clock.now(), sender=desk.phone, carrier_id=reply)
        desk.settles()
        desk.responds()

    def after() -> None:
        step()
        for _ in range(3):
            desk.clock.move(MINUTE)
            desk.settles()
            desk.responds()
        [one] = rows(Invitation, Invitation.contact == desk.name)
        [answer] = rows(EventAnswer, EventAnswer.invitation_id == one.id)
        assert answer.told_at is not None
        conversation = rows(Message, Message.carrier_id == reply)[0].conversation_id
        thanks = rows(Message, Message.conversation_id == conversation, Message.kind == Kind.AUTO_REPLY)
        assert len(thanks) == 1
        files = desk.host.files("harbor")
        # A host whose commit was lost with the process has heard nothing; one that kept it knows the token.
        assert files.answers.get((desk.name, desk.name)) in (Answer.CONFIRMED, None)

    assert every(desk, prepare, step, after) >= 4


@pytest.mark.fault("F15")
def test_sending_what_was_written_for_later(desk: Desk) -> None:
    def prepare() -> None:
        contact = firmtext.host.for_firm("harbor").contacts.get(desk.name)
        tomorrow = (desk.clock.now() + DAY).date().isoformat()
        when = wall_times.chosen(tomorrow, "09:00", "America/Chicago")
        with reading() as session:
            route = routes.find(session, "harbor", contact, to=None)
        with own() as session:
            given = {"user": STAFF, "contact": contact, "text": "See you", "token": desk.name, "when": when}
            scheduled.schedule(session, route, **given)
        desk.clock.at = when.due + timedelta(seconds=1)

    def step() -> None:
        for one in scheduled_sending.due():
            scheduled_sending.send(one)

    def after() -> None:
        for _ in range(3):
            step()
            desk.clock.move(HOUR)
        with reading() as session:
            where = select(Message.id).join(Conversation, Conversation.id == Message.conversation_id)
            sent = session.scalars(where.where(Conversation.phone_index == keys.index_of("harbor", desk.phone))).all()
        assert len(sent) == 1

    assert every(desk, prepare, step, after) >= 1

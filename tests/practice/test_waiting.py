"""While the practice system is asked in the background, nothing of the database is held: it may take its time."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from diary import DAY, MINUTE
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import routes, scheduled, wall_times
from flask_firmtext.practice import filing
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing.faults import VERBS
from flask_firmtext.worker import clerk, drain
from hearing import text_from
from mailroom import arrives
from office import HARBOR, ROSA, Office
from replying import Replies

CLERKS = (
    *(clerk.for_replies, clerk.for_responses, clerk.for_answers, clerk.for_notices, clerk.for_plans),
    *(clerk.for_reminders, clerk.for_scheduled),
)
#: What these steps cannot do without asking.
ASKED = {"Calendar.respond", "Contacts.get", "Documents.file", "Users.may", "Users.names", "Firms.get"}


def written_for_tomorrow(desk: Replies) -> None:
    contact = firmtext.host.for_firm("harbor").contacts.get("grace")
    assert contact is not None
    with reading() as session:
        route = routes.find(session, "harbor", contact, to=None, conversation=None)
    user, token = desk.host.users.all["staff@harbor.example"], uuid.uuid4().hex
    when = wall_times.chosen((desk.clock.now() + DAY).date().isoformat(), "09:00", "America/Chicago")
    with own() as session:
        scheduled.schedule(session, route, user=user, contact=contact, text="At ten", token=token, when=when)


def test_nothing_holds_a_connection_while_the_host_is_asked(app: Any) -> None:
    desk, held = Replies(app), dict[str, int]()
    desk.invites()
    written_for_tomorrow(desk)
    arrives(desk.office)
    desk.clock.move(MINUTE)
    text_from("Y", at=desk.clock.now())
    pool = app.extensions["sqlalchemy"].engines[None].pool

    def note(verb: str) -> None:
        held[verb] = max(held.get(verb, 0), pool.checkedout())

    for verb in VERBS:
        desk.host.fault(verb, does=partial(note, verb))
    for _day in range(3):
        for make in CLERKS:
            make(app).exhaust()
        filing.run_due()
        desk.clock.move(DAY)
    assert set(held) >= ASKED
    assert {verb for verb, most in held.items() if most} == set()


def test_texts_come_and_go_without_a_question_to_the_host(app: Any) -> None:
    office = Office(app)
    waiting = office.sends()
    office.host.calls.clear()
    said = firmtext.gateway.webhooks.text(ROSA, HARBOR, "Hello")  # type: ignore[attr-defined]
    answer = app.test_client().post("/texting/webhooks/inbound", data=said.body, headers=said.headers)
    drain.run(waiting)
    with reading() as session:
        assert (answer.status_code, session.get_one(Message, waiting).state) == (200, State.SUBMITTED)
    assert office.host.calls == []

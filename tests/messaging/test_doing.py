"""Who waits for an answer, what is lost, what is done: kept with each text, so that the table need not look for it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.messaging import accepting, conversations, doing, resolving
from flask_firmtext.messaging.accepting import Outgoing
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.store import inbox_queries
from flask_firmtext.store.inbox_pages import View
from flask_firmtext.store.models import Audit, Conversation, Failure
from flask_firmtext.store.states import Kind, State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def row(office: Office) -> Conversation:
    with reading() as session:
        return session.get_one(Conversation, office.conversation())


def shown(view: View, user: str = STAFF) -> int:
    """How many conversations a filter shows."""
    with reading() as session:
        return len(inbox_queries.page(session, "harbor", user, view=view, older_than=None, limit=9))


def settles(message: uuid.UUID, state: State, by: Move = Move.REFUSED) -> None:
    with own() as session:
        assert move(session, message, by, state, evidence="test", actor="test", reason="unreachable_number")


def automatic(office: Office, kind: Kind) -> None:
    with own() as session:
        found = session.get_one(Conversation, office.conversation())
        position = conversations.take_turn(session, found.id)
        accepting.queue(session, found, position, Outgoing("By itself", kind, "system", uuid.uuid4().hex))


def finish(office: Office, by: str = STAFF) -> bool:
    with own() as session:
        return doing.finish(session, office.conversation(), by=office.host.users.all[by])


def reopen(office: Office) -> bool:
    with own() as session:
        return doing.reopen(session, office.conversation(), by=office.host.users.all[STAFF])


def test_the_clock_runs_from_the_first_text_that_nobody_has_answered(office: Office) -> None:
    office.sends()
    assert row(office).waiting_since is None
    office.receives("one")
    since = row(office).waiting_since
    office.receives("two")
    assert row(office).waiting_since == since is not None
    office.sends()
    assert row(office).waiting_since is None


@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.REMINDER, Kind.NOTIFICATION])
def test_an_automatic_text_is_no_answer(office: Office, kind: Kind) -> None:
    office.sends()
    office.receives("When?")
    automatic(office, kind)
    assert shown(View.WAITING) == 1


@pytest.mark.parametrize(("text", "waits"), [("STOP", 0), ("HELP", 0), ("START", 0), ("YES", 1), ("When?", 1)])
def test_what_we_heed_ourselves_waits_for_no_person(office: Office, text: str, waits: int) -> None:
    office.sends()
    office.receives(text)
    assert shown(View.WAITING) == waits


def test_a_stop_does_not_stop_the_clock_of_a_question_before_it(office: Office) -> None:
    office.sends()
    office.receives("When?")
    since = row(office).waiting_since
    office.receives("STOP")
    assert row(office).waiting_since == since is not None


def test_what_is_done_waits_no_more_and_waits_again_as_before_when_it_is_reopened(office: Office) -> None:
    office.sends()
    office.receives("When?")
    since = row(office).waiting_since
    assert finish(office)
    assert not finish(office)
    assert [shown(view) for view in (View.WAITING, View.OPEN, View.DONE, View.ALL)] == [0, 0, 1, 1]
    assert reopen(office)
    assert not reopen(office)
    assert [shown(view) for view in (View.WAITING, View.OPEN, View.DONE)] == [1, 1, 0]
    assert row(office).waiting_since == since


def test_a_new_text_of_the_client_reopens_and_its_clock_starts_anew(office: Office) -> None:
    office.sends()
    office.receives("When?")
    since = row(office).waiting_since
    finish(office)
    office.receives("And where?")
    again = row(office)
    assert again.done_at is again.done_by is None
    assert since is not None and again.waiting_since is not None  # noqa: PT018
    assert again.waiting_since > since


def test_a_text_of_ours_reopens_and_an_automatic_one_does_not(office: Office) -> None:
    office.sends()
    finish(office)
    automatic(office, Kind.REMINDER)
    assert shown(View.DONE) == 1
    office.sends()
    assert shown(View.DONE) == 0


@pytest.mark.parametrize(("by", "state"), [(Move.REFUSED, State.FAILED), (Move.EXPIRE, State.EXPIRED)])
def test_a_conversation_has_failed_while_its_last_text_out_is_lost(office: Office, by: Move, state: State) -> None:
    settles(office.sends(), state, by)
    assert shown(View.FAILED) == 1
    office.receives("Hello?")
    assert shown(View.FAILED) == 1
    office.sends()
    assert shown(View.FAILED) == 0
    with reading() as session:
        assert session.scalars(select(Failure)).all() == []


def test_a_text_that_fails_after_another_went_out_is_no_failure_of_the_conversation(office: Office) -> None:
    first = office.sends()
    office.sends()
    settles(first, State.FAILED)
    assert shown(View.FAILED) == 0


def test_a_failure_that_arrived_after_all_is_none(office: Office) -> None:
    text = office.sends()
    settles(text, State.FAILED)
    settles(text, State.DELIVERED, Move.EVIDENCE)
    assert shown(View.FAILED) == 0


def test_a_failure_is_dealt_with_when_it_is_done_and_back_when_reopened(office: Office) -> None:
    settles(office.sends(), State.FAILED)
    finish(office)
    assert shown(View.FAILED) == 0
    reopen(office)
    assert shown(View.FAILED) == 1


def test_a_text_sent_again_takes_the_failure_away(office: Office) -> None:
    text = office.sends()
    office.becomes(text, State.UNKNOWN)
    with own() as session:
        resolving.resend(session, text, user=office.host.users.all[STAFF], token=uuid.uuid4().hex)
    assert shown(View.FAILED) == 0


def test_mine_is_where_i_wrote(office: Office) -> None:
    office.sends("rosa")
    office.sends("grace", by=ADMIN)
    assert [shown(View.MINE, user) for user in (STAFF, ADMIN)] == [1, 1]
    office.sends("rosa", by=ADMIN)
    assert [shown(View.MINE, user) for user in (STAFF, ADMIN)] == [1, 2]


def test_who_marked_it_done_is_recorded(office: Office) -> None:
    office.sends()
    finish(office, ADMIN)
    assert row(office).done_by == ADMIN
    with reading() as session:
        found = session.scalars(select(Audit).where(Audit.action == "conversation.done")).one()
    assert (found.actor, found.object_id) == (ADMIN, str(office.conversation()))


def test_another_firms_conversation_cannot_be_done(office: Office) -> None:
    office.sends()
    with own() as session:
        assert not doing.finish(session, office.conversation(), by=office.host.users.all["admin@summit.example"])


def test_a_conversation_that_ended_waits_for_nothing(office: Office) -> None:
    office.sends()
    office.receives("When?")
    with own() as session:
        conversations.close(session, session.get_one(Conversation, office.conversation()))
    assert shown(View.WAITING) == 0


def test_a_stale_failure_is_not_shown(office: Office) -> None:
    """One that was noted while the next text was on its way into the table."""
    settles(office.sends(), State.FAILED)
    with own() as session:
        session.execute(update(Conversation).values(last_out_position=Conversation.last_out_position + 1))
    assert shown(View.FAILED) == 0

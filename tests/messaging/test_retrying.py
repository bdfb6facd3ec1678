"""Trying a failed text again: once for each failure, where it can help, and never what may have arrived."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from diary import HOUR, NIGHT, NOON, Diary
from flask_firmtext.adapters import vonage_events
from flask_firmtext.adapters.vonage_codes import CODES, REFUSALS
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError, TextRefused
from flask_firmtext.firm import texting
from flask_firmtext.messaging import consent, repeats, resolving, retrying
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.messaging.rehearsing import Rehearsal
from flask_firmtext.ports.gateway import Again, Reason
from flask_firmtext.ports.values import User
from flask_firmtext.store.models import Conversation, Message, Notice, Number
from flask_firmtext.store.states import Kind, NumberState, State
from flask_firmtext.store.transactions import own, reading, shared
from office import ADMIN, STAFF, Office, Statements
from outbound import actions, message, rewrite, words
from racing import race

START = NOON + timedelta(days=7)


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def diary(app: Any) -> Diary:
    return Diary(app)


def failed(office: Office, code: str | None = "busy", reason: str = Reason.TEMPORARY_ERROR, **more: Any) -> uuid.UUID:
    text = office.sends()
    office.becomes(text, State.FAILED, reason=reason, code=code, **more)
    return text


def rehearsed(office: Office, *texts: uuid.UUID, by: str = STAFF) -> list[str | None]:
    """Why each would not be sent again (the error's name where it has no code); None where it would."""
    with shared() as session:
        found = Rehearsal().look(session, texts, office.host.users.all[by])
    return [why and getattr(why, "code", type(why).__name__) for why in found.values()]


def again(office: Office, text: uuid.UUID, by: str = STAFF) -> uuid.UUID:
    assert rehearsed(office, text, by=by) == [None]
    with own() as session:
        return retrying.again(session, text, user=office.host.users.all[by]).id


def refused(office: Office, text: uuid.UUID, by: str = STAFF) -> str:
    """The code with which trying again ends, and its rehearsal; nothing is written."""
    before, (why,) = rows(), rehearsed(office, text, by=by)
    with own() as session, pytest.raises(TextRefused) as found:
        retrying.again(session, text, user=office.host.users.all[by])
    assert found.value.sentence
    assert rows() == before, "though whoever called has committed"
    assert why == found.value.code
    return found.value.code


def rows() -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(Message.id).order_by(Message.created_at, Message.id)))


def opted_out() -> None:
    with own() as session:
        pair = session.execute(select(Conversation.firm, Conversation.phone_index)).first()
        assert pair is not None
        consent.lock_pair(session, *pair)
        consent.opt_out(session, *pair, consent.Said("client:STOP", "client"))


def test_a_failed_text_is_a_new_text_of_the_same_words(office: Office) -> None:
    old = failed(office)
    new = again(office, old, by=ADMIN)
    row = message(new)
    assert (row.state, row.retry_of, row.kind, row.author) == ("queued", old, "staff", ADMIN)
    assert words(new) == words(old) == "Hello"
    assert row.expires_at is not None
    assert row.expires_at - row.created_at >= timedelta(hours=23, minutes=59)
    assert (message(old).state, message(old).reason) == ("failed", "temporary_error")
    (audited,) = [one for one in actions(old) if one[0] == "message.retry"]
    assert audited[1] == ADMIN


def test_a_second_press_names_the_new_text(office: Office) -> None:
    old = failed(office)
    new = again(office, old)
    for by in (STAFF, ADMIN):
        with own() as session, pytest.raises(retrying.TriedAgain) as found:
            retrying.again(session, old, user=office.host.users.all[by])
        assert (found.value.code, found.value.text) == ("tried_again", new)
    assert len(rows()) == 2


def test_a_retry_that_fails_can_be_tried_again(office: Office) -> None:
    first = failed(office)
    second = again(office, first)
    office.becomes(second, State.FAILED, reason=Reason.TEMPORARY_ERROR, code="busy")
    third = again(office, second)
    assert (message(third).retry_of, message(second).retry_of) == (second, first)


@pytest.mark.parametrize(
    ("code", "reason", "expected"),
    [
        ("absent", Reason.UNREACHABLE_NUMBER, "not_worth_it"),
        ("spam", Reason.REJECTED_BY_CARRIER, "not_worth_it"),
        ("stopped", Reason.REJECTED_BY_CARRIER, "not_worth_it"),
        ("request", Reason.CARRIER_ERROR, "not_worth_it"),
        ("segments", Reason.UNKNOWN_ERROR, "may_have_arrived"),
        (None, Reason.UNKNOWN_ERROR, "may_have_arrived"),
        (None, Reason.CARRIER_ERROR, "not_worth_it"),
        ("new in the list", Reason.UNKNOWN_ERROR, "may_have_arrived"),
    ],
)
def test_what_the_carrier_would_refuse_again_or_may_have_delivered_is_left(
    code: str | None, reason: str, expected: str, office: Office
) -> None:
    text = failed(office, code, reason)
    assert not retrying.offered(message(text))
    assert refused(office, text) == expected


def test_a_text_of_which_a_part_may_have_arrived_is_not_sent_again(office: Office) -> None:
    assert refused(office, failed(office, partly=True)) == "may_have_arrived"


@pytest.mark.parametrize("state", [s for s in State if s not in (State.FAILED, State.EXPIRED)])
def test_only_what_has_failed_is_tried_again(state: State, office: Office) -> None:
    text = office.sends()
    office.becomes(text, state)
    assert refused(office, text) == ("may_have_arrived" if state is State.UNKNOWN else "not_failed")


def test_what_was_never_sent_for_being_late_can_be_tried_again(office: Office) -> None:
    text = office.sends()
    office.becomes(text, State.EXPIRED, expires_at=firmtext.clock.now() - HOUR)
    row = message(again(office, text))
    assert row.expires_at is not None
    assert row.expires_at > firmtext.clock.now() + timedelta(hours=23)


def test_a_failure_that_outlived_a_temporary_trouble_without_a_code_is_worth_it(office: Office) -> None:
    assert retrying.offered(message(failed(office, None)))


def test_what_a_person_knows_to_be_lost_can_be_tried_again(office: Office) -> None:
    text = office.sends()
    office.becomes(text, State.UNKNOWN)
    with own() as session:
        assert resolving.lost(session, text, user=office.host.users.all[STAFF])
    assert message(again(office, text)).retry_of == text


def turned_off(office: Office) -> None:
    with own() as session:
        texting.turn_off(session, "harbor", by=ADMIN)


def unavailable(office: Office) -> None:
    firm = office.host.for_firm("harbor") and office.host.firms.get("harbor")
    availability = replace(firm.availability, allowed=False, reason="Not in your plan.")
    office.host.firms.all["harbor"] = replace(firm, availability=availability)


def another_number(office: Office) -> None:
    contact = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(contact, numbers=(), texting_number=None))


MEANWHILE: dict[str, tuple[Callable[[Office], object], str]] = {
    "opted out": (lambda _: opted_out(), "opted_out"),
    "closed": (
        lambda _: rewrite(Conversation, Conversation.closed_at.is_(None), closed_at=firmtext.clock.now()),
        "conversation_changed",
    ),
    "number released": (
        lambda _: rewrite(Number, Number.firm == "harbor", state=NumberState.RELEASED),
        "not_on",
    ),
    "turned off": (turned_off, "not_on"),
    "not available": (unavailable, "not_available"),
    "left the contact": (another_number, "conversation_changed"),
    "host away": (lambda office: office.host.fault("Contacts.by_numbers", raises=OSError("away")), "host_silent"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_may_not_be_sent_any_more_stays_as_it_is(what: str, office: Office) -> None:
    text = failed(office)
    happens, code = MEANWHILE[what]
    happens(office)
    assert refused(office, text) == code
    assert [one for one in actions(text) if one[0] == "message.retry"] == []


@pytest.mark.parametrize("what", MEANWHILE)
def test_nor_is_one_of_which_nobody_is_sure_sent_again_then(what: str, office: Office) -> None:
    text = office.sends()
    office.becomes(text, State.UNKNOWN)
    happens, code = MEANWHILE[what]
    happens(office)
    before = rows()
    with own() as session, pytest.raises(TextRefused) as found:
        resolving.resend(session, text, user=office.host.users.all[STAFF], token="again")
    assert found.value.code == code
    assert (message(text).state, rows()) == ("unknown", before)


def test_another_firms_text_is_not_there(office: Office) -> None:
    text = failed(office)
    stranger = User("staff@summit.example", "Stan Staff", "summit")
    for one in (text, uuid.uuid4()):
        with own() as session, pytest.raises(TextRefused) as found:
            retrying.again(session, one, user=stranger)
        assert found.value.code == "not_there"
    assert rows() == [text]


def test_a_rehearsal_of_many_says_of_each_what_comes_of_it_in_as_many_looks(diary: Diary) -> None:
    """All at once, in their order: what one tells of an event anew, one behind it does not tell again."""
    diary.saves(START, invite=("rosa", "grace"))
    diary.works()
    with reading() as session:
        told = list(session.scalars(select(Notice.message_id).order_by(Notice.created_at, Notice.id)))
    diary.passes(timedelta(days=6))
    with reading() as session:
        everything = list(session.scalars(select(Notice.message_id).order_by(Notice.created_at.desc(), Notice.id)))
    assert len(everything) == 2 * len(told) == 4, "a notice and a reminder each, the reminders first"
    staff = [failed(diary.office) for _ in range(3)]
    unread, spam = failed(diary.office), failed(diary.office, "spam", Reason.REJECTED_BY_CARRIER)
    again(diary.office, staff[1])
    for text in everything:
        diary.office.becomes(text, State.FAILED, reason=Reason.TEMPORARY_ERROR, code="busy")
    rewrite(Message, Message.id == unread, body=message(staff[0]).body)
    texts = [*everything, *staff, unread, spam, uuid.uuid4()]
    with Statements(diary.office.app) as few:
        rehearsed(diary.office, everything[0], staff[0])
    with Statements(diary.office.app) as many:
        verdicts = rehearsed(diary.office, *texts)
    assert len(many.seen) == len(few.seen) <= 16
    assert verdicts == [
        None,
        None,
        "outdated",
        "outdated",
        None,
        "tried_again",
        None,
        "DecryptError",
        "not_worth_it",
        "not_there",
    ]
    assert verdicts == [tried(diary.office, text) for text in texts]


def test_a_rehearsal_asks_the_host_nothing_about_a_firm_that_may_not_text(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    text = failed(office)
    unavailable(office)
    office.host.fault("Contacts.by_numbers", raises=OSError("no such firm"))
    assert refused(office, text) == "not_available"
    assert caplog.messages == []


def tried(office: Office, text: uuid.UUID) -> str | None:
    try:
        with own() as session:
            retrying.again(session, text, user=office.host.users.all[STAFF])
    except (TextRefused, DecryptError) as why:
        return getattr(why, "code", type(why).__name__)
    return None


def test_an_automatic_answer_is_not_sent_again(office: Office) -> None:
    text = failed(office)
    rewrite(Message, Message.id == text, kind=Kind.AUTO_REPLY)
    assert refused(office, text) == "automatic_answer"


def press(office: Office, text: uuid.UUID, by: str) -> uuid.UUID:
    """As a page does, in the host's session."""
    session = firmtext.db.session
    try:
        made = retrying.again(session, text, user=office.host.users.all[by]).id
        session.commit()
    finally:
        session.remove()
    return made


def test_four_presses_at_once_are_one_text(office: Office) -> None:
    for _ in range(5):
        old = failed(office)
        found = race(office.app, *(partial(press, office, old, by) for by in (STAFF, ADMIN) * 2))
        (new,) = [one for one in found if isinstance(one, uuid.UUID)]
        late = [one for one in found if one != new]
        assert [type(one) for one in late] == [retrying.TriedAgain] * 3, late
        assert {one.text for one in late} == {new}  # type: ignore[attr-defined]
        with reading() as session:
            assert list(session.scalars(select(Message.id).where(Message.retry_of == old))) == [new]


def test_the_tables_themselves_refuse_a_second_repeat(office: Office) -> None:
    old, other = failed(office), office.sends()
    again(office, old)
    with pytest.raises(IntegrityError):
        rewrite(Message, Message.id == other, retry_of=old)


def test_a_report_that_it_arrived_wins_over_a_press_and_a_press_sees_it(office: Office) -> None:
    """Whichever is first: what has arrived is not sent again, or both are there and the report still shows."""

    def arrives(text: uuid.UUID) -> bool:
        with own() as session:
            return move(session, text, Move.EVIDENCE, State.DELIVERED, evidence="status delivered", actor="carrier")

    for _ in range(5):
        old = failed(office)
        found = race(office.app, partial(press, office, old, STAFF), partial(arrives, old))
        assert message(old).state == "delivered"
        assert True in found
        others = [one for one in found if one is not True]
        assert all(isinstance(one, uuid.UUID) or getattr(one, "code", "") == "not_failed" for one in others), others


def test_a_stop_between_the_look_and_the_turn_is_heard(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    old = failed(office)
    look = retrying.whose

    def then_a_stop(*args: Any) -> Any:
        found = look(*args)
        opted_out()
        return found

    monkeypatch.setattr(retrying, "whose", then_a_stop)
    session = firmtext.db.session
    with pytest.raises(TextRefused) as found:
        retrying.again(session, old, user=office.host.users.all[STAFF])
    session.rollback()
    assert found.value.code == "opted_out"
    assert rows() == [old]


def test_a_stop_after_the_press_withdraws_the_new_text(office: Office) -> None:
    new = again(office, failed(office))
    opted_out()
    assert message(new).state == "cancelled"


def fails(diary: Diary, purpose: str) -> uuid.UUID:
    text = diary.message(purpose)
    diary.office.becomes(text, State.FAILED, reason=Reason.TEMPORARY_ERROR, code="busy")
    return text


def test_a_notice_that_is_tried_again_is_bound_to_its_event_and_ends_with_its_beginning(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    new = again(diary.office, old)
    assert message(new).expires_at == message(old).expires_at == START
    assert message(new).kind == "notification"
    with reading() as session:
        assert list(session.scalars(select(Notice.message_id))) == [new]
    diary.saves(START + HOUR)
    diary.works()
    assert message(new).state == "cancelled", "it is withdrawn when it is no longer so"


def test_an_event_is_told_of_by_the_first_text_when_that_arrived_and_the_second_was_withdrawn(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    new = again(diary.office, old)
    with own() as session:
        assert repeats.withdraw(session, "harbor", old)
        assert not repeats.withdraw(session, "summit", old), "another firm's text is nobody's business"
    assert message(new).state == "cancelled"
    with reading() as session:
        assert list(session.scalars(select(Notice.message_id))) == [old]


def test_a_notice_of_what_has_begun_is_of_no_use(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    diary.clock.move(timedelta(days=7))
    assert not retrying.offered(message(old))
    assert refused(diary.office, old) == "too_late"


def test_a_notice_that_is_no_longer_so_is_not_sent_again(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    diary.saves(START + HOUR)
    assert refused(diary.office, old) == "outdated"
    diary.works(HOUR)
    assert refused(diary.office, old) == "outdated"


def test_a_notice_of_a_cancelled_event_is_not_sent_again(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    diary.cancels()
    diary.works(HOUR)
    assert refused(diary.office, old) == "outdated"


def test_that_an_event_is_cancelled_can_be_told_again(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    diary.sent()
    diary.cancels()
    diary.works(HOUR)
    old = fails(diary, "cancelled")
    assert message(again(diary.office, old)).retry_of == old


def test_a_notice_waits_for_the_end_of_quiet_hours(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    diary.clock.move(timedelta(hours=12))
    new = message(again(diary.office, old))
    assert (new.quiet_zone, new.not_before) == ("America/Chicago", NOON + timedelta(hours=20))
    assert new.expires_at == START


def test_a_reminder_does_not_come_in_quiet_hours(diary: Diary) -> None:
    start = NOON + timedelta(days=3, hours=-3, minutes=-30)  # at 8:30 there
    diary.saves(start)
    diary.works()
    diary.sent()
    diary.passes(timedelta(days=2, hours=1))
    old = fails(diary, "reminder")
    diary.clock.move(start - timedelta(hours=2) - diary.clock.now())
    assert refused(diary.office, old) == "quiet_hours"


def in_doubt(diary: Diary, purpose: str) -> uuid.UUID:
    text = diary.message(purpose)
    diary.office.becomes(text, State.UNKNOWN)
    return text


def resend(diary: Diary, text: uuid.UUID) -> uuid.UUID:
    with own() as session:
        new = resolving.resend(session, text, user=diary.office.host.users.all[STAFF], token="again")
        assert new is not None
        return new.id


def test_a_notice_in_doubt_that_a_person_sends_again_keeps_quiet_hours_and_its_event(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = in_doubt(diary, "created")
    diary.clock.move(timedelta(hours=12))
    new = message(resend(diary, old))
    assert (new.quiet_zone, new.not_before) == ("America/Chicago", NOON + timedelta(hours=20))
    assert new.expires_at == START


def test_a_notice_in_doubt_that_is_no_longer_so_is_not_sent_again(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = in_doubt(diary, "created")
    diary.saves(START + HOUR)
    with pytest.raises(TextRefused) as found:
        resend(diary, old)
    assert (found.value.code, message(old).state) == ("outdated", "unknown")


def test_a_persons_text_waits_for_no_quiet_hours(app: Any) -> None:
    diary = Diary(app, at=NOON + timedelta(hours=12), quiet=NIGHT)
    new = message(again(diary.office, failed(diary.office)))
    assert (new.quiet_zone, new.not_before) == (None, diary.clock.now())


def test_a_client_who_asks_for_no_more_gets_no_notice_again(diary: Diary) -> None:
    diary.saves(START)
    diary.works()
    old = fails(diary, "created")
    with own() as session:
        found = session.get_one(Conversation, message(old).conversation_id)
        consent.lock_pair(session, "harbor", found.phone_index)
        consent.ask(session, "harbor", found.phone_index, consent.Said("client", "client"))
    assert refused(diary.office, old) == "asks_for_none"


def test_without_a_gateway_nothing_is_offered_and_nothing_breaks(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = message(failed(office))

    def broken(code: str | None) -> None:
        raise ImportError("no SDK")

    monkeypatch.setattr(firmtext.gateway, "meaning", broken)
    assert not retrying.offered(row)
    found = retrying.refusal(row)
    assert found is not None
    assert found.code == "may_have_arrived"


def test_what_the_carriers_table_says_is_worth_it_is_offered_and_nothing_else(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = message(failed(office))
    monkeypatch.setattr(firmtext.gateway, "meaning", vonage_events.meaning)
    offered = set()
    for code in (*CODES, *REFUSALS):
        row.code, row.reason = code, vonage_events.meaning(code).reason
        offered |= {code} if retrying.offered(row) else set()
    assert offered == {code for code, means in CODES.items() if means.again is Again.WORTH_IT}
    assert {"1000", "1070", "1180", "1331"} <= offered

"""The index key is replaced: every number goes on to be found, no STOP is forgotten, no conversation begins twice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select

from dying import dies_at
from evidence import everything, rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import IndexMoved, KeyUnavailable, TextRefused
from flask_firmtext.firm import erasure_requests
from flask_firmtext.messaging import consent, conversations, drafts, placing, reindexing, scheduled_sending
from flask_firmtext.messaging.pay_links import indexed, paid_words
from flask_firmtext.ports.gateway import InboundText, RawRequest
from flask_firmtext.store import cells, ciphers, indexes, keys
from flask_firmtext.store.base import new_id
from flask_firmtext.store.indexes import NUMBERED
from flask_firmtext.store.models import (
    ConsentEvent,
    Conversation,
    KeyCheck,
    Message,
    MovedIndex,
    Number,
    OptOut,
    Payment,
    PaymentLink,
    Quarantine,
    ScheduledText,
)
from flask_firmtext.store.transactions import own, reading
from hostapp import KEYS
from office import Statements
from rows import accepted, changed, verified_number

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
HARBOR, ROSA, GRACE, STRANGER, GONE = "+18335550100", "+13125550100", "+13125550101", "+13125550188", "+13125550189"
OLD = KEYS["FIRMTEXT_INDEX_KEY"]
NEW = "Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="
NewApp = Callable[..., Any]


@pytest.fixture
def both(app: Any, new_app: NewApp) -> Iterator[Any]:
    """A firm that was written by the old key alone; then the process with the new key before the old one."""
    verified_number()
    filled()
    made = configured(new_app, f"{NEW},{OLD}")
    with made.app_context():
        yield made


def configured(new_app: NewApp, value: str) -> Any:
    return new_app(**MEMORY, FIRMTEXT_INDEX_KEY=value)


def filled() -> None:
    accepted("to Rosa")
    accepted("to Grace", contact="grace")
    arrives("STOP", GRACE)
    arrives("who are you", STRANGER)
    arrives("STOP", STRANGER)
    arrives("STOP", GONE)  # the only words in which this number stands are thrown away
    with own() as session:
        kept = rows(Quarantine, Quarantine.phone_index == keys.index_of("harbor", GONE))
        session.execute(delete(Quarantine).where(Quarantine.id.in_([row.id for row in kept])))


def forgotten(number: str) -> None:
    """As if nothing had ever been said about texting a number."""
    with own() as session:
        for one in (OptOut, ConsentEvent):
            session.execute(delete(one).where(one.phone_index == under(number, key=OLD)))


def arrives(text: str, phone: str, carrier_id: str = "", body: bytes = b"") -> RawRequest:
    webhook = firmtext.gateway.webhooks.text(phone, HARBOR, text)  # type: ignore[attr-defined]
    [event] = firmtext.gateway.parse(RawRequest("POST", {}, webhook.body), "inbound")
    assert isinstance(event, InboundText)
    request = RawRequest("POST", {}, webhook.body)
    with own() as session:
        placing.store(session, event, request)
    return request


def again(request: RawRequest) -> None:
    [event] = firmtext.gateway.parse(request, "inbound")
    assert isinstance(event, InboundText)
    with own() as session:
        placing.store(session, event, request)


def later(by: timedelta) -> None:
    state: Any = firmtext._get_current_object()  # type: ignore[attr-defined]
    state.clock = ShiftedClock(by)


def replaced() -> reindexing.Reindexed:
    reindexing.run("cli:test")
    later(timedelta(minutes=3))
    return reindexing.run("cli:test")


def under(number: str, *, key: str) -> bytes:
    n = [NEW, OLD].index(key)
    return indexes.all_of("harbor", number)[n]


def found(index: bytes) -> dict[str, int]:
    return {one.__tablename__: len(rows(one, one.phone_index == index)) for one in NUMBERED}


def test_it_is_announced_first_and_switched_two_minutes_later(both: Any) -> None:
    before = [found(under(number, key=OLD)) for number in (ROSA, GRACE, STRANGER)]
    first = reindexing.run("cli:test")
    assert (first.announced, first.switched, first.moved) == (True, False, 0)
    assert first.until is not None
    assert reindexing.run("cli:test").switched is False
    later(timedelta(minutes=3))
    done = reindexing.run("cli:test")
    assert (done.switched, done.moved, done.conflicts, done.again) == (True, 3, 0, 0)
    assert [found(under(number, key=NEW)) for number in (ROSA, GRACE, STRANGER)] == before
    assert [sum(found(under(number, key=OLD)).values()) for number in (ROSA, GRACE, STRANGER)] == [0, 0, 0]


def test_many_numbers_are_found_by_what_each_is_under_with_as_many_questions_as_one(both: Any) -> None:
    """A page finds the texts with a contact whatever stands first in its process's list."""
    unknown = "+13125550155"
    asked = []
    for numbers in ([ROSA], [ROSA, GRACE, unknown]):
        with reading() as session, Statements(both) as statements:
            found_by = indexes.standing_each(session, "harbor", numbers)
        asked.append(len(statements.seen))
    assert found_by == {number: under(number, key=OLD) for number in (ROSA, GRACE, unknown)}
    assert asked == [2, 2]
    replaced()
    with reading() as session:
        found_by = indexes.standing_each(session, "harbor", [ROSA, GONE, unknown])
    assert found_by == {ROSA: under(ROSA, key=NEW), GONE: under(GONE, key=OLD), unknown: under(unknown, key=NEW)}


def test_a_stop_of_which_no_number_can_be_read_stays_and_counts(both: Any) -> None:
    for _ in range(2):
        with reading() as session:
            index = indexes.standing(session, "harbor", GONE)
        assert index == under(GONE, key=OLD)
        assert len(rows(OptOut, OptOut.phone_index == index, OptOut.opted_out)) == 1
        done = replaced()
    assert done.unreadable == {"firmtext_opt_out": 1}
    later(timedelta(hours=30))
    done = reindexing.run("cli:test")
    assert (done.done, done.unreadable) == (True, {"firmtext_opt_out": 1})
    assert [row.name for row in rows(KeyCheck, KeyCheck.name.startswith(indexes.OLD))] != [], "the old key is needed"


@pytest.mark.parametrize("after_the_switch", [False, True])
def test_a_stop_whose_texts_were_erased_keeps_the_old_key_and_counts(both: Any, after_the_switch: bool) -> None:
    """Whether it was said before the switch or since, under the index that the number had: no digest tells its key."""
    forgotten(GONE)
    grace = firmtext.host.for_firm("harbor").contacts.get("grace")
    if after_the_switch:
        arrives("START", GRACE)
        reindexing.run("cli:test")
        later(timedelta(minutes=3))
        reindexing._switch("cli:test")
        arrives("STOP", GRACE)
    for message in rows(Message):
        changed(message.id, state="delivered")
    others = erasure_requests.plan("harbor", grace).others
    erasure = erasure_requests.begin("harbor", grace, "She asked for it", by="admin@harbor.example", others=others)
    assert erasure_requests.go_on(erasure)
    assert [row.erased_at is None for row in rows(Conversation) if row.phone_index == under(GRACE, key=OLD)] == [False]
    replaced()
    for hours in (1, 30, 31):
        later(timedelta(hours=hours))
        done = reindexing.run("cli:test")
        with pytest.raises(TextRefused) as error:
            accepted("again", contact="grace")
        assert error.value.code == "opted_out"
    assert (done.done, done.unreadable) == (True, {"firmtext_opt_out": 1})
    assert rows(KeyCheck, KeyCheck.name.startswith(indexes.OLD)) != [], "the old key is needed"


def test_nothing_is_begun_under_the_old_key_because_of_what_was_erased_under_it(both: Any) -> None:
    erased = rows(Conversation, Conversation.phone_index == under(ROSA, key=OLD))[0].id
    with own() as session:
        session.get_one(Conversation, erased).erased_at = firmtext.clock.now()
    replaced()
    with reading() as session:
        assert indexes.standing(session, "harbor", ROSA) == under(ROSA, key=NEW)


def test_a_kept_text_that_nobody_can_read_keeps_the_old_key(both: Any) -> None:
    place = rows(Quarantine, Quarantine.phone_index == under(STRANGER, key=OLD))
    with own() as session:
        for row in place:
            cell = cells.place(Quarantine, "body", row.id, "harbor")
            session.get_one(Quarantine, row.id).body = cells.seal(session, cell, "no webhook", scope=keys.GENERAL)
    assert replaced().unreadable == {"firmtext_quarantine": len(place), "firmtext_opt_out": 2}


def test_who_said_stop_is_not_texted_at_any_moment(both: Any, new_app: NewApp) -> None:
    def refused() -> None:
        with pytest.raises(TextRefused) as error:
            accepted("again", contact="grace")
        assert error.value.code == "opted_out"

    refused()
    reindexing.run("cli:test")
    refused()
    later(timedelta(minutes=3))
    assert dies_at("index.switched", lambda: reindexing.run("cli:test"))
    refused()
    reindexing.run("cli:test")
    refused()
    with configured(new_app, f"{OLD},{NEW}").app_context():
        refused()


def test_old_conversations_go_on_and_new_ones_begin_once(both: Any, new_app: NewApp) -> None:
    other = configured(new_app, f"{OLD},{NEW}")
    count = len(rows(Conversation))
    for step in range(4):
        for app in (both, other):
            with app.app_context():
                arrives(f"step {step}", ROSA)
                accepted(f"step {step}", contact="sara")
        assert len(rows(Conversation)) == count + 1
        if step == 1:
            later(timedelta(minutes=3))
        reindexing.run("cli:test")
    assert len(rows(Message, Message.direction == "in")) >= 8


def test_a_process_without_the_new_key_stores_nothing_once_it_is_announced(both: Any, app: Any) -> None:
    reindexing.run("cli:test")
    with app.app_context():
        app.extensions["firmtext"].proven.forget()  # as after a minute
        before = everything()
        with pytest.raises(KeyUnavailable, match="lacks the key that is about to write"):
            accepted("Hello")
        assert everything() == before


def test_a_process_without_the_old_key_is_refused_while_something_is_under_it(both: Any, new_app: NewApp) -> None:
    replaced()
    with configured(new_app, NEW).app_context(), pytest.raises(KeyUnavailable, match="lacks an old key"):
        accepted("Hello")


def test_once_nothing_needs_it_the_old_key_may_go(both: Any, new_app: NewApp) -> None:
    forgotten(GONE)
    done = replaced()
    assert done.until is not None
    later(timedelta(minutes=15))
    assert reindexing.run("cli:test").done is False, "a webhook of before may come again for a day"
    later(timedelta(hours=30))
    done = reindexing.run("cli:test")
    assert (done.done, done.unreadable) == (True, {})
    assert rows(MovedIndex) == []
    with configured(new_app, NEW).app_context():
        accepted("Hello")
        assert len(rows(Conversation)) == 2


def test_a_webhook_that_comes_again_after_the_switch_is_still_a_repeat(both: Any) -> None:
    texts = len(rows(Message)), len(rows(Quarantine))
    known, strange = arrives("once", ROSA), arrives("once", "+13125550166")
    replaced()
    for request in (known, strange):
        again(request)
    assert (len(rows(Message)), len(rows(Quarantine))) == (texts[0] + 1, texts[1] + 1)


def test_payment_links_and_payments_are_found_and_moved(both: Any) -> None:
    address, amount, at = "https://pay.example/abc", Decimal("12.50"), datetime(2031, 5, 3, tzinfo=UTC)
    old = firmtext.settings.index_key[1]
    link, payment = new_id(), new_id()
    with own() as session:
        words = {
            name: cells.seal(session, cells.place(PaymentLink, name, link, "harbor"), text, scope=keys.GENERAL)
            for name, text in (("address", address), ("label", "Pay"))
        }
        by = {"currency": "USD", "account": "a", "by": "x", "created_at": at}
        index = ciphers.keyed_digest(old, indexed(address))
        session.add(PaymentLink(id=link, firm="harbor", address_index=index, **words, **by))
        session.flush()
        place = cells.place(Payment, "amount", payment, "harbor")
        cell = cells.seal(session, place, "12.50", scope=keys.GENERAL)
        digest = ciphers.keyed_digest(old, paid_words(amount, at))
        session.add(Payment(id=payment, firm="harbor", link_id=link, digest=digest, amount=cell, paid_at=at))
    from flask_firmtext.practice import payments

    for step in range(3):
        with own() as session:
            payments.received(session, address, amount, at)
        assert len(rows(Payment)) == 1, step
        reindexing.run("cli:test")
        later(timedelta(minutes=3))
    new = firmtext.settings.index_key[0]
    assert rows(PaymentLink)[0].address_index == ciphers.keyed_digest(new, indexed(address))
    assert rows(Payment)[0].digest == ciphers.keyed_digest(new, paid_words(amount, at))


def test_whoever_has_read_an_index_before_it_was_moved_writes_nothing_with_it(both: Any) -> None:
    with reading() as session:
        index = indexes.standing(session, "harbor", ROSA)
    replaced()
    before = everything()
    with pytest.raises(IndexMoved), own() as session:
        consent.lock_pair(session, "harbor", index)
    assert everything() == before


def test_a_number_under_both_keys_is_left_for_a_person(both: Any) -> None:
    now = firmtext.clock.now()
    for key in (OLD, NEW):
        with own() as session:
            session.execute(delete(OptOut).where(OptOut.phone_index == under(ROSA, key=key)))
            row = {"opted_out": True, "since": now, "evidence": "client:STOP"}
            session.add(OptOut(firm="harbor", phone_index=under(ROSA, key=key), **row))
    done = replaced()
    assert (done.conflicts, done.moved) == (1, 2)
    assert len(rows(OptOut, OptOut.phone_index.in_(indexes.all_of("harbor", ROSA)), OptOut.opted_out)) == 2


def test_a_damaged_number_is_counted_and_stays(both: Any) -> None:
    [row] = [row for row in rows(Conversation) if row.phone_index == under(ROSA, key=OLD)]
    with own() as session:
        session.get_one(Conversation, row.id).phone = row.phone[:-1] + b"x"
    done = replaced()
    assert done.unreadable == {"firmtext_conversation": 1, "firmtext_opt_out": 1}
    assert found(under(ROSA, key=OLD))["firmtext_conversation"] == 1


@pytest.mark.parametrize("point", ["announced", "switching", "switched", "moving", "moved"])
def test_killed_at_any_point_it_goes_on(both: Any, point: str) -> None:
    if point != "announced":
        reindexing.run("cli:test")
        later(timedelta(minutes=3))
    assert dies_at(f"index.{point}", lambda: reindexing.run("cli:test"))
    later(timedelta(minutes=6))
    reindexing.run("cli:test")
    assert [sum(found(under(number, key=OLD)).values()) for number in (ROSA, GRACE, STRANGER)] == [0, 0, 0]
    assert len(rows(OptOut, OptOut.opted_out)) == 3


def test_a_text_for_later_to_a_new_number_is_moved_and_sent_to_it(both: Any) -> None:
    due = firmtext.clock.now() + timedelta(days=1)
    with own() as session:
        row = new_id()
        words = cells.seal(session, cells.place(ScheduledText, "body", row, "harbor"), "later", scope=keys.GENERAL)
        session.add(
            ScheduledText(
                id=row, firm="harbor", contact="sara", phone_index=under("+14165550104", key=OLD), token="t",
                author="staff@harbor.example", body=words, wall=due.replace(tzinfo=None), zone="UTC", due_at=due,
                look_at=due, state="waiting", state_at=due, created_at=due,
            )
        )  # fmt: skip
    replaced()
    [moved] = rows(ScheduledText)
    assert moved.phone_index == under("+14165550104", key=NEW)
    later(timedelta(days=1, minutes=1))
    scheduled_sending.send(row)
    assert [one.state for one in rows(ScheduledText)] == ["sent"]


@pytest.mark.slow
def test_two_processes_that_begin_a_conversation_around_the_switch_begin_one(both: Any, new_app: NewApp) -> None:
    """Hundreds of races on PostgreSQL: each waits at the moment between its look and its insert."""
    if firmtext.engine.dialect.name != "postgresql":
        pytest.skip("on SQLite who writes is alone")
    reindexing.run("cli:test")
    later(timedelta(minutes=3))
    state = firmtext._get_current_object()  # type: ignore[attr-defined]
    other = configured(new_app, f"{OLD},{NEW}")
    other.extensions["firmtext"].clock = state.clock
    phones = [f"+1312556{n:04}" for n in range(200)]
    begun = threading.Barrier(3)

    def begin(app: Any) -> None:
        with app.app_context():
            begun.wait()
            for phone in phones:
                with own() as session:
                    number = session.scalars(select(Number)).one()
                    conversations.open_with(session, number, phone, contact="rosa", owners=["rosa"])

    threads = [threading.Thread(target=begin, args=(one,)) for one in (both, other)]
    for one in threads:
        one.start()
    begun.wait()
    done = reindexing.run("cli:test")
    for one in threads:
        one.join()
    assert done.switched
    reindexing.run("cli:test")
    for phone in phones:
        with reading() as session:
            here = session.scalars(
                select(Conversation.id).where(Conversation.phone_index.in_(indexes.all_of("harbor", phone)))
            ).all()
        assert len(here) == 1, phone


def test_the_events_of_consent_are_those_that_they_were(both: Any) -> None:
    before = [(row.change, row.by, row.evidence) for row in rows(ConsentEvent)]
    replaced()
    assert [(row.change, row.by, row.evidence) for row in rows(ConsentEvent)] == before


def test_a_draft_to_a_number_that_was_never_texted_is_found_with_the_new_key_before_the_old(
    app: Any, new_app: NewApp
) -> None:
    def place() -> drafts.Place:
        with reading() as session:
            index = indexes.standing(session, "harbor", "+14165550104")
        return drafts.place_of("harbor", "staff@harbor.example", contact="sara", phone_index=index)

    with own() as session:
        drafts.keep(session, place(), drafts.Written("Dear Sara", "token", "writer"))
    with configured(new_app, f"{NEW},{OLD}").app_context(), reading() as session:
        kept = drafts.find(session, place())
    assert kept is not None
    assert kept.text == "Dear Sara"

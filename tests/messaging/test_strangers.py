"""A stranger's texts: kept with their files, bounded, then attached once and in order, or gone for good."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from dying import dies_at
from evidence import everything, heard, kept, rows
from flask_firmtext import signals
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import placing, receiving, replaying, strangers, threads
from flask_firmtext.ports.values import Firm, User
from flask_firmtext.store import cells
from flask_firmtext.store.models import Attachment, Audit, Conversation, File, FilePiece, Message, Number, Quarantine
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from rows import accepted, verified_number
from strange import SARA, ZELDA, came, texts
from strange import strangers as rest

ADMIN, FIRM = User("admin@harbor.example", "Ada Admin", "harbor"), Firm("harbor", "Harbor Law", "America/Chicago")


@pytest.fixture(autouse=True)
def number(app: Any) -> Any:
    return verified_number()


def attach(contact: str = "sara", **more: Any) -> strangers.Moved:
    found = rest()
    return strangers.attach("harbor", found[0], contact, owners=[contact], by=ADMIN.ref, **more)


def words() -> list[str]:
    """The clients' texts in the order of their conversations."""
    found = sorted(rows(Message, Message.direction == "in"), key=lambda row: (row.conversation_id, row.position))
    with reading() as session:
        return [cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body) for row in found]


def files() -> list[tuple[str, bool]]:
    """The files' states, and whether each belongs to a text."""
    found = sorted(rows(Attachment), key=lambda row: row.id)
    return [(row.state, row.message_id is not None) for row in found]


def table() -> list[str]:
    return [name for line in threads.table(FIRM, ADMIN, may=lambda _: True).lines for name in line.names]


def test_a_strangers_text_is_kept_encrypted_by_its_number_and_shown_to_nobody(app: Any) -> None:
    before = everything()["firmtext_firm"]
    with heard(signals.text_received) as said:
        texts("canary words", b"canary file")
    [row] = rest()
    assert (row.firm, row.kind, row.reason) == ("harbor", "inbound", "stranger")
    assert len(row.phone_index) == 16
    assert b"canary" not in row.body
    [file] = rows(Attachment)
    assert (file.quarantine_id, file.message_id, file.state, file.n) == (row.id, None, "wanted", 1)
    assert b"carrier.example" not in file.url
    assert (said, table(), rows(Conversation), rows(Message)) == ([], [], [], [])
    assert threads.unread("harbor", ADMIN, may=lambda _: True) == 0
    assert everything()["firmtext_firm"] == before  # no open page is told of anything


def test_the_same_webhook_again_is_kept_once_with_its_file(app: Any) -> None:
    make = firmtext.gateway.webhooks.text(SARA, "+18335550100", "once", b"file")  # type: ignore[attr-defined]
    for _ in range(3):
        receiving.receive(make, "inbound")
    assert len(rest()) == len(rows(Attachment)) == 1


def test_the_same_webhook_again_is_one_text_though_the_firm_has_written_to_its_sender_since(app: Any) -> None:
    make = firmtext.gateway.webhooks.text(SARA, "+18335550100", "once", b"file")  # type: ignore[attr-defined]
    receiving.receive(make, "inbound")
    accepted("Is this you?", contact="sara")
    receiving.receive(make, "inbound")
    assert (len(rest()), words(), len(rows(Attachment))) == (1, [], 1)
    attach()
    receiving.receive(make, "inbound")
    assert (rest(), words(), len(rows(Attachment))) == ([], ["once"], 1)


def test_of_one_number_twenty_texts_a_day_have_their_files_fetched(app: Any) -> None:
    for n in range(23):
        texts(f"{n}", b"one", b"two")
    texts("another number", b"file", sender=ZELDA)
    states = [state for state, _ in files()]
    assert states == ["wanted"] * 40 + ["parked"] * 6 + ["wanted"]


def test_the_next_day_they_are_fetched_again(app: Any) -> None:
    for n in range(21):
        texts(f"{n}", b"file")
    for row in rest():
        came(row.id, timedelta(hours=25))
    texts("next day", b"file")
    assert [state for state, _ in files()][-2:] == ["parked", "wanted"]


def test_what_was_parked_does_not_use_up_the_next_day(app: Any) -> None:
    for n in range(40):
        texts(f"{n}", b"file")
    for row in rest()[:20]:
        came(row.id, timedelta(hours=25))
    texts("next day", b"file")
    assert [state for state, _ in files()] == ["wanted"] * 20 + ["parked"] * 20 + ["wanted"]


def test_texts_without_files_do_not_count(app: Any) -> None:
    for n in range(25):
        texts(f"{n}")
    texts("with a file", b"file")
    assert files() == [("wanted", False)]


def test_attached_the_texts_stand_in_their_order_as_of_when_they_came(app: Any) -> None:
    for n in range(3):
        texts(f"text {n}", *([b"file"] if n == 1 else []))
    came(rest()[0].id, timedelta(hours=30))
    with heard(signals.text_received) as said:
        assert attach() == strangers.Moved(3, 0)
    assert words() == ["text 0", "text 1", "text 2"]
    found = sorted(rows(Message), key=lambda row: row.position)
    assert found[0].shown_at < found[1].shown_at - timedelta(hours=29)
    assert len(said) == 3
    assert {one["message"] for one in said} == {str(row.id) for row in found}
    assert table() == ["שרה לוי"]
    assert threads.unread("harbor", ADMIN, may=lambda _: True) == 3
    assert rest() == []
    [file] = rows(Attachment)
    assert (file.message_id, file.quarantine_id, file.state) == (found[1].id, None, "wanted")
    with reading() as session:
        place = cells.place(Attachment, "url", file.id, "harbor")
        assert cells.unseal(session, place, file.url).startswith("https://media.carrier.example/")


def test_an_open_page_is_told_of_each_text(app: Any) -> None:
    texts("shown")
    attach()
    [row] = rows(Message)
    assert row.changed > 0


def test_a_later_text_of_that_number_goes_straight_into_the_conversation(app: Any) -> None:
    texts("first")
    attach()
    texts("second")
    assert words() == ["first", "second"]
    assert rest() == []


def test_what_was_parked_is_fetched_while_the_carrier_has_it(app: Any) -> None:
    for n in range(3):
        texts(f"{n}", b"file")
    late, soon, _ = rest()
    with own() as session:
        parked = Attachment.quarantine_id.in_([late.id, soon.id])
        session.execute(update(Attachment).values(state="parked", not_before=None).where(parked))
        session.execute(update(Attachment).values(state="stored").where(~parked))
    came(late.id, timedelta(hours=47, minutes=10))
    came(soon.id, timedelta(hours=46, minutes=50))
    assert attach().done == 3
    found = sorted(rows(Attachment), key=lambda row: row.id)
    assert [row.state for row in found] == ["late", "wanted", "stored"]
    assert found[1].not_before is not None


def test_attached_twice_or_by_two_at_once_each_text_is_there_once(app: Any) -> None:
    for n in range(8):
        texts(f"{n}")
    row, done = rest()[0], []

    def press() -> None:
        with app.app_context():
            done.append(strangers.attach("harbor", row, "sara", owners=["sara"], by=ADMIN.ref).done)

    pressing = [threading.Thread(target=press) for _ in range(3)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    assert sum(done) == 8
    assert words() == [str(n) for n in range(8)]
    assert len(rows(Conversation)) == 1


def test_killed_half_way_it_goes_on_when_it_is_done_again(app: Any) -> None:
    for n in range(3):
        texts(f"{n}", b"file")
    row = rest()[0]
    assert dies_at(
        "attach.before_commit", lambda: strangers.attach("harbor", row, "sara", owners=["sara"], by=ADMIN.ref)
    )
    assert (len(rest()), words()) == (3, [])
    attach_one = strangers._oldest("harbor", row)[0]
    assert strangers._attached(rest()[0], attach_one, "sara", ["sara"], ADMIN.ref)
    assert len(rest()) == 2
    assert attach().done == 2
    assert words() == ["0", "1", "2"]
    assert files() == [("wanted", True)] * 3


def test_a_text_that_came_again_after_the_first_conversation_is_not_there_twice(app: Any) -> None:
    same = str(uuid.uuid4())
    texts("once", b"file", carrier_id=same)
    row = rest()[0]
    with own() as session:  # kept before, stored now: the carrier repeats itself to another process
        copy = session.get_one(Quarantine, row.id)
        body = cells.unseal(session, cells.place(Quarantine, "body", row.id, "harbor"), copy.body)
    texts("another")
    attach()
    assert len(words()) == 2
    request = strangers.quarantine.request_of(body)
    [event] = strangers.quarantine.texts_in(body)
    with own() as session:
        strangers.placing.store(session, event, request)
    assert len(words()) == 2
    assert [reason for _, reason, _ in kept()] == []


def test_every_text_is_recorded_with_who_attached_it_to_whom(app: Any) -> None:
    texts("one")
    texts("two")
    attach()
    found = rows(Audit, Audit.action == "quarantine.attach")
    assert [(row.actor, row.evidence) for row in found] == [(ADMIN.ref, "sara")] * 2
    assert {row.became for row in found} == {str(row.id) for row in rows(Message)}


def test_one_that_cannot_be_read_stays_and_the_others_go(app: Any) -> None:
    texts("lost")
    texts("found")
    with own() as session:
        row = session.get_one(Quarantine, rest()[0].id)
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    assert attach() == strangers.Moved(1, 1)
    assert words() == ["found"]


def test_only_the_numbers_own_texts_are_attached(app: Any) -> None:
    texts("Sara's")
    texts("Zelda's", sender=ZELDA)
    attach()
    assert words() == ["Sara's"]
    assert len(rest()) == 1


def test_another_firms_text_of_the_same_number_stays_there(app: Any) -> None:
    verified_number("summit", "+18335550101")
    texts("for Harbor")
    texts("for Summit", to="+18335550101")
    attach()
    assert [row.firm for row in rest()] == ["summit"]
    assert strangers.attach("harbor", rest()[0], "sara", owners=["sara"], by=ADMIN.ref).done == 0
    assert strangers.discard("harbor", rest()[0], by=ADMIN.ref).done == 0
    assert len(rest()) == 1


def test_a_text_to_a_number_that_is_another_firms_by_now_stays(app: Any, number: Any) -> None:
    texts("for Harbor")
    with own() as session:
        session.execute(update(Number).where(Number.id == number.id).values(firm="summit"))
    assert attach() == strangers.Moved(0, 1)
    assert words() == []


def test_a_text_to_a_number_that_was_given_back_since_is_attached_all_the_same(app: Any, number: Any) -> None:
    texts("for Harbor")
    with own() as session:
        session.execute(update(Number).where(Number.id == number.id).values(state="released"))
    assert attach() == strangers.Moved(1, 0)


def test_discarded_a_numbers_texts_and_files_are_gone_and_it_is_recorded(app: Any) -> None:
    texts("one", b"file")
    texts("two", b"file")
    texts("Zelda's", b"file", sender=ZELDA)
    now, bytes_of = firmtext.clock.now(), [uuid.uuid4() for _ in range(3)]
    with own() as session:
        for file, row in zip(bytes_of, sorted(rows(Attachment), key=lambda row: row.id), strict=True):
            session.add(File(id=file, firm="harbor", head=b"h", created_at=now))
            session.flush()
            session.add(FilePiece(file_id=file, n=0, data=b"piece"))
            session.execute(update(Attachment).where(Attachment.id == row.id).values(file_id=file, state="stored"))
    gone = {row.id for row in rest()[:2]}
    assert strangers.discard("harbor", rest()[0], by=ADMIN.ref) == strangers.Moved(2, 0)
    assert len(rest()) == len(rows(Attachment)) == 1
    assert [row.id for row in rows(File)] == [row.file_id for row in rows(FilePiece)] == bytes_of[2:]
    found = rows(Audit, Audit.action == "quarantine.discard")
    assert {row.object_id for row in found} == {str(row) for row in gone}
    assert {row.actor for row in found} == {ADMIN.ref}


def test_more_than_a_page_of_texts_goes_on_at_the_next_press(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST", 2)
    for n in range(5):
        texts(f"{n}")
    assert attach() == strangers.Moved(2, 3)
    assert attach() == strangers.Moved(2, 1)
    assert attach() == strangers.Moved(1, 0)
    assert words() == [str(n) for n in range(5)]
    for n in range(5):
        texts(f"{n}", sender=ZELDA)
    assert strangers.discard("harbor", rest()[0], by=ADMIN.ref) == strangers.Moved(5, 0)


@pytest.mark.fault("F68")
def test_f68_a_text_replayed_to_a_number_that_is_known_now_is_a_strangers_when_it_came(app: Any) -> None:
    late = "+18445550100"
    texts("early", b"file", to=late)
    [row] = rows(Quarantine)
    assert (row.reason, row.phone_index) == ("number_unknown", None)
    at = came(row.id, timedelta(hours=3))
    verified_number("harbor", late)
    [waiting] = replaying.waiting()
    assert replaying.replay(waiting, by="cli:me")
    [row] = rest()
    assert (row.firm, row.received_at, len(row.phone_index)) == ("harbor", at, 16)
    assert files() == [("wanted", False)]
    assert replaying.waiting() == []
    assert attach().done == 1
    assert words() == ["early"]


@pytest.mark.fault("F68")
def test_f68_a_text_to_a_number_of_the_pool_is_the_firms_that_gets_it(app: Any) -> None:
    late = "+18445550100"
    now = firmtext.clock.now()
    with own() as session:
        pool = {"firm": "", "state": NumberState.LINKED, "main": False}
        session.add(Number(e164=late, next_free_at=now, created_at=now, **pool))
    texts("early", to=late)
    [row] = rows(Quarantine)
    assert (row.firm, row.reason, row.phone_index) == ("", "number_unknown", None)
    assert replaying.waiting() == []
    with own() as session:
        session.execute(update(Number).where(Number.e164 == late).values(firm="harbor"))
    [waiting] = replaying.waiting()
    assert replaying.replay(waiting, by="cli:me")
    assert [row.firm for row in rest()] == ["harbor"]
    assert attach().done == 1
    assert words() == ["early"]


@pytest.mark.fault("F68")
def test_f68_a_webhook_to_no_number_at_all_stops_no_other(app: Any) -> None:
    late = "+18445550100"
    texts("nowhere", to=f"{late}\0")
    texts("early", to=late)
    assert [row.reason for row in rows(Quarantine)] == ["number_unknown"] * 2
    verified_number("harbor", late)
    [waiting] = replaying.waiting()
    assert replaying.replay(waiting, by="cli:me")
    assert len(rest()) == 1


@pytest.mark.fault("F68")
def test_f68_a_replayed_text_of_a_client_is_shown_as_of_when_it_came(app: Any) -> None:
    texts("hello")
    attach()
    late = "+18445550100"
    texts("early", to=late)
    [row] = rows(Quarantine)
    at = came(row.id, timedelta(hours=3))
    verified_number("harbor", late)
    texts("now", to=late)
    [waiting] = replaying.waiting()
    assert replaying.replay(waiting, by="cli:me")
    assert rest() == [], "whom the firm texts from one of its numbers is no stranger to another"
    assert any(at <= row.shown_at <= at + placing.AHEAD for row in rows(Message))

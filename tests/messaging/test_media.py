"""The life of a received file: F71, F73, F74 and section 5 of reliability.md, on a carrier in memory."""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from attached import (
    HARBOR,
    JPEG,
    ROSA,
    claims_are_over,
    content,
    file,
    passes,
    quarantined,
    received,
    stands,
    stored,
    tried,
)
from dying import dies_at
from evidence import heard, rows
from flask_firmtext import signals
from flask_firmtext.current import firmtext
from flask_firmtext.errors import CarrierBusy, CarrierRefused, FormRefused, Scope
from flask_firmtext.messaging import file_names, media, receiving
from flask_firmtext.store import cells, files, keys, pieces
from flask_firmtext.store.models import Attachment, Audit, File, Firm, Key, Message
from flask_firmtext.store.transactions import own, reading
from rows import accepted, verified_number

MEBIBYTE = 1024 * 1024
PHOTO = JPEG + os.urandom(3 * MEBIBYTE)
GONE = CarrierRefused("gone", "404", scope=Scope.TEXT)
AWAY = CarrierBusy("connect")


@pytest.fixture(autouse=True)
def carrier(app: Any) -> Any:
    """The carrier in memory; Harbor has texted Rosa."""
    verified_number()
    accepted("How are you?")
    return firmtext.gateway


def fails(carrier: Any, error: Exception, times: int = 1) -> None:
    carrier.fail(error, verb="fetch_media", times=times)


def changes() -> int:
    return int(sum(row.changes for row in rows(Firm)))


def test_a_file_is_stored_as_it_came_under_its_conversations_key(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    assert (media.due(10), media.fetch(one)) == ([one], True)
    row = file(one)
    assert (row.state, row.media_type, row.size, row.reason) == ("stored", "image/jpeg", len(PHOTO), None)
    assert (row.claim, row.claimed_until, row.planned_at, row.tries) == (None, None, None, 1)
    assert content(one) == PHOTO
    [text] = rows(Message, Message.direction == "in")
    [stored_file] = rows(File)
    [key] = rows(Key, Key.id == pieces.key_id_of(stored_file.head))
    assert key.scope == keys.conversation_scope(text.conversation_id)
    assert media.due(10) == []
    assert not media.fetch(one), "a second ring does nothing"


def test_equal_files_have_equal_digests(carrier: Any) -> None:
    both = received(carrier.add_file(PHOTO), carrier.add_file(PHOTO))
    assert media.run_due() == 2
    assert len({file(one).digest for one in both}) == 1


def test_open_pages_and_who_listens_hear_of_it_after_the_commit(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    before = changes()
    with heard(signals.file_received) as said:
        media.fetch(one)
    assert changes() == before + 1
    [text] = rows(Message, Message.direction == "in")
    assert text.changed == changes()
    assert said == [{"firm": "harbor", "message": str(text.id), "file": str(one)}]
    [record] = rows(Audit, Audit.object_id == str(one))
    assert (record.action, record.was, record.became) == ("file.state", "fetching", "stored")


def test_a_file_in_quarantine_is_fetched_under_a_key_of_its_own_and_nobody_is_told(carrier: Any) -> None:
    one = quarantined(carrier.add_file(PHOTO))
    before = changes()
    with heard(signals.file_received) as said:
        assert media.run_due() == 1
    assert (said, changes()) == ([], before)
    assert content(one) == PHOTO
    [key] = rows(Key, Key.id == pieces.key_id_of(rows(File)[0].head))
    assert key.scope == keys.quarantine_scope(file(one).quarantine_id)


def test_a_parked_file_waits_until_somebody_wants_it(carrier: Any) -> None:
    one = quarantined(carrier.add_file(PHOTO))
    with own() as session:
        session.execute(update(Attachment).values(state="parked"))
    assert media.due(10) == []
    assert not media.fetch(one)


@pytest.mark.parametrize("evidence", ["host", "redirect", "encoding", "too_large"])
def test_what_the_carrier_must_not_do_is_refused_with_its_reason(carrier: Any, evidence: str) -> None:
    [one] = received(carrier.add_file(PHOTO))
    before = changes()
    fails(carrier, CarrierRefused(evidence, scope=Scope.TEXT))
    media.fetch(one)
    assert stands(one) == ("refused", evidence)
    assert changes() == before + 1
    assert media.due(10) == []
    assert stored() == (0, 0)


@pytest.mark.parametrize(
    ("content_of_it", "reason"),
    [(b"", "empty"), (b"%PDF-1.7\n", "type"), (b"PK\x03\x04" + bytes(99), "type"), (b"<svg/>", "type")],
)
@pytest.mark.attack("A21")
def test_a21_what_is_not_on_the_list_is_refused_and_not_kept(carrier: Any, content_of_it: bytes, reason: str) -> None:
    [one] = received(carrier.add_file(content_of_it), names=["photo.jpg"])
    media.fetch(one)
    assert stands(one) == ("refused", reason)
    assert (file(one).file_id, stored()) == (None, (0, 0))


@pytest.mark.fault("F71")
def test_f71_a_file_is_gone_after_the_third_such_answer_in_a_row(carrier: Any) -> None:
    [one] = received("https://media.carrier.example/nothing")
    states = []
    for _ in range(3):
        tried(one)
        states.append(stands(one))
    assert states == [("wanted", "gone"), ("wanted", "gone"), ("gone", "gone")]


@pytest.mark.fault("F71")
def test_f71_tries_that_failed_otherwise_do_not_count_as_gone(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    for error in (AWAY, AWAY, GONE, GONE):
        fails(carrier, error)
        tried(one)
    assert stands(one) == ("wanted", "gone")
    tried(one)
    assert stands(one) == ("stored", None)


@pytest.mark.fault("F71")
@pytest.mark.parametrize("evidence", ["auth", "odd_4xx"])
def test_f71_a_refused_token_is_tried_again_and_the_second_time_an_operator_hears(carrier: Any, evidence: str) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, CarrierBusy(evidence, "401"), times=2)
    with heard() as alarms:
        tried(one)
        assert alarms == []
        tried(one)
    assert alarms == [{"kind": "media_denied", "detail": evidence}]
    tried(one)
    assert stands(one) == ("stored", None)


@pytest.mark.fault("F71")
def test_f71_what_is_wrong_with_our_own_key_is_tried_again_and_an_operator_hears(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, CarrierRefused("local", "the key file cannot be read", scope=Scope.ACCOUNT), times=2)
    with heard() as alarms:
        tried(one)
        assert (stands(one), alarms) == (("wanted", "local"), [])
        tried(one)
    assert alarms == [{"kind": "media_denied", "detail": "local"}]
    tried(one)
    assert stands(one) == ("stored", None)


@pytest.mark.fault("F73")
def test_f73_tries_are_spaced_and_never_more_than_15_minutes_apart(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, AWAY, times=12)
    pauses = []
    for _ in range(12):
        tried(one)
        row = file(one)
        assert row.not_before is not None
        pauses.append(round((row.not_before - firmtext.clock.now()).total_seconds()))
        assert not media.fetch(one), "not before its time"
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900]
    tried(one)
    assert content(one) == PHOTO


@pytest.mark.fault("F73")
def test_f73_after_24_hours_an_operator_hears_and_after_44_it_is_late(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, AWAY, times=1000)
    with heard() as alarms:
        passes(timedelta(hours=23, minutes=50))
        tried(one)
        assert alarms == []
        passes(timedelta(minutes=10))
        tried(one)
        assert alarms == [{"kind": "media_late", "detail": str(one)}]
        with own() as session:
            session.execute(update(Attachment).values(tries=9))
        passes(timedelta(hours=19, minutes=50))
        tried(one)
        row = file(one)
        assert row.not_before is not None
        assert row.not_before - row.created_at == pytest.approx(timedelta(hours=44), abs=timedelta(seconds=2))
        tried(one)
    assert stands(one) == ("late", "connect")
    assert media.due(10) == []


def test_a_text_that_came_late_has_its_deadline_from_when_the_carrier_took_it(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO), at=firmtext.clock.now() - timedelta(hours=45))
    fails(carrier, AWAY)
    media.fetch(one)
    assert stands(one) == ("late", "connect"), "it was tried once"


def test_a_carrier_that_says_when_is_believed(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, CarrierBusy("throttled", retry_after=timedelta(seconds=60)))
    media.fetch(one)
    row = file(one)
    assert row.not_before is not None
    assert 58 <= (row.not_before - firmtext.clock.now()).total_seconds() <= 60


def test_an_unforeseen_fault_is_tried_again_and_logged_without_content(
    carrier: Any, caplog: pytest.LogCaptureFixture
) -> None:
    [one] = received(carrier.add_file(PHOTO))
    fails(carrier, RuntimeError("canary https://media.carrier.example/canary"))
    media.fetch(one)
    assert stands(one) == ("wanted", "fault")
    assert "RuntimeError at" in caplog.text
    assert "canary" not in caplog.text


def test_an_address_that_cannot_be_decrypted_does_not_stop_the_others(carrier: Any) -> None:
    one, other = received(carrier.add_file(PHOTO), carrier.add_file(PHOTO))
    with own() as session:
        session.execute(update(Attachment).where(Attachment.id == one).values(url=file(other).url))
    media.run_due()
    assert (stands(one), stands(other)) == (("wanted", "fault"), ("stored", None))


def test_a_file_that_was_discarded_meanwhile_leaves_nothing(carrier: Any) -> None:
    one = quarantined(carrier.add_file(PHOTO))

    def somebody_discards(_: object) -> None:
        with own() as session:
            session.execute(delete(Attachment))

    carrier.before_answer(somebody_discards, verb="fetch_media")
    assert media.fetch(one)
    assert stored() == (0, 0)
    assert not media.fetch(one)


def test_who_lost_the_claim_writes_nothing_and_leaves_nothing(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    inner: list[bool] = []

    def somebody_else_fetches(_: object) -> None:
        claims_are_over()
        inner.append(media.fetch(one))

    carrier.before_answer(somebody_else_fetches, verb="fetch_media")
    with heard(signals.file_received) as said:
        assert media.fetch(one)
    assert inner == [True]
    assert len(said) == 1
    assert stored()[0] == 1
    assert content(one) == PHOTO


def test_who_lost_the_claim_and_failed_does_not_undo_what_the_other_did(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))

    def somebody_else_fetches(_: object) -> None:
        claims_are_over()
        media.fetch(one)
        raise CarrierRefused("too_large", scope=Scope.TEXT)

    carrier.before_answer(somebody_else_fetches, verb="fetch_media")
    media.fetch(one)
    assert stands(one) == ("stored", None)
    assert content(one) == PHOTO


@pytest.mark.fault("F74")
@pytest.mark.parametrize(
    ("point", "size", "left"),
    [
        ("media.claimed", 100, 0),
        ("media.piece", 100, 1),
        ("media.piece", 3 * MEBIBYTE, 1),
        ("media.complete", 3 * MEBIBYTE, 1),
    ],
)
def test_f74_killed_in_the_middle_no_half_file_is_visible_and_it_is_fetched_again(
    carrier: Any, point: str, size: int, left: int
) -> None:
    photo = JPEG + os.urandom(size)
    [one] = received(carrier.add_file(photo))
    assert dies_at(point, lambda: media.fetch(one))
    assert stands(one) == ("fetching", None)
    assert (file(one).file_id, stored()[0]) == (None, left)
    assert media.due(10) == [], "not while its claim stands"
    passes(timedelta(seconds=361))
    assert media.due(10) == [one]
    assert media.run_due() == 1
    assert content(one) == photo
    passes(timedelta(hours=25))
    assert files.sweep_orphans() == left
    assert stored()[0] == 1
    assert content(one) == photo


ON_PIECES = "CREATE TRIGGER full_disk BEFORE INSERT ON firmtext_file_piece"
RAISING = (
    "CREATE FUNCTION full_disk() RETURNS trigger AS "
    "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql"
)


@contextlib.contextmanager
def without_room() -> Iterator[None]:
    """The database takes some pieces, and then says that its disk is full."""
    make, drop = {
        "sqlite": (
            f"{ON_PIECES} WHEN NEW.n > 20 BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
            "DROP TRIGGER full_disk",
        ),
        "postgresql": (
            f"{RAISING}; {ON_PIECES} FOR EACH ROW WHEN (NEW.n > 20) EXECUTE FUNCTION full_disk()",
            "DROP FUNCTION full_disk CASCADE",
        ),
    }[firmtext.engine.dialect.name]
    for statement in (make, drop):
        with firmtext.engine.begin() as connection:
            connection.exec_driver_sql(statement)
        if statement == make:
            yield


@pytest.mark.fault("F74")
def test_f74_a_database_without_room_leaves_nothing_and_the_file_is_tried_again(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    with without_room():
        assert media.fetch(one)
    assert stands(one) == ("fetching", None)
    assert stored() == (0, 0)
    passes(timedelta(seconds=361))
    media.run_due()
    assert content(one) == PHOTO


def test_a_process_that_is_to_stop_gives_the_file_back(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    asked = iter([False, True])
    assert media.fetch(one, lambda: next(asked, True))
    row = file(one)
    assert (row.state, row.tries, row.claim) == ("wanted", 0, None)
    assert stored() == (0, 0)
    assert media.run_due() == 1
    assert content(one) == PHOTO


def test_many_who_want_the_same_files_store_each_once(app: Any, carrier: Any) -> None:
    every = received(*(carrier.add_file(JPEG + os.urandom(1000)) for _ in range(12)))

    def fetch_all() -> None:
        with app.app_context():
            media.run_due()

    threads = [threading.Thread(target=fetch_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    media.run_due()
    assert {stands(one) for one in every} == {("stored", None)}
    assert stored()[0] == 12
    assert {file(one).tries for one in every} == {1}


def test_no_connection_is_held_while_the_carrier_is_waited_for(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    held: list[int] = []
    carrier.before_answer(lambda _: held.append(firmtext.engine.pool.checkedout()), verb="fetch_media")  # type: ignore[attr-defined]
    media.fetch(one)
    assert held == [0]


@pytest.mark.parametrize("state", ["refused", "gone", "late", "wanted"])
def test_what_was_not_had_can_be_asked_for_again(carrier: Any, state: str) -> None:
    [one] = received(carrier.add_file(PHOTO))
    with own() as session:
        session.execute(update(Attachment).values(state=state, reason="too_large", tries=9))
    before = changes()
    with own() as session:
        media.again(session, one, by="staff@harbor.example")
    assert (stands(one), file(one).tries, changes()) == (("wanted", None), 0, before + 1)
    [record] = rows(Audit, Audit.action == "file.again")
    assert (record.actor, record.was, record.firm) == ("staff@harbor.example", state, "harbor")
    assert media.run_due() == 1
    assert content(one) == PHOTO


@pytest.mark.parametrize(
    ("columns", "age", "sentence"),
    [
        ({"state": "refused", "reason": "type"}, 1, "cannot be received"),
        ({"state": "gone"}, 48, "no longer has"),
        ({"state": "late"}, 47.5, "no longer has"),
        ({"state": "stored"}, 1, "arrived"),
        ({"state": "fetching"}, 1, "on its way"),
        ({"state": "parked"}, 1, "on its way"),
    ],
)
def test_what_would_be_in_vain_is_refused_with_a_sentence(
    carrier: Any, columns: dict[str, str], age: float, sentence: str
) -> None:
    [one] = received(carrier.add_file(PHOTO))
    with own() as session:
        session.execute(update(Attachment).values(**columns))
    passes(timedelta(hours=age))
    with own() as session, pytest.raises(FormRefused, match=sentence):
        media.again(session, one, by="staff")
    assert str(file(one).state) == columns["state"]


@pytest.mark.parametrize("times", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_many_repeats_at_once_are_one_text_with_one_file(app: Any, carrier: Any, times: int) -> None:
    request = carrier.webhooks.text(ROSA, HARBOR, "Look", PHOTO)

    def repeat() -> None:
        with app.app_context():
            for _ in range(times // 4):
                with contextlib.suppress(OperationalError):  # SQLite's patience: a 503, after which the carrier repeats
                    receiving.receive(request, "inbound")

    threads = [threading.Thread(target=repeat) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(Message, Message.direction == "in")) == 1
    assert len(rows(Attachment)) == 1
    assert media.run_due() == 1
    assert stored()[0] == 1


NAMES = ["../../etc/passwd", "a\0b\r\nX: y\x1b.jpg", "x" * 300, "", "invoice\u202egpj.exe", "\U0001f600.jpg"]


@pytest.mark.attack("A22")
def test_a22_whatever_a_file_is_called_it_is_noted_and_fetched(carrier: Any) -> None:
    every = received(*(carrier.add_file(PHOTO[:100]) for _ in NAMES), names=NAMES)
    assert media.run_due() == len(NAMES)
    with reading() as session:
        told = [
            cells.unseal(session, cells.place(Attachment, "name", one, "harbor"), session.get_one(Attachment, one).name)
            for one in every
        ]
    assert told == NAMES
    assert [file_names.senders(name) for name in told] == ["passwd", "abX y.jpg", "x" * 120, "", "invoicegpj.exe",
                                                           "\U0001f600.jpg"]  # fmt: skip
    assert {stands(one) for one in every} == {("stored", None)}


def test_every_item_of_a_text_gets_a_row(carrier: Any) -> None:
    every = received(*(carrier.add_file(PHOTO[:100]) for _ in range(25)))
    assert [file(one).n for one in every] == list(range(1, 26))


def test_what_has_no_address_is_refused_at_once_and_for_good(carrier: Any) -> None:
    [one] = received("")
    assert stands(one) == ("refused", "missing")
    assert media.due(10) == []
    with own() as session, pytest.raises(FormRefused, match="nothing to fetch"):
        media.again(session, one, by="anna")


def test_a_new_file_is_due_at_once(carrier: Any) -> None:
    [one] = received(carrier.add_file(PHOTO))
    row = file(one)
    assert (row.state, row.state_at) == ("wanted", row.created_at)
    assert media.due(1) == [one]


@pytest.fixture
def many(carrier: Any) -> list[uuid.UUID]:
    return received(*(carrier.add_file(PHOTO[:50]) for _ in range(45)))


def test_run_due_goes_on_until_nothing_is_due(many: list[uuid.UUID]) -> None:
    assert media.due(3) == many[:3]
    assert media.run_due() == 45
    with reading() as session:
        assert session.scalars(select(Attachment.id).where(Attachment.state != "stored")).all() == []


@pytest.mark.parametrize(
    ("says", "becomes"),
    [
        (True, ("stored", None)),
        (False, ("refused", "scanner")),
        (None, ("refused", "scanner")),
        ("yes", ("refused", "scanner")),
    ],
)
@pytest.mark.attack("A31")
def test_a31_the_hosts_scanner_sees_a_file_before_anybody_does(
    carrier: Any, says: object, becomes: tuple[str, str | None]
) -> None:
    seen: list[tuple[bytes, str]] = []

    def scan(stream: Any, media_type: str) -> object:
        seen.append((stream.read(), media_type))
        return says

    firmtext.__dict__["scanner"] = scan
    [one] = received(carrier.add_file(PHOTO))
    tried(one)
    assert seen == [(PHOTO, "image/jpeg")]
    assert stands(one) == becomes
    assert (stored()[0] == 1) is (says is True), "what was refused is not kept"


@pytest.mark.attack("A31")
def test_a31_a_scanner_that_is_away_delays_a_file_and_shows_nothing(carrier: Any) -> None:
    def scan(stream: Any, media_type: str) -> bool:
        raise ConnectionError("the scanner is away")

    firmtext.__dict__["scanner"] = scan
    [one] = received(carrier.add_file(PHOTO))
    tried(one)
    assert stands(one) == ("wanted", "fault")
    firmtext.__dict__["scanner"] = lambda stream, media_type: True
    tried(one)
    assert stands(one) == ("stored", None)

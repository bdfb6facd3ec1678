"""Erasing while everything goes on: killed at its named points, beside a rotation of keys, beside fetching and filing,
with twenty thousand texts; and what each engine leaves on the disk."""

from __future__ import annotations

import gc
import sys
import threading
import tracemalloc
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from dying import dies_at
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import erasing, erasure_requests, erasures
from flask_firmtext.messaging import media_claims
from flask_firmtext.store import configured, files, key_queries, keys, rewriting, rotating
from flask_firmtext.store.models import Attachment, Conversation, Erasure, File, Filing, Key, Message
from flask_firmtext.store.protected import EVERYTHING
from flask_firmtext.store.states import FileState, FilingState, KeyState, State
from flask_firmtext.store.transactions import own, reading
from mailroom import arrives, comes
from office import ADMIN, ROSA, Office
from servers import until

POINTS = ("erase.taking", "erase.taken", "erase.emptying", "erase.emptied", "erase.finishing")
CANARY = "canary of a hundred nights"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def begun(office: Office) -> Erasure:
    contact = office.host.for_firm("harbor").contacts.get("rosa")
    return erasure_requests.begin("harbor", contact, "She asked", by=ADMIN)


def delivered(office: Office, text: str = CANARY) -> uuid.UUID:
    message = office.sends(text=text)
    office.becomes(message, State.DELIVERED)
    return message


def nothing_is_left() -> None:
    assert {bytes(row.body) for row in rows(Message)} == {b""}
    assert rows(Key, Key.scope.startswith("conversation/"), Key.state != KeyState.DESTROYED) == []
    with reading() as session:
        named = {one.name: key_queries.named(session, "harbor", KeyState.DESTROYED) for one in EVERYTHING[:1]}
    assert set().union(*named.values()) == set()


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_each_point_it_is_gone_on_with(office: Office, point: str) -> None:
    delivered(office)
    arrives(office)
    row = begun(office)
    assert dies_at(point, lambda: erasure_requests.go_on(row))
    assert erasure_requests.go_on(row)
    nothing_is_left()
    proof = erasures.proof("harbor", row.id)
    assert proof is not None
    assert (proof.whole, proof.row.gone["texts"], proof.row.gone["files"]) == (True, 2, 1)


def test_a_rotation_that_has_read_before_brings_nothing_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    delivered(office)
    row, real = begun(office), rewriting._written

    def late(*arguments: Any) -> int:
        if rows(Conversation)[0].erased_at is None:
            erasure_requests.go_on(row)
        return real(*arguments)

    monkeypatch.setattr(rewriting, "_written", late)
    rotating.rotate("harbor", "cli:test", lambda count: None)
    assert rows(Conversation)[0].erased_at is not None
    nothing_is_left()


def test_a_rotation_in_a_process_that_remembers_the_keys_brings_nothing_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It made another key before the old ones were destroyed, and encrypts with it between that and the emptying."""
    message = delivered(office)
    row, take = begun(office), erasing.take
    scope = keys.conversation_scope(office.conversation())
    remembered = rows(Message, Message.id == message)[0].body

    def slow(*arguments: Any) -> str | None:
        why = take(*arguments)
        with own() as session:
            key_id, key = "ab" * 8, keys.to_encrypt(session, "harbor", configured.FIRM)
            wrapped = b"\x01" + bytes(60)
            whose = {"parent": key[0], "firm": "harbor", "scope": scope, "state": KeyState.ACTIVE}
            session.add(Key(id=key_id, **whose, wrapped=wrapped, created_at=firmtext.clock.now()))
            session.flush()
            cell = b"\x01" + bytes.fromhex(key_id) + bytes(remembered[9:])
            session.execute(sa.update(Message).where(Message.id == message).values(body=cell))
        return why

    monkeypatch.setattr(erasing, "take", slow)
    assert erasure_requests.go_on(row)
    nothing_is_left()


def test_a_file_that_is_being_fetched_meanwhile_is_nobodys(office: Office) -> None:
    delivered(office)
    [file] = comes(office, "photo")
    claimed = media_claims.claim(file)
    assert claimed is not None
    assert erasure_requests.go_on(begun(office))
    with files.writer("harbor", keys.GENERAL) as out:
        out.write(b"late")
    with pytest.raises(media_claims.ClaimLost), own() as session:
        media_claims.write(session, claimed, FileState.STORED, file_id=out.file_id)
    [row] = rows(Attachment)
    assert (row.file_id, row.state, row.reason) == (None, "refused", "erased")
    with own() as session:
        session.execute(sa.update(File).values(complete_at=firmtext.clock.now() - 2 * files.UNCLAIMED))
    assert files.sweep_orphans() == 1


def test_a_file_that_the_host_is_being_given_is_waited_for_and_one_that_waits_is_not_filed(office: Office) -> None:
    delivered(office)
    file = arrives(office)
    now = firmtext.clock.now()
    with own() as session:
        filing = Filing(
            firm="harbor", attachment_id=file, matter="lease", by="worker", state=FilingState.FILING, not_before=now,
            created_at=now, state_at=now, claim=uuid.uuid4(), claimed_until=now + files.UNCLAIMED,
        )  # fmt: skip
        session.add(filing)
    row = begun(office)
    assert not erasure_requests.go_on(row)
    assert rows(Conversation)[0].erased_at is None
    with own() as session:
        session.execute(sa.update(Filing).values(state=FilingState.WANTED, claim=None, claimed_until=None))
    assert erasure_requests.go_on(row)
    assert rows(Filing)[0].state == FilingState.NOT_FILED
    nothing_is_left()


def test_texts_that_come_meanwhile_are_all_kept_or_all_erased(office: Office) -> None:
    """Whichever of the two is first: none is lost, none stays behind in a conversation of which nobody has the key."""
    delivered(office)
    row, over, failed = begun(office), threading.Event(), []

    def text() -> None:
        with office.app.app_context():
            for n in range(30):
                try:
                    office.receives(f"Text {n}", ROSA)
                except Exception as error:
                    failed.append(repr(error))
            over.set()

    thread = threading.Thread(target=text)
    thread.start()
    assert erasure_requests.go_on(row)
    thread.join()
    assert failed == []
    gone = {one.id for one in rows(Conversation, Conversation.erased_at.is_not(None))}
    texts = rows(Message, Message.direction == "in")
    assert len(texts) == 30
    assert {bytes(one.body) == b"" for one in texts if one.conversation_id in gone} <= {True}
    assert {bytes(one.body) == b"" for one in texts if one.conversation_id not in gone} <= {False}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_thousand_texts_cost_no_more_memory_than_a_few(office: Office) -> None:
    peaks = []
    for count, phone in ((2_000, "+13125550171"), (20_000, "+13125550172")):
        office.host.add_contact("harbor", f"Client {count}", phone, ref=f"client-{count}")
        message = office.sends(f"client-{count}")
        office.becomes(message, State.DELIVERED)
        copies(message, count)
        contact = office.host.for_firm("harbor").contacts.get(f"client-{count}")
        row = erasure_requests.begin("harbor", contact, "why", by=ADMIN)
        gc.collect()
        tracemalloc.start()
        assert erasure_requests.go_on(row)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows(Erasure, Erasure.id == row.id)[0].gone["texts"] == count
    nothing_is_left()
    assert peaks[1] < peaks[0] * 1.5, peaks


def copies(message: uuid.UUID, count: int) -> None:
    with own() as session:
        row = session.get_one(Message, message)
        plain = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
        plain |= {"client_token": None, "author": None}
        for begin in range(2, count + 1, 5_000):
            some = range(begin, min(begin + 5_000, count + 1))
            session.execute(sa.insert(Message), [{**plain, "id": uuid.uuid4(), "position": n} for n in some])
        at = session.get_one(Conversation, row.conversation_id)
        at.turn = at.last_position = count


@pytest.fixture
def disk(app: Any) -> Callable[[], bytes]:
    """What lies on the disk of our two most telling tables, also where no row is any more."""
    engine = firmtext.engine

    def read() -> bytes:
        if engine.dialect.name == "sqlite":
            base = Path(str(engine.url.database))
            return b"".join(path.read_bytes() for path in base.parent.glob(f"{base.name}*"))
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            folder = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
            names = ("firmtext_key", "firmtext_message", "firmtext_conversation")
            where = [
                connection.exec_driver_sql(f"SELECT pg_relation_filepath('{name}')").scalar_one() for name in names
            ]
        return b"".join(path.read_bytes() for name in where for path in folder.glob(f"{name}*"))

    return read


def vacuum() -> None:
    """PostgreSQL keeps a dead row while anybody's snapshot may see it: autovacuum's, which counts a table, may."""
    with firmtext.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if firmtext.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in ("firmtext_key", "firmtext_message", "firmtext_conversation"):
                connection.exec_driver_sql(f"VACUUM FULL {table}")


@pytest.mark.slow
def test_what_the_engines_leave_goes_with_a_vacuum(
    office: Office, disk: Callable[[], bytes], record_property: Callable[[str, object], None]
) -> None:
    """In no moment lies a word in clear anywhere. The bytes of cells and keys may, until the engine has tidied up."""
    message = delivered(office)
    cell = bytes(rows(Message, Message.id == message)[0].body)
    scope = keys.conversation_scope(office.conversation())
    wrapped = bytes(rows(Key, Key.scope == scope)[0].wrapped)
    assert cell in disk()
    assert wrapped in disk()
    assert erasure_requests.go_on(begun(office))
    left = {"cell": cell in disk(), "key": wrapped in disk()}
    record_property("left before the vacuum", left)
    sys.stderr.write(f"\nleft before the vacuum: {left}\n")

    def tidied() -> bool:
        vacuum()
        return cell not in disk() and wrapped not in disk()

    until(tidied)
    assert CANARY.encode() not in disk()

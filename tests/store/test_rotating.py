"""A firm's keys are replaced while people read and write: nothing is lost, nothing is ever unreadable."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from dying import dies_at
from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError, KeyInUse, KeyUnavailable
from flask_firmtext.ports.values import User
from flask_firmtext.store import (
    cells,
    configured,
    erasing,
    files,
    keys,
    moving,
    retiring,
    rewrapping,
    rewriting,
    rotating,
    rotations,
)
from flask_firmtext.store.models import Attachment, Audit, File, FilePiece, Key, Message, Rotation
from flask_firmtext.store.states import KeyState
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import sweep
from hostapp import KEYS
from rows import accepted, verified_number
from sealed import PHOTO, contents, fill, forget_keys, named_keys, unreadable

STAN = User("staff@summit.example", "Stan Staff", "summit")
MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
NEW_KEK = "test2:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="
BOTH = f"{NEW_KEK},{KEYS['FIRMTEXT_ENCRYPTION_KEYS']}"
#: Where a process may be killed, in the order in which it comes there.
POINTS = (
    *("keys.beginning", "keys.begun", "keys.renewing", "keys.renewed", "keys.writing", "keys.cells"),
    *("media.piece", "keys.copied", "keys.moved", "keys.file", "keys.settled"),
)


@pytest.fixture
def full(app: Any) -> dict[str, Any]:
    verified_number()
    fill()
    return contents()


def rotate(firm: str = "harbor") -> rotating.Rotated:
    return rotating.rotate(firm, "cli:test", lambda count: None)


def later(by: timedelta) -> None:
    state: Any = firmtext._get_current_object()  # type: ignore[attr-defined]
    state.clock = ShiftedClock(by)


def in_state(state: KeyState, firm: str = "harbor") -> set[str]:
    return {row.id for row in rows(Key, Key.firm == firm, Key.state == state)}


def used(firm: str = "harbor") -> set[str]:
    return set().union(*named_keys(firm).values())


def test_everything_is_under_new_keys_and_says_what_it_said(full: dict[str, Any]) -> None:
    before = used()
    verified_number("summit", "+18335550101")
    accepted("at summit", contact="rosa-of-summit", by=STAN)
    theirs = named_keys("summit")
    told: list[int] = []
    assert rotating.size("harbor") == len(full)
    done = rotating.rotate("harbor", "cli:test", told.append)
    assert (done.cells, done.files, done.unreadable) == (len(full) - 2, 2, 0)
    assert sum(told) == len(full)
    assert rotating.size("harbor") == 0
    assert used().isdisjoint(before)
    assert used() <= in_state(KeyState.ACTIVE)
    for _ in ("as this process remembers", "as one that has just begun"):
        assert contents() == full
        forget_keys()
    assert named_keys("summit") == theirs


def test_each_cell_is_under_the_key_of_its_own_conversation_or_stranger(full: dict[str, Any]) -> None:
    scopes = {column: {row.scope for row in rows(Key, Key.id.in_(names))} for column, names in named_keys().items()}
    rotate()
    assert scopes == {
        column: {row.scope for row in rows(Key, Key.id.in_(names))} for column, names in named_keys().items()
    }


def test_old_keys_are_retired_after_a_second_look_ten_minutes_later(full: dict[str, Any]) -> None:
    old = in_state(KeyState.ACTIVE)
    done = rotate()
    assert (done.settled.retired, done.settled.waiting, done.done) == (0, len(old), False)
    later(timedelta(minutes=9))
    assert rotate().settled.retired == 0
    later(timedelta(minutes=11))
    done = rotate()
    assert (done.settled.retired, done.done) == (len(old), True)
    assert in_state(KeyState.RETIRED) == old
    assert contents() == full
    assert [row.action for row in rows(Audit, Audit.action.like("key.%"))] == [
        "key.rotate",
        *["key.retire"] * len(old),
        "key.rotated",
    ]


def test_called_again_it_goes_on_and_begins_anew_only_when_it_was_done(full: dict[str, Any]) -> None:
    first = rotate()
    again = rotate()
    assert (first.cells > 0, again.cells, len(rows(Rotation))) == (True, 0, 1)
    later(timedelta(minutes=11))
    assert rotate().done
    assert rotate().cells == first.cells
    assert len(rows(Rotation)) == 2
    assert contents() == full


def test_what_a_process_writes_with_a_key_that_it_remembers_is_read_and_found_in_the_next_pass(
    full: dict[str, Any], app: Any
) -> None:
    """Another process knows the old keys as the active ones for a minute, and opens conversations below them, too."""
    remembered = dict(app.extensions["firmtext"].active._kept)
    old = in_state(KeyState.ACTIVE)
    rotate()
    app.extensions["firmtext"].active._kept.update(remembered)
    late, new = accepted("late"), accepted("to sara", contact="sara")
    assert ciphers_named(late) in old
    assert keys_parent(ciphers_named(new)) in old
    for _ in range(2):
        found = contents()
        assert unreadable(found) == set()
        assert {"late", "to sara"} <= set(map(str, found.values()))
        forget_keys()
    later(timedelta(minutes=11))
    assert rotate().cells == 3  # the late text, the new one, and its conversation's number
    assert used().isdisjoint(old)
    assert unreadable(contents()) == set()
    later(timedelta(minutes=22))
    assert rotate().done
    assert in_state(KeyState.REPLACED) == set()


def ciphers_named(message: uuid.UUID) -> str:
    [row] = rows(Message, Message.id == message)
    return bytes(row.body[1:9]).hex()


def keys_parent(key: str) -> str:
    return str(rows(Key, Key.id == key)[0].parent)


def test_what_cannot_be_read_is_left_as_it_is_and_everything_else_goes_on(full: dict[str, Any]) -> None:
    lost = accepted("lost")
    with own() as session:
        row = session.get_one(Message, lost)
        row.body = damaged = row.body[:-1] + bytes([row.body[-1] ^ 1])
        piece = session.scalars(select(FilePiece).order_by(FilePiece.file_id, FilePiece.n)).first()
        assert piece is not None
        file, piece.data = piece.file_id, b"damaged" + piece.data[7:]
    done = rotate()
    assert (done.unreadable, done.files) == (2, 1)
    assert rows(Message, Message.id == lost)[0].body == damaged
    assert len(rows(Attachment, Attachment.file_id == file)) == 1
    assert len(rows(FilePiece, FilePiece.file_id == file)) == 4
    found = contents()
    assert len(unreadable(found)) == 2
    assert all(text == full[name] for name, text in found.items() if name in full and name not in unreadable(found))
    later(timedelta(minutes=11))
    done = rotate()
    assert (done.settled.needed, done.done) == (1, True), "the key of their conversation stays"


def test_a_damaged_key_is_left_as_it_is_and_everything_else_goes_on(full: dict[str, Any]) -> None:
    other = accepted("to sara", contact="sara")
    with own() as session:
        row = session.get_one(Key, ciphers_named(other))
        row.wrapped = damaged = bytes(61)
    forget_keys()
    done = rotate()
    assert done.unreadable == 1
    [row] = rows(Key, Key.id == ciphers_named(other))
    assert (row.wrapped, row.state) == (damaged, KeyState.ACTIVE)
    assert {name: text for name, text in contents().items() if name in full} == full


def test_a_firm_whose_key_cannot_be_unwrapped_is_refused_and_nothing_is_written(full: dict[str, Any]) -> None:
    with own() as session:
        row = session.scalars(select(Key).where(Key.scope == configured.FIRM)).one()
        row.wrapped = bytes(61)
    forget_keys()
    with pytest.raises(KeyUnavailable, match="harbor"):
        rotate()
    assert (rows(Rotation), len(rows(Key, Key.scope == configured.FIRM))) == ([], 1)


def test_an_edit_at_that_moment_wins_and_is_done_in_the_next_pass(
    full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = accepted("before")
    written, edits = rewriting._written, iter(["after"])

    def write(rotation: Any, one: Any, ids: Any, changes: Any) -> int:
        for text in edits if one.model is Message else ():
            with own() as session:
                row = session.get_one(Message, message)
                scope = keys.conversation_scope(row.conversation_id)
                row.body = cells.seal(session, cells.place(Message, "body", message, "harbor"), text, scope=scope)
        return written(rotation, one, ids, changes)

    monkeypatch.setattr(rewriting, "_written", write)
    rotate()
    assert contents()[f"firmtext_message.body {message}"] == "after"
    assert used() <= in_state(KeyState.ACTIVE)


@pytest.mark.fault("F80")
def test_f80_killed_at_every_point_it_goes_on_where_it_was_and_nothing_is_lost(full: dict[str, Any]) -> None:
    old = in_state(KeyState.ACTIVE)
    for point in POINTS:
        if point == "media.piece":  # two files are to be moved: another one has its turn at a later point
            continue
        assert dies_at(point, rotate), point
        forget_keys()
        assert contents() == full, point
    rotate()
    assert contents() == full
    assert used().isdisjoint(old)
    later(timedelta(minutes=11))
    assert rotate().done
    assert in_state(KeyState.RETIRED) >= old
    assert {row.file_id for row in rows(FilePiece)} == {row.file_id for row in rows(Attachment)} | halves()


def halves() -> set[uuid.UUID]:
    """Copies whose writer died; the sweep takes them."""
    referred = {row.file_id for row in rows(Attachment)}
    return {row.id for row in rows(File) if row.id not in referred and row.moved_to is None}


def test_a_reader_in_the_middle_of_a_file_goes_on_with_the_same_bytes(full: dict[str, Any]) -> None:
    [one, other] = [files.reader("harbor", row.file_id) for row in rows(Attachment)]
    assert one.read(10) + one.read(70_000) == PHOTO[:70_010]
    rotate()
    forget_keys()
    rotate()
    assert one.read() == PHOTO[70_010:]
    one.seek(0)
    assert one.read() == other.read() == PHOTO


def test_who_has_just_looked_a_file_up_reads_it_though_it_was_moved(full: dict[str, Any]) -> None:
    looked_up = [row.file_id for row in rows(Attachment)]
    rotate()
    assert {row.file_id for row in rows(Attachment)}.isdisjoint(looked_up)
    for file_id in looked_up:
        with files.reader("harbor", file_id) as file:
            assert file.read() == PHOTO
        with pytest.raises(DecryptError):
            files.reader("summit", file_id)


def test_the_row_of_a_moved_file_goes_a_day_later(full: dict[str, Any]) -> None:
    rotate()
    later(timedelta(hours=2))
    assert files.sweep_orphans() == 0
    later(timedelta(hours=25))
    assert files.sweep_orphans() == 2
    assert contents() == full


def test_a_file_that_was_let_go_while_it_was_copied_leaves_nothing(
    full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = moving._copied

    def copy(*given: Any) -> uuid.UUID:
        with own() as session:
            session.execute(update(Attachment).values(file_id=None))
        return copied(*given)

    monkeypatch.setattr(moving, "_copied", copy)
    before = len(rows(File))
    assert rotate().files == 0
    assert len(rows(File)) == before


def test_a_conversation_that_is_erased_while_its_file_is_copied_does_not_end_the_rotation(
    full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = moving._copied

    def copy(old: Any, firm: str, scope: str) -> uuid.UUID:
        if scope.startswith(keys.CONVERSATION):
            with own() as session:
                erasing.destroy_keys(session, firm, scope, "cli:test")
            forget_keys()
        return copied(old, firm, scope)

    monkeypatch.setattr(moving, "_copied", copy)
    done = rotate()
    assert (done.files, done.unreadable) == (1, 1), "the stranger's file is moved, the other is there to be let go"


def test_a_strangers_file_that_becomes_a_conversations_takes_all_its_keys_along(full: dict[str, Any]) -> None:
    rotate()
    [stranger] = rows(Attachment, Attachment.quarantine_id.is_not(None))
    scope = keys.quarantine_scope(stranger.quarantine_id)
    assert len(rows(Key, Key.scope == scope)) == 2
    conversation = uuid.uuid4()
    with own() as session:
        keys.hand_over(session, "harbor", scope, keys.conversation_scope(conversation))
    assert rows(Key, Key.scope == scope) == []
    forget_keys()
    assert contents() == full


def test_the_firms_keys_go_under_the_first_configured_one(full: dict[str, Any], new_app: Any) -> None:
    with new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=BOTH).app_context():
        done = rewrapping.firm_keys(None, "cli:test")
        assert (done.done, done.unreadable) == (1, [])
        assert {row.parent for row in rows(Key, Key.scope == configured.FIRM)} == {"test2"}
        assert contents() == full
        assert rewrapping.firm_keys(None, "cli:test").done == 0
    forget_keys()
    with new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=NEW_KEK).app_context():
        assert contents() == full, "the old one is not needed any more"
    assert len(unreadable(contents())) == len(full), "who has only the old one reads nothing: it is told apart"


def retire_all() -> set[str]:
    rotate()
    later(timedelta(minutes=11))
    rotate()
    return in_state(KeyState.RETIRED)


def test_only_a_retired_key_of_which_nothing_is_left_is_destroyed(full: dict[str, Any]) -> None:
    [active, *_] = sorted(in_state(KeyState.ACTIVE))
    for wrong in (active, "0" * 16):
        with pytest.raises(KeyInUse):
            retiring.destroy(wrong, "cli:test")
    [retired, *others] = sorted(retire_all())
    retiring.destroy(retired, "cli:test")
    [row] = rows(Key, Key.id == retired)
    assert (row.state, set(row.wrapped)) == (KeyState.DESTROYED, {0})
    assert row.destroyed_at is not None
    assert in_state(KeyState.RETIRED) == set(others)
    forget_keys()
    assert contents() == full


def test_a_retired_key_that_something_names_after_all_is_not_destroyed(full: dict[str, Any]) -> None:
    message = accepted("written by a process that stood still")
    [row] = rows(Message, Message.id == message)
    before = row.body
    retired = retire_all()
    with own() as session:
        session.get_one(Message, message).body = before
    assert bytes(before[1:9]).hex() in retired
    with pytest.raises(KeyInUse, match="1 things are still under"):
        retiring.destroy(bytes(before[1:9]).hex(), "cli:test")
    rotate()
    retiring.destroy(bytes(before[1:9]).hex(), "cli:test")
    assert contents()[f"firmtext_message.body {message}"] == "written by a process that stood still"


def test_a_retired_key_is_not_destroyed_while_a_transaction_of_before_is_open(full: dict[str, Any]) -> None:
    if firmtext.engine.dialect.name != "postgresql":
        pytest.skip("on SQLite who writes is alone")
    with firmtext.engine.connect() as old:
        old.exec_driver_sql("SELECT 1")
        [retired, *_] = sorted(retire_all())
        with pytest.raises(KeyInUse, match="began before"):
            retiring.destroy(retired, "cli:test")
    later(timedelta(minutes=22))
    retiring.destroy(retired, "cli:test")


def test_a_configured_key_is_buried_when_nothing_needs_it_and_no_process_has_it(
    full: dict[str, Any], new_app: Any
) -> None:
    with new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=BOTH).app_context():
        with own() as session:
            configured.verify(session)
        with pytest.raises(KeyInUse, match="still in FIRMTEXT_ENCRYPTION_KEYS"):
            retiring.bury("test1", "cli:test")
    only_new = new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=NEW_KEK)
    with only_new.app_context(), pytest.raises(KeyInUse, match="still wraps"):
        retiring.bury("test1", "cli:test")
    with new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=BOTH).app_context():
        rewrapping.firm_keys(None, "cli:test")
    with new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=NEW_KEK).app_context():
        retiring.bury("test1", "cli:test")
        with reading() as session:
            assert configured.faults(session) == []
        assert contents() == full
    with reading() as session:
        assert "the key test1 is another one" in configured.faults(session)[0]
    # A process that was not started anew remembers for a minute that its keys are the right ones.
    firmtext.proven.put(keys.PROVEN, True)
    with own() as session, pytest.raises(KeyUnavailable, match="the configured key test1 was given up"):
        keys.to_encrypt(session, "a new firm", keys.GENERAL)
    assert rows(Key, Key.firm == "a new firm") == []


def test_a_rotation_that_ends_while_another_is_asked_for_is_not_that_one(
    full: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, real = rotations.begin("harbor", "cli:test"), rotations.insert_once

    def late(*arguments: Any, **values: Any) -> bool:
        made = real(*arguments, **values)
        monkeypatch.setattr(rotations, "insert_once", real)
        arguments[0].execute(update(Rotation).where(Rotation.id == first.id).values(done_at=firmtext.clock.now()))
        return made

    monkeypatch.setattr(rotations, "insert_once", late)
    assert rotations.begin("harbor", "cli:test").id != first.id


def test_the_sweep_goes_on_ten_minutes_later(full: dict[str, Any]) -> None:
    assert rotating.due() == []
    rotate()
    assert rotating.due() == []
    later(timedelta(minutes=11))
    assert rotating.due() == [("harbor", "cli:test")]
    sweep.once()
    assert in_state(KeyState.REPLACED) == set()
    assert rotating.due() == []


def test_a_sweep_that_comes_too_late_begins_no_rotation_that_nobody_asked_for(full: dict[str, Any]) -> None:
    rotate()
    later(timedelta(minutes=11))
    [due] = rotating.due()
    assert rotate().done  # by another sweep, or a person, meanwhile
    before = named_keys()
    assert rotating.go_on(*due, lambda count: None) is None
    assert (len(rows(Rotation)), named_keys()) == (1, before)


def test_keys_that_are_handed_over_at_that_moment_are_left_to_the_next_run(full: dict[str, Any]) -> None:
    """A key under one parent that names another would open nothing: who moves it and who wraps it take turns."""
    if firmtext.engine.dialect.name != "postgresql":
        pytest.skip("on SQLite who writes is alone")
    [stranger] = rows(Attachment, Attachment.quarantine_id.is_not(None))
    [message] = rows(Message)
    with own() as session:
        to = keys.conversation_scope(message.conversation_id)
        keys.hand_over(session, "harbor", keys.quarantine_scope(stranger.quarantine_id), to)
        rotate()
        session.execute(update(Attachment).where(Attachment.id == stranger.id).values(quarantine_id=None))
        session.execute(update(Attachment).where(Attachment.id == stranger.id).values(message_id=message.id, n=1))
    forget_keys()
    assert contents() == full
    rotate()
    forget_keys()
    assert contents() == full
    assert used() <= in_state(KeyState.ACTIVE)
    assert {row.scope for row in rows(Key, Key.id.in_(named_keys()["firmtext_attachment.name"]))} == {to}

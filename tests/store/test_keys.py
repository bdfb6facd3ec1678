"""Keys: made once, never used before they are committed, refused by name when they are not those that wrote here."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from evidence import everything, rows
from flask_firmtext.current import firmtext
from flask_firmtext.errors import DecryptError, KeyUnavailable
from flask_firmtext.store import cells, ciphers, keys
from flask_firmtext.store.models import Key, KeyCheck, Message
from flask_firmtext.store.states import KeyState
from flask_firmtext.store.transactions import own, reading
from hostapp import KEYS
from rows import accepted, verified_number

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
NEW_KEK = "test2:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="
WRONG_KEK = NEW_KEK.replace("test2", "test1")
WRONG_INDEX = NEW_KEK.partition(":")[2]

NewApp = Callable[..., Any]


def seal(text: str = "Hello", *, scope: str = keys.GENERAL, firm: str = "harbor") -> tuple[ciphers.Place, bytes]:
    where = cells.place(Message, "body", uuid.uuid4(), firm)
    with own() as session:
        return where, cells.seal(session, where, text, scope=scope)


def opened(where: ciphers.Place, cell: bytes) -> str:
    with reading() as session:
        return cells.unseal(session, where, cell)


def test_a_firms_first_text_makes_its_key_and_a_data_key_below_it(app: Any) -> None:
    where, cell = seal()
    made = {row.scope: row for row in rows(Key)}
    assert set(made) == {"firm", "general"}
    assert made["firm"].parent == "test1"
    assert made["general"].parent == made["firm"].id
    assert ciphers.key_id_of(cell) == made["general"].id
    assert opened(where, cell) == "Hello"


def test_keys_are_random_and_different_for_each_firm_and_conversation(app: Any) -> None:
    scopes = [keys.conversation_scope(uuid.uuid4()) for _ in range(3)]
    used = {ciphers.key_id_of(seal(scope=scope, firm=firm)[1]) for scope in scopes for firm in ("harbor", "summit")}
    assert len(used) == 6
    with reading() as session:
        assert len(set(keys.to_decrypt(session, used).values())) == 6


def test_the_first_of_the_list_encrypts_and_all_decrypt(app: Any, new_app: NewApp) -> None:
    where, cell = seal()
    rotated = new_app(**MEMORY, FIRMTEXT_ENCRYPTION_KEYS=f"{NEW_KEK},{KEYS['FIRMTEXT_ENCRYPTION_KEYS']}")
    with rotated.app_context():
        assert opened(where, cell) == "Hello"
        seal(firm="summit")
        parents = {row.firm: row.parent for row in rows(Key, Key.scope == "firm")}
        assert parents == {"harbor": "test1", "summit": "test2"}


REFUSED = {
    "another key under the same id": (
        {"FIRMTEXT_ENCRYPTION_KEYS": WRONG_KEK},
        "FIRMTEXT_ENCRYPTION_KEYS: the key test1",
    ),
    "a key is missing": ({"FIRMTEXT_ENCRYPTION_KEYS": NEW_KEK}, "FIRMTEXT_ENCRYPTION_KEYS lacks the key test1"),
    "another index key": ({"FIRMTEXT_INDEX_KEY": WRONG_INDEX}, "FIRMTEXT_INDEX_KEY is another one"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("firm", ["harbor", "summit"], ids=["a firm with keys", "a new firm"])
def test_other_keys_than_those_that_wrote_here_are_refused_by_name(
    app: Any, new_app: NewApp, name: str, firm: str
) -> None:
    where, cell = seal()
    before = everything()
    changes, sentence = REFUSED[name]
    with new_app(**MEMORY, **changes).app_context():
        with pytest.raises(KeyUnavailable, match=sentence) as error:
            seal(firm=firm)
        assert all(value.partition(":")[2] not in str(error.value) for value in changes.values() if ":" in value)
        assert everything() == before
        if "INDEX" not in next(iter(changes)):
            with pytest.raises(DecryptError):
                opened(where, cell)
    seal()
    assert opened(where, cell) == "Hello"


def test_a_text_is_refused_before_consent_is_asked_under_another_index_key(app: Any, new_app: NewApp) -> None:
    """Under another index key nobody would be found to have said STOP."""
    verified_number()
    accepted("Hello")
    before = everything()
    with new_app(**MEMORY, FIRMTEXT_INDEX_KEY=WRONG_INDEX).app_context(), pytest.raises(KeyUnavailable):
        accepted("Hello again")
    assert everything() == before


def test_the_marks_of_the_keys_are_written_once_and_tell_nothing_of_them(app: Any) -> None:
    seal()
    seal(firm="summit")
    marks = {row.name: bytes(row.value) for row in rows(KeyCheck)}
    assert set(marks) == {"kek:test1", "index"}
    assert firmtext.settings.index_key[0] not in marks.values()


def test_a_mark_that_was_rolled_back_is_made_again(app: Any) -> None:
    with own() as session:
        cells.seal(session, cells.place(Message, "body", uuid.uuid4(), "harbor"), "x", scope=keys.GENERAL)
        cells.seal(session, cells.place(Message, "body", uuid.uuid4(), "summit"), "x", scope=keys.GENERAL)
        session.rollback()
    assert rows(KeyCheck) == []
    seal()
    assert len(rows(KeyCheck)) == 2


def test_a_key_made_in_a_transaction_that_is_rolled_back_is_never_used(app: Any) -> None:
    place = cells.place(Message, "body", uuid.uuid4(), "harbor")
    with own() as session:
        lost = cells.seal(session, place, "lost", scope=keys.GENERAL)
        session.rollback()
    where, cell = seal()
    assert ciphers.key_id_of(cell) != ciphers.key_id_of(lost)
    with app.app_context():
        app.extensions["firmtext"].unwrapped._kept.clear()
        assert opened(where, cell) == "Hello"


def test_a_key_made_before_a_savepoint_that_is_rolled_back_is_never_used_after_all_is(app: Any) -> None:
    """The host's session: our text, then something of the host's that fails in a savepoint, then another text."""
    session = firmtext.db.session
    place = cells.place(Message, "body", uuid.uuid4(), "harbor")
    first = cells.seal(session, place, "lost", scope=keys.GENERAL)
    savepoint = session.begin_nested()
    session.execute(KeyCheck.__table__.select())
    savepoint.rollback()
    second = cells.seal(session, place, "lost, too", scope=keys.GENERAL)
    assert ciphers.key_id_of(first) == ciphers.key_id_of(second)
    session.rollback()
    where, cell = seal()
    assert ciphers.key_id_of(cell) != ciphers.key_id_of(first)
    app.extensions["firmtext"].unwrapped._kept.clear()
    assert opened(where, cell) == "Hello"


def test_a_key_made_inside_a_savepoint_that_is_rolled_back_is_never_used(app: Any) -> None:
    session = firmtext.db.session
    seal(firm="summit")  # the configured keys have left their marks
    place = cells.place(Message, "body", uuid.uuid4(), "harbor")
    savepoint = session.begin_nested()
    lost = cells.seal(session, place, "lost", scope=keys.GENERAL)
    savepoint.rollback()
    kept = cells.seal(session, place, "kept", scope=keys.GENERAL)
    session.commit()
    assert ciphers.key_id_of(kept) != ciphers.key_id_of(lost)
    app.extensions["firmtext"].unwrapped._kept.clear()
    assert opened(place, kept) == "kept"


def test_two_sessions_that_make_the_same_first_key_share_it(app: Any) -> None:
    cells_made = [seal(f"text {n}", scope="conversation/x") for n in range(2)]
    assert len({ciphers.key_id_of(cell) for _, cell in cells_made}) == 1


SEAL = """
import sys, uuid, json
from hostapp import create_app
app = create_app()
from flask_firmtext.store import cells, keys, ciphers
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import own
print("ready", flush=True)
sys.stdin.readline()
with app.app_context():
    made = []
    for firm in ("harbor", "summit", "prairie", "lisbon"):
        for scope in ("general", "conversation/one"):
            row = uuid.uuid4()
            with own() as session:
                cell = cells.seal(session, cells.place(Message, "body", row, firm), "Hello", scope=scope)
            made.append([str(row), firm, cell.hex()])
print(json.dumps(made))
"""


@pytest.mark.slow
def test_processes_that_make_the_same_first_keys_at_once_agree(
    app: Any, host_environment: dict[str, str], redis_url: str
) -> None:
    environment = host_environment | {"PYTHONPATH": str(host_environment["FLASK_APP"]).rpartition("/")[0]}
    together = [
        subprocess.Popen(
            [sys.executable, "-c", SEAL], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for one in together:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in together:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    outputs = [one.communicate(timeout=60)[0] for one in together]
    assert [one.returncode for one in together] == [0, 0, 0]
    made = [item for output in outputs for item in json.loads(output)]
    assert len({bytes.fromhex(cell)[1:9] for _, _, cell in made}) == 8
    assert len(rows(Key)) == 4 * 3  # four firms: their own key, and two scopes each
    with reading() as session:
        places = [(ciphers.Place("firmtext_message", "body", row, firm), bytes.fromhex(c)) for row, firm, c in made]
        assert cells.read(session, places) == ["Hello"] * len(made)


def test_a_page_of_fifty_conversations_reads_its_keys_with_two_queries_and_then_none(app: Any) -> None:
    sealed = [seal(f"text {n}", scope=f"conversation/{n}") for n in range(50)]
    memory = app.extensions["firmtext"].unwrapped
    statements: list[str] = []
    engine = firmtext.engine

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    for wanted in (2, 0):
        if wanted:
            memory._kept.clear()
        statements.clear()
        with reading() as session:
            assert cells.read(session, sealed) == [f"text {n}" for n in range(50)]
        assert len(statements) == wanted
    event.remove(engine, "before_cursor_execute", count)


def test_a_key_that_is_known_costs_no_query(app: Any) -> None:
    seal()
    seal()
    statements: list[str] = []
    event.listen(firmtext.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    seal()
    assert [one for one in statements if "firmtext_key" in one] == []


def test_a_key_is_forgotten_after_five_minutes_and_the_active_one_after_one(app: Any) -> None:
    state = app.extensions["firmtext"]
    assert (state.unwrapped._kept.ttl, state.active._kept.ttl) == (300, 60)
    assert state.unwrapped._kept.maxsize == 10_000


def test_a_destroyed_key_is_not_unwrapped(app: Any) -> None:
    where, cell = seal()
    with own() as session:
        session.query(Key).filter_by(scope="general").update({"state": KeyState.DESTROYED, "wrapped": bytes(61)})
    state = app.extensions["firmtext"]
    state.unwrapped._kept.clear()
    state.active._kept.clear()
    with pytest.raises(DecryptError):
        opened(where, cell)
    assert ciphers.key_id_of(seal()[1]) != ciphers.key_id_of(cell)


def test_a_key_row_that_somebody_changed_opens_nothing_and_is_not_replaced(app: Any) -> None:
    where, cell = seal()
    other = seal(firm="summit")[1]
    state = app.extensions["firmtext"]
    for column, value in (("firm", "lisbon"), ("scope", "conversation/x"), ("parent", "0" * 16), ("wrapped", b"\1")):
        with own() as session:
            row = session.get_one(Key, ciphers.key_id_of(cell))
            was = getattr(row, column)
            setattr(row, column, value)
        state.unwrapped._kept.clear()
        state.active._kept.clear()
        with pytest.raises(DecryptError):
            opened(where, cell)
        with own() as session:
            setattr(session.get_one(Key, ciphers.key_id_of(cell)), column, was)
    assert opened(where, cell) == "Hello"
    assert other


@pytest.mark.attack("A33")
def test_keys_that_lead_back_to_themselves_open_nothing_and_hide_nothing_else(app: Any) -> None:
    sealed = [seal("lost"), seal("lost, too", scope="conversation/x"), seal("there", scope="conversation/y")]
    one, other = (ciphers.key_id_of(cell) for _, cell in sealed[:2])
    state = app.extensions["firmtext"]
    for parents in ({one: one, other: other}, {one: other, other: one}):
        with own() as session:
            for key_id, parent in parents.items():
                session.get_one(Key, key_id).parent = parent
        state.unwrapped._kept.clear()
        with reading() as session:
            read = cells.read(session, sealed)
        assert [isinstance(text, DecryptError) for text in read] == [True, True, False]


def test_nothing_shows_a_key(app: Any) -> None:
    seal()
    state = app.extensions["firmtext"]
    with reading() as session:
        keys_in_memory = [key for row in rows(Key) for key in keys.to_decrypt(session, [row.id]).values()]
    secrets = [*keys_in_memory, *firmtext.settings.encryption_keys.values(), *firmtext.settings.index_key]
    assert len(keys_in_memory) == 2
    shown = repr(state) + repr(state.unwrapped) + repr(firmtext.settings) + str(vars(rows(Key)[0])) + repr(rows(Key))
    for secret in secrets:
        assert repr(secret)[2:-1] not in shown
        assert secret.hex() not in shown
    for taking in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            taking(state.unwrapped)

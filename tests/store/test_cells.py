"""Protected columns: what a writer to the database can do to them, and what it does to everybody else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from evidence import rows
from flask_firmtext.errors import DecryptError
from flask_firmtext.ports.values import User
from flask_firmtext.store import cells, ciphers, keys
from flask_firmtext.store.ciphers import Place
from flask_firmtext.store.models import Conversation, Key, Message
from flask_firmtext.store.transactions import own, reading
from rows import accepted, verified_number

STAN = User("staff@summit.example", "Stan Staff", "summit")


@pytest.fixture
def texts(app: Any) -> dict[str, uuid.UUID]:
    verified_number()
    verified_number("summit", "+18335550101")
    return {
        "one": accepted("one"),
        "two": accepted("two"),
        "sara": accepted("to sara", contact="sara"),
        "summit": accepted("at summit", contact="rosa-of-summit", by=STAN),
    }


def read() -> dict[uuid.UUID, Any]:
    """Every text, each opened or its error, as a page does."""
    found = rows(Message)
    with reading() as session:
        places = [(cells.place(Message, "body", row.id, row.firm), row.body) for row in found]
        return dict(zip([row.id for row in found], cells.read(session, places), strict=True))


def swapped(one: uuid.UUID, other: uuid.UUID) -> None:
    with own() as session:
        a, b = session.get_one(Message, one), session.get_one(Message, other)
        a.body, b.body = b.body, a.body


@pytest.mark.parametrize("other", ["two", "sara", "summit"])
@pytest.mark.attack("A33")
def test_two_swapped_texts_are_two_unreadable_ones_and_no_others(texts: dict[str, uuid.UUID], other: str) -> None:
    swapped(texts["one"], texts[other])
    unreadable = {row for row, text in read().items() if isinstance(text, DecryptError)}
    assert unreadable == {texts["one"], texts[other]}


def test_a_cell_of_another_column_does_not_open(texts: dict[str, uuid.UUID]) -> None:
    [conversation] = [row for row in rows(Conversation) if row.id in {m.conversation_id for m in rows(Message)}][:1]
    with own() as session:
        message = session.query(Message).filter_by(conversation_id=conversation.id).first()
        assert message is not None
        message.body, wanted = conversation.phone, message.id
    assert isinstance(read()[wanted], DecryptError)


@pytest.mark.parametrize("change", ["firm", "key id", "version", "empty"])
def test_what_was_changed_is_unreadable_alone(texts: dict[str, uuid.UUID], change: str) -> None:
    with own() as session:
        row = session.get_one(Message, texts["one"])
        if change == "firm":
            row.firm = "summit"
        elif change == "key id":
            other = session.get_one(Message, texts["summit"])
            row.body = row.body[:1] + other.body[1:9] + row.body[9:]
        elif change == "version":
            row.body = b"\2" + row.body[1:]
        else:
            row.body = b""
    found = read()
    assert isinstance(found.pop(texts["one"]), DecryptError)
    assert sorted(found.values()) == ["at summit", "to sara", "two"]


@pytest.mark.attack("A33")
def test_plain_text_in_a_protected_column_is_not_shown(texts: dict[str, uuid.UUID]) -> None:
    with own() as session:
        session.get_one(Message, texts["one"]).body = b"pay to this account instead"
    assert isinstance(read()[texts["one"]], DecryptError)


def test_an_unreadable_cell_names_its_place_and_no_content(texts: dict[str, uuid.UUID]) -> None:
    swapped(texts["one"], texts["two"])
    error = read()[texts["one"]]
    assert str(texts["one"]) in str(error)
    assert "firmtext_message.body" in str(error)
    assert "one" not in str(error).replace(str(texts["one"]), "")


def test_a_lost_key_hides_its_conversation_and_no_other(texts: dict[str, uuid.UUID], app: Any) -> None:
    with own() as session:
        key_id = ciphers.key_id_of(session.get_one(Message, texts["sara"]).body)
        session.delete(session.get_one(Key, key_id))
    app.extensions["firmtext"].unwrapped._kept.clear()
    found = read()
    assert isinstance(found.pop(texts["sara"]), DecryptError)
    assert sorted(found.values()) == ["at summit", "one", "two"]


def test_each_conversation_has_a_key_of_its_own(texts: dict[str, uuid.UUID]) -> None:
    used = {row.id: ciphers.key_id_of(row.body) for row in rows(Message)}
    assert used[texts["one"]] == used[texts["two"]]
    assert len(set(used.values())) == 3
    scopes = {row.id: row.scope for row in rows(Key)}
    conversation = rows(Message, Message.id == texts["one"])[0].conversation_id
    assert scopes[used[texts["one"]]] == keys.conversation_scope(conversation)


def test_texts_of_up_to_127_bytes_have_three_lengths(app: Any) -> None:
    place = Place("firmtext_message", "body", "x", "harbor")
    with own() as session:
        lengths = {len(cells.seal(session, place, "x" * n, scope=keys.GENERAL)) for n in range(128)}
    assert lengths == {1 + 8 + 12 + size + 16 for size in (32, 64, 128)}

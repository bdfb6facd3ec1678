"""What somebody has begun to write is kept, and never in clear."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from flask_firmtext.messaging import drafts
from flask_firmtext.messaging.drafts import Place, Written
from flask_firmtext.store import keys
from flask_firmtext.store.models import Draft
from flask_firmtext.store.transactions import own, reading
from rows import accepted

INDEX = b"i" * 16
FIRST = Written("Hello", "token-a", "tab-a", 1)


@pytest.fixture
def place(number: Any) -> Place:
    return drafts.place_of("harbor", "staff@harbor.example", contact="rosa", phone_index=INDEX)


def keep(place: Place, written: Written) -> drafts.Saved:
    with own() as session:
        return drafts.keep(session, place, written)


def kept(place: Place) -> str | None:
    with reading() as session:
        found = drafts.find(session, place)
        return found.text if found else None


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_what_was_begun_is_found_again_with_the_token_to_send_it(place: Place) -> None:
    keep(place, FIRST)
    with reading() as session:
        assert drafts.find(session, place) == drafts.Kept("Hello", "token-a", "tab-a:1")


def test_it_is_encrypted(place: Place) -> None:
    keep(place, replace(FIRST, text="privileged words"))
    with reading() as session:
        assert b"privileged" not in session.scalars(select(Draft.body)).one()


def test_it_is_its_users_and_its_places(place: Place) -> None:
    keep(place, FIRST)
    others = [
        drafts.place_of("harbor", "admin@harbor.example", contact="rosa", phone_index=INDEX),
        drafts.place_of("summit", "staff@harbor.example", contact="rosa", phone_index=INDEX),
        drafts.place_of("harbor", "staff@harbor.example", contact="theo", phone_index=INDEX),
        drafts.place_of("harbor", "staff@harbor.example", contact="rosa", phone_index=b"j" * 16),
    ]
    assert [kept(other) for other in others] == [None] * 4


def test_the_same_tab_goes_on_and_one_row_stays_one(place: Place) -> None:
    for n, text in enumerate(("Hel", "Hello", "Help"), start=1):
        assert keep(place, replace(FIRST, text=text, count=n)).other is None
    assert (kept(place), count()) == ("Help", 1)


def test_a_saving_that_comes_late_changes_nothing(place: Place) -> None:
    keep(place, replace(FIRST, text="Hello Rosa", count=2))
    keep(place, replace(FIRST, text="Hello", count=1))
    assert kept(place) == "Hello Rosa"


def test_another_tab_is_told_of_words_that_it_has_not_seen_and_takes_nothing_away(place: Place) -> None:
    keep(place, replace(FIRST, text="A long thought"))
    second = Written("Other words", "token-b", "tab-b", 1)
    told = keep(place, second)
    assert (told.other, kept(place)) == ("A long thought", "A long thought")
    keep(place, replace(second, text=""))
    assert kept(place) == "A long thought"
    assert keep(place, replace(second, known=told.known, count=2)).other is None
    assert kept(place) == "Other words"


def test_a_tab_that_has_seen_them_and_one_that_goes_on_with_them_win(place: Place) -> None:
    keep(place, FIRST)
    assert keep(place, Written("Hello Rosa", "token-b", "tab-b", 1)).other is None
    assert keep(place, Written("Hi", "token-c", "tab-c", 1, known="tab-b:1")).other is None
    assert kept(place) == "Hi"


def test_emptied_it_is_gone(place: Place) -> None:
    keep(place, FIRST)
    keep(place, replace(FIRST, text=" \n", count=2))
    assert count() == 0


def test_what_was_begun_before_the_first_text_goes_on_in_the_conversation(place: Place) -> None:
    keep(place, FIRST)
    begun = drafts.place_of(
        place.firm, place.user, contact="rosa", phone_index=INDEX, conversation=(conversation := uuid.uuid4())
    )
    assert kept(begun) == "Hello"
    keep(begun, replace(FIRST, text="Hello again", count=2))
    with reading() as session:
        assert session.scalars(select(Draft.conversation_id)).all() == [conversation]
    assert (kept(begun), kept(place), count()) == ("Hello again", None, 1)


def test_a_draft_that_went_out_is_dropped_and_a_late_saving_of_it_is_none(place: Place) -> None:
    keep(place, FIRST)
    with own() as session:
        drafts.drop(session, place, FIRST)
    assert count() == 0


def test_longer_words_of_another_tab_survive_a_text_and_get_a_token_of_their_own(place: Place) -> None:
    keep(place, FIRST)
    keep(place, Written("Hello, one more thing", "token-a", "tab-b", 1))
    with own() as session:
        drafts.drop(session, place, replace(FIRST, text="Hello"))
    with reading() as session:
        found = drafts.find(session, place)
    assert found is not None
    assert found.text == "Hello, one more thing"
    assert found.token != "token-a"


def test_a_saving_after_its_text_went_out_is_no_draft(place: Place, app: Any) -> None:
    message = accepted("Hello Rosa")
    with own() as session:
        token = session.scalars(select(drafts.Message.client_token).where(drafts.Message.id == message)).one()
    keep(place, Written("Hello", str(token), "tab-a", 3))
    assert count() == 0
    keep(place, Written("Something else", str(token), "tab-a", 4))
    assert kept(place) == "Something else"


def test_one_that_cannot_be_read_hides_nothing_and_gives_way(place: Place) -> None:
    keep(place, FIRST)
    with own() as session:
        row = session.scalars(select(Draft)).one()
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    assert kept(place) is None
    assert keep(place, Written("New", "token-b", "tab-b", 1)).other is None
    assert kept(place) == "New"


def test_the_key_is_the_conversations(place: Place) -> None:
    conversation = uuid.uuid4()
    keep(replace(place, conversation=conversation), FIRST)
    with reading() as session:
        scopes = set(session.scalars(select(keys.Key.scope)))
    assert keys.conversation_scope(conversation) in scopes

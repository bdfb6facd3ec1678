"""Texts become searchable: each once, whoever marks it and whoever dies; what is erased is found never again."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dying import dies_at
from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import marking, reindexing, searches, searching, word_marks
from flask_firmtext.ports.values import Firm, User
from flask_firmtext.store import ciphers
from flask_firmtext.store.models import Message, SearchMark, SearchProgress, SearchText
from flask_firmtext.store.search_queries import ERASED
from flask_firmtext.store.transactions import own
from hostapp import KEYS
from rows import accepted, changed, verified_number

OLD = KEYS["FIRMTEXT_INDEX_KEY"]
NEW = "Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="


@pytest.fixture(autouse=True)
def number(app: Any) -> Any:
    return verified_number()


def stored() -> dict[uuid.UUID, set[int]]:
    """The marks of each text, as the index has them; each has its own row as well."""
    of_stamp: dict[int, set[int]] = {}
    for row in rows(SearchMark):
        of_stamp.setdefault(row.stamp, set()).add(row.mark)
    found = {row.message_id: (row, of_stamp.pop(row.stamp, set())) for row in rows(SearchText)}
    assert not of_stamp
    assert all(set(word_marks.unpack(row.marks)) == marks for row, marks in found.values())
    return {message: marks for message, (_, marks) in found.items()}


def marks_of(word: str, index_key: bytes | None = None) -> set[int]:
    key = ciphers.search_key(index_key or firmtext.settings.index_key[0], "harbor")
    return {ciphers.word_mark(key, *part) for part in word_marks.parts(word)}


def test_every_text_is_marked_once_however_often_it_is_walked(app: Any) -> None:
    first, second = accepted("The escrow deposit"), accepted("A subpoena")
    assert marking.walk("harbor") == 2
    found = stored()
    assert marks_of("escrow") <= found[first]
    assert marks_of("subpoena") <= found[second]
    assert not marks_of("escrow") & found[second]
    for back in (marking.LATE, timedelta(hours=26), None):
        assert marking.walk("harbor", back) == 0
    assert stored() == found
    [progress] = rows(SearchProgress)
    assert progress.walked_at is not None


def test_what_is_new_is_marked_by_the_next_look_and_what_came_late_by_a_walk_further_back(app: Any) -> None:
    accepted("The escrow deposit")
    marking.walk("harbor")
    late = accepted("A subpoena")
    changed(late, created_at=firmtext.clock.now() - timedelta(hours=3))
    new = accepted("An affidavit")
    assert marking.walk("harbor") == 1
    assert new in stored()
    assert late not in stored()
    assert marking.walk("harbor", timedelta(hours=26)) == 1
    assert late in stored()


@pytest.mark.parametrize("point", ["search.storing", "search.stored"])
def test_a_walk_that_is_killed_goes_on_and_marks_nothing_twice(app: Any, point: str) -> None:
    texts = [accepted(f"Text {n} of the escrow") for n in range(marking.AT_ONCE + 3)]
    assert dies_at(point, lambda: marking.walk("harbor"))
    marking.walk("harbor")
    assert set(stored()) == set(texts)


def test_two_walks_at_once_mark_each_text_once(app: Any) -> None:
    texts = [accepted(f"Text {n} of the escrow") for n in range(30)]

    def walk() -> None:
        with app.app_context():
            marking.walk("harbor")

    threads = [threading.Thread(target=walk) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(stored()) == set(texts)


def test_what_is_erased_is_found_by_nothing_and_never_marked_again(app: Any) -> None:
    erased, other, unmarked = accepted("The escrow deposit"), accepted("The escrow again"), None
    marking.walk("harbor")
    unmarked = accepted("Escrow, not marked yet")
    with own() as session:
        marking.forget(session, "harbor", [erased, unmarked])
    marking.walk("harbor", None)
    found = stored()
    assert found[erased] == found[unmarked] == set()
    assert marks_of("escrow") <= found[other]
    assert {row.key for row in rows(SearchText) if row.message_id in (erased, unmarked)} == {ERASED}


def test_what_is_erased_while_it_is_being_marked_keeps_no_mark(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = accepted("The escrow deposit")
    store = marking._store

    def late(*args: Any) -> int:  # the body has been read, and the marks are about to be stored
        with own() as session:
            marking.forget(session, "harbor", [text])
        return store(*args)

    monkeypatch.setattr(marking, "_store", late)
    marking.walk("harbor")
    assert stored() == {text: set()}


def test_a_text_that_cannot_be_read_is_left_until_it_can(app: Any) -> None:
    text = accepted("The escrow deposit")
    [row] = rows(Message)
    changed(text, body=row.body[:-1] + bytes([row.body[-1] ^ 1]))
    assert marking.walk("harbor") == 0
    assert stored() == {}
    changed(text, body=row.body)
    assert marking.walk("harbor") == 1


def test_under_another_index_key_everything_is_marked_anew_and_found_at_every_moment(
    app: Any, new_app: Callable[..., Any]
) -> None:
    text = accepted("The escrow deposit")
    marking.walk("harbor")
    made = new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_INDEX_KEY=f"{NEW},{OLD}")
    with made.app_context():
        new, old = firmtext.settings.index_key
        reindexing.run("cli:test")  # announced
        assert found_by("escrow") == [text]
        state: Any = firmtext._get_current_object()  # type: ignore[attr-defined]
        state.clock = ShiftedClock(timedelta(minutes=3))
        during: list[list[uuid.UUID]] = []
        second = accepted("The escrow again")
        reindexing.run("cli:test", lambda count: during.append(found_by("escrow")))
        assert set(found_by("escrow")) == {text, second}
        assert all(text in some for some in during)
        assert marks_of("escrow", new) <= stored()[text]
        assert not marks_of("escrow", old) & stored()[text]
        assert marking.walk("harbor", None) == 0


def found_by(word: str) -> list[uuid.UUID]:
    asked = searches.Asked(uuid.uuid4(), word)
    firm, user = Firm("harbor", "Harbor Law", "America/Chicago"), User("staff@harbor.example", "Sam", "harbor")
    return [hit.text.id for hit in searching.page(firm, user, asked, None, may=lambda _: True).hits]

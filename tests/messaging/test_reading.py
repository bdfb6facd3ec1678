"""Read marks."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.messaging.reading import mark_read
from flask_firmtext.store import changes
from flask_firmtext.store.models import ReadMark
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office


@pytest.fixture
def conversation(app: Any) -> uuid.UUID:
    office = Office(app)
    office.sends()
    return office.conversation()


def mark(conversation: uuid.UUID, position: int, user: str = STAFF) -> bool:
    with own() as session:
        return mark_read(session, "harbor", conversation, user=user, position=position)


def marks() -> dict[str, int]:
    with reading() as session:
        return {row.user: row.position for row in session.scalars(select(ReadMark))}


def count() -> int:
    with reading() as session:
        return changes.now(session, "harbor")


def test_a_mark_moves_on_and_never_back(conversation: uuid.UUID) -> None:
    assert [mark(conversation, position) for position in (2, 5, 3, 5)] == [True, True, False, False]
    assert marks() == {STAFF: 5}


def test_each_user_has_a_mark_of_their_own(conversation: uuid.UUID) -> None:
    mark(conversation, 2)
    mark(conversation, 1, ADMIN)
    assert marks() == {STAFF: 2, ADMIN: 1}


def test_only_news_makes_open_pages_ask(conversation: uuid.UUID) -> None:
    before = count()
    mark(conversation, 2)
    mark(conversation, 2)
    assert count() == before + 1


def test_many_at_once_leave_the_furthest(app: Any, conversation: uuid.UUID) -> None:
    def run(position: int) -> None:
        with app.app_context():
            mark(conversation, position)

    threads = [threading.Thread(target=run, args=(position,)) for position in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert marks() == {STAFF: 8}

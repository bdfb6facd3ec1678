"""Read marks."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.messaging.reading import mark_read, mark_seen, mark_unread, readers
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


def seen(conversation: uuid.UUID, position: int) -> bool:
    with own() as session:
        return mark_seen(session, "harbor", conversation, user=STAFF, position=position)


def unread(conversation: uuid.UUID, last_in: int) -> bool:
    with own() as session:
        return mark_unread(session, "harbor", conversation, user=STAFF, last_in=last_in)


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


def test_marked_unread_it_is_unread_whatever_an_open_page_saw_before(conversation: uuid.UUID) -> None:
    mark(conversation, 5)
    assert unread(conversation, 4)
    assert marks() == {STAFF: 3}
    assert not seen(conversation, 4)
    assert marks() == {STAFF: 3}
    assert seen(conversation, 6)
    assert marks() == {STAFF: 6}


def test_opened_again_it_is_read_again(conversation: uuid.UUID) -> None:
    mark(conversation, 5)
    unread(conversation, 5)
    assert mark(conversation, 5)
    assert unread(conversation, 5)
    mark(conversation, 5)
    assert not seen(conversation, 5)


def test_what_is_unread_cannot_be_marked_so(conversation: uuid.UUID) -> None:
    mark(conversation, 2)
    before = count()
    assert not unread(conversation, 3)
    assert count() == before


def test_readers_are_named_who_have_read_all_that_the_client_wrote(app: Any) -> None:
    office = Office(app)
    office.sends()
    conversation = office.conversation()
    assert readers("harbor", conversation, user=STAFF) is None
    office.receives()
    mark(conversation, 1)
    mark(conversation, 2, ADMIN)
    mark(conversation, 2, "left the firm")
    found = readers("harbor", conversation, user=STAFF)
    assert found is not None
    assert (found.names, found.more, found.oneself) == (("Ada Admin",), 1, False)
    mark(conversation, 2)
    found = readers("harbor", conversation, user=STAFF)
    assert found is not None
    assert found.oneself
    assert readers("summit", conversation, user=STAFF) is None

"""The SELECTs behind the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from flask_firmtext.ports.gateway import Media
from flask_firmtext.store import inbox_queries, keys
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import reading
from office import ROSA, STAFF, Office

QUERIES: dict[str, Callable[[Session, str, Any, list[Any]], Any]] = {
    "page": lambda session, firm, row, texts: inbox_queries.page(session, firm, STAFF, older_than=None, limit=9),
    "unread": lambda session, firm, row, texts: inbox_queries.unread(session, firm, STAFF),
    "unread_up_to": lambda session, firm, row, texts: inbox_queries.unread_up_to(session, firm, STAFF, row),
    "conversation": lambda session, firm, row, texts: inbox_queries.conversation(session, firm, row),
    "conversation_with": lambda session, firm, row, texts: inbox_queries.conversation_with(
        session, firm, keys.index_of("harbor", ROSA), number=None
    ),
    "texts": lambda session, firm, row, texts: inbox_queries.texts(session, firm, row, limit=9),
    "contacts": lambda session, firm, row, texts: inbox_queries.contacts(session, firm, [row]),
}


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_finds_the_firms_rows_and_no_other_firms(office: Office, name: str) -> None:
    office.sends()
    office.receives(media=(Media("https://media.example/1", "image"),))
    row = office.conversation()
    with reading() as session:
        texts = list(session.scalars(select(Message.id)))
        assert QUERIES[name](session, "harbor", row, texts)
        assert not QUERIES[name](session, "summit", row, texts)


def test_the_badge_counts_only_what_came_from_outside_behind_the_mark(office: Office) -> None:
    office.sends()
    office.receives()
    office.person().get(f"/texting/conversations/{office.conversation()}")
    office.sends()
    office.receives()
    office.sends()
    with reading() as session:
        assert list(inbox_queries.unread(session, "harbor", STAFF).values()) == [1]

"""Whatever cell cannot be read: every page is there, and says what else there is (attack A33)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select, update

from evidence import rows
from flask_firmtext.store.models import Attachment, Message, SavedReply, ScheduledText
from flask_firmtext.store.protected import EVERYTHING, FILES, Protected
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, STAFF, Office, Person
from sealed import a_row, fill, forget_keys

WORDS = "Your hearing is on 3 May."
OTHER = "Nothing is wrong with this one."


@pytest.fixture
def office(app: Any) -> Office:
    found = Office(app)
    fill()
    found.sends(text=OTHER)
    return found


def pages(office: Office) -> list[str]:
    conversation = office.conversation()
    [file] = [row.id for row in rows(Attachment, Attachment.message_id.is_not(None))]
    reply, later = rows(SavedReply)[0].id, rows(ScheduledText)[0].id
    return [
        *("/texting/", f"/texting/conversations/{conversation}", f"/texting/conversations/{conversation}/consent"),
        *("/texting/new?contact=rosa", "/texting/scheduled", f"/texting/scheduled/{later}"),
        *("/texting/settings", "/texting/settings/details", "/texting/settings/registration"),
        *("/texting/settings/replies", f"/texting/settings/replies/{reply}", f"/texting/files/{file}"),
        *("/admin/firmtext/conversations/", "/admin/firmtext/messages/", "/admin/firmtext/quarantine/"),
        f"/admin/firmtext/messages/details/?id={rows(Message)[0].id}",
    ]


def flip(one: Protected, row: Any) -> bytes:
    """Change a bit, and return what stood there."""
    with reading() as session:
        was = bytes(session.scalars(select(one.cell).where(one.primary == row)).one())
    put(one, row, was[:-1] + bytes([was[-1] ^ 1]))
    return was


def put(one: Protected, row: uuid.UUID | str, cell: bytes) -> None:
    with own() as session:
        session.execute(update(one.table).where(one.primary == row).values({one.column: cell}))
    forget_keys()


def answers(people: list[Person], urls: list[str]) -> dict[tuple[int, str], int]:
    return {(n, url): person.get(url).status_code for n, person in enumerate(people) for url in urls}


@pytest.mark.slow
@pytest.mark.attack("A33")
def test_a33_a_page_is_there_whatever_cell_cannot_be_read(office: Office) -> None:
    people, urls = [office.person(STAFF), office.person(ADMIN)], pages(office)
    before = answers(people, urls)
    assert set(before.values()) <= {200, 403, 404}
    assert [url for (n, url), code in before.items() if n and code != 200] == []
    for one in EVERYTHING:
        row = a_row(one)
        was = flip(one, row)
        now = answers(people, urls)
        broken = {url.split("/")[2] for (_, url), code in now.items() if code >= 500}
        assert broken == ({"files"} if one is FILES else set()), one.name
        thread = people[0].get(f"/texting/conversations/{office.conversation()}").text
        assert OTHER in thread, one.name
        assert (WORDS in thread) == (one.name != "firmtext_message.body"), one.name
        put(one, row, was)
    assert answers(people, urls) == before

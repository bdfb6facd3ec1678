"""An ethical wall around a matter in the practice system: whoever stands behind it finds no trace of it anywhere."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select
from werkzeug.security import generate_password_hash

from flask_firmtext.messaging import accepting
from flask_firmtext.practice.calendar import events
from flask_firmtext.store.models import ConversationContact, Message
from flask_firmtext.store.transactions import reading

STAFF, ADMIN, OTHER = "staff@harbor.example", "admin@harbor.example", "admin2@harbor.example"
MATTER, CLIENT = "Okafor: purchase of 12 Elm Street", "Tom Okafor"
#: Of the matter, its texts, its event and its bill; the contact's name stands in the list of contacts only.
TRACES = ("12 Elm", "parking", "Closing", "1046", "Okafor", "Ngozi")
CONTACTS_OWN = ("/contacts", "/contacts/{contact}", "/calendar/new", "/admin/contacts/")
PAGES = (
    *("/communications", "/contacts", "/matters", "/calendar", "/calendar/new", "/bills", "/online-payments", "/time"),
    *("/documents", "/settings/notifications", "/contacts/{contact}", "/texting/", "/texting/scheduled"),
    *(f"/texting/?show={view}" for view in ("unread", "waiting", "failed", "mine", "done", "all")),
    *("/texting/changes?since=-1&table=1", "/texting/new"),
)
ADMINISTRATION = (
    *("/admin/contacts/", "/admin/matters/"),
    *(f"/admin/firmtext/{view}/" for view in ("messages", "conversations", "attempts", "consents", "quarantine")),
)
GONE = (
    *("/matters/{matter}", "/calendar/{event}", "/bills/{bill}", "/texting/conversations/{conversation}"),
    *("/texting/conversations/{conversation}/consent", "/texting/new?contact={contact}"),
    *("/texting/changes?since=-1&conversation={conversation}", "/texting/changes?since=-1&matter=matter-{matter}"),
    "/texting/events/text?event={event}&contact={contact}",
)


@pytest.fixture(scope="module")
def ids(practice: Any) -> dict[str, Any]:
    """What belongs to the matter, with a second administrator in the firm, a scheduled text and an invitation."""
    from sample_host_app import models
    from sample_host_app.adapter import as_event

    with practice.app_context():
        session = models.db.session
        matter = session.scalars(select(models.Matter).where(models.Matter.title == MATTER)).one()
        secret = generate_password_hash("demo")
        session.add(
            models.User(firm_ref="harbor", email=OTHER, name="Ada Second", password_hash=secret, administrator=True)
        )
        session.commit()
        contact = str(matter.client_id)
        with reading() as store:
            shown = ConversationContact.conversation_id
            conversation = store.scalars(select(shown).where(ConversationContact.contact == contact)).one()
            messages = store.scalars(select(Message.id).where(Message.conversation_id == conversation)).all()
        invited = as_event(matter.events[0])
        events.saved(session, events.firm_of("harbor"), invited, [contact])
        session.commit()
        known = {"matter": matter.id, "contact": contact, "event": matter.events[0].id, "bill": matter.bills[0].id}
        return {**known, "conversation": conversation, "messages": [str(one) for one in messages]}


@pytest.fixture
def walled(practice: Any, ids: dict[str, Any]) -> Iterator[Callable[..., None]]:
    """``walled(email)`` puts a wall between somebody and the matter."""
    from sample_host_app import models, walls

    def wall(*emails: str) -> None:
        with practice.app_context():
            for email in emails:
                user = models.db.session.scalars(select(models.User.id).where(models.User.email == email)).one()
                models.db.session.add(walls.Wall(user_id=user, matter_id=ids["matter"]))
            models.db.session.commit()

    yield wall
    with practice.app_context():
        models.db.session.execute(delete(walls.Wall))
        models.db.session.commit()


def traces(page: str, *, without: tuple[str, ...] = ()) -> list[str]:
    return [trace for trace in TRACES if trace in page and trace not in without]


def unread(client: Any) -> int:
    found: int = json.loads(client.get("/texting/changes?since=-1").text)["unread"]
    return found


def seen(client: Any, path: str, ids: dict[str, Any]) -> tuple[int, str]:
    answer = client.get(path.format(**ids))
    return answer.status_code, answer.text


@pytest.mark.parametrize("email", [STAFF, OTHER])
@pytest.mark.attack("A17")
def test_a17_behind_a_wall_there_is_no_trace(
    signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any], email: str
) -> None:
    client = signed_in(email)
    pages = PAGES if email == STAFF else (*PAGES, *ADMINISTRATION)
    before = {path: traces(seen(client, path, ids)[1]) for path in pages}
    assert {"12 Elm", "Okafor", "Closing"} <= {trace for found in before.values() for trace in found}
    walled(email)
    for path in pages:
        code, page = seen(client, path, ids)
        assert code == 200, path
        names = ("Okafor", "Ngozi") if path in CONTACTS_OWN else ()
        assert traces(page, without=names) == [], path
        assert not [one for one in (str(ids["conversation"]), *ids["messages"]) if one in page], path


@pytest.mark.parametrize("email", [STAFF, OTHER])
@pytest.mark.attack("A17")
def test_a17_behind_a_wall_its_own_pages_are_like_pages_that_do_not_exist(
    signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any], email: str
) -> None:
    client = signed_in(email)
    for path in GONE:
        assert seen(client, path, ids)[0] == 200, path
    walled(email)
    nothing = dict.fromkeys(ids, "999999") | {"conversation": uuid.uuid4()}
    for path in GONE:
        hidden, missing = seen(client, path, ids), seen(client, path, nothing)
        assert traces(hidden[1]) == [], path
        assert hidden[0] == missing[0], path
        assert hidden[0] == (200 if "matter=" in path else 404), path


@pytest.mark.attack("A17")
def test_a17_what_is_behind_a_wall_costs_what_does_not_exist_costs(
    signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any], statements: list[str]
) -> None:
    client = signed_in(STAFF)
    walled(STAFF)
    asked = []
    for conversation in (ids["conversation"], uuid.uuid4()):
        client.get(f"/texting/conversations/{uuid.uuid4()}")
        statements.clear()
        page = client.get(f"/texting/conversations/{conversation}").text
        asked.append((len(statements), re.sub(r'value="[\w.-]{60,}"', "", page)))
    assert asked[0] == asked[1]


@pytest.mark.attack("A17")
def test_a17_the_badge_and_the_search_pass_over_what_is_behind_a_wall(
    signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any]
) -> None:
    client, admin = signed_in(STAFF), signed_in(ADMIN)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/texting/").text)
    assert token
    before = unread(admin)
    walled(STAFF, ADMIN)
    assert unread(admin) < before
    for typed in ("Okafor", "+16175550102", "Tom"):
        page = client.post("/texting/", data={"q": typed, "csrf_token": token[1]}).text
        assert str(ids["conversation"]) not in page
        assert "parking" not in page
    found = client.post("/texting/contacts/search", data={"q": "Okafor", "csrf_token": token[1]})
    assert "Okafor" not in found.text.replace('value="Okafor"', "")


@pytest.mark.attack("A17")
def test_a17_nobody_texts_through_a_wall(
    practice: Any, signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any]
) -> None:
    client = signed_in(STAFF)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/texting/").text)
    assert token
    walled(STAFF)
    form = {"contact": ids["contact"], "text": "Hello", "token": accepting.new_token(), "csrf_token": token[1]}
    assert client.post("/texting/texts", data=form).status_code == 404
    for what in ("done", "open", "unread", "consent"):
        at = f"/texting/conversations/{ids['conversation']}/{what}"
        assert client.post(at, data={"csrf_token": token[1], "way": "phone"}).status_code == 404, what


def test_an_administrator_builds_the_wall_and_takes_it_down(
    practice: Any, signed_in: Callable[[str], Any], walled: Callable[..., None], ids: dict[str, Any]
) -> None:
    admin, staff = signed_in(ADMIN), signed_in(STAFF)
    at, thread = f"/matters/{ids['matter']}/wall", f"/texting/conversations/{ids['conversation']}"
    assert staff.get(at).status_code == 404
    page = admin.get(at).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    people = re.findall(r'name="user" value="(\d+)"[^>]*> <bdi>([^<]+)', page)
    assert token
    user = next(number for number, name in people if "Second" not in name)
    assert staff.get(thread).status_code == 200
    assert admin.post(at, data={"csrf_token": token[1], "user": user}).status_code == 303
    assert staff.get(thread).status_code == 404
    assert admin.get(thread).status_code == 200
    assert admin.post(at, data={"csrf_token": token[1]}).status_code == 303
    assert staff.get(thread).status_code == 200


def test_the_host_is_asked_once_about_all_of_a_table(
    practice: Any, signed_in: Callable[[str], Any], walled: Callable[..., None], statements: list[str]
) -> None:
    walled(STAFF)
    client = signed_in(STAFF)
    client.get("/texting/?show=all")
    statements.clear()
    page = client.get("/texting/?show=all").text
    rows = page.count('class="ft-row')
    walls_asked = [one for one in statements if "FROM wall" in one and "union" not in one.lower()]
    assert rows >= 5
    assert len(walls_asked) < 12

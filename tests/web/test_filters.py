"""What the table shows: filters, search, and what people mark in it. Everything here works without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import threads
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.store import inbox_pages
from flask_firmtext.store.models import Author, Conversation, Failure
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, ROSA, STAFF, Office, Person, Statements

GRACE = "+13125550101"
NAMES = ("Rosa", "Lena", "Grace")
LONG = "Ann " + "Featherstonehaugh " * 16 + "<b>&"


def rows(html: str) -> list[str]:
    return re.findall(r'<tr id="ft-row.*?</tr>', html, re.DOTALL)


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


def press(person: Person, page: str, words: str, **more: Any) -> Any:
    """Press the first button with these words in a table's page, as a browser without scripts does."""
    html = person.get(page).text
    found = re.search(rf'formaction="([^"]+)"[^>]*>{words}<', html)
    assert found, f"there is no button {words}"
    show = re.search(r'name="show" value="(\w+)"', html)
    data = {"csrf_token": token(html), "show": show[1] if show else ""}
    return person.post(unescape(found[1]), data, **more)


def look_for(person: Person, typed: str) -> str:
    return person.post("/texting/", {"csrf_token": token(person.get("/texting/").text), "q": typed}).text


def fail(office: Office, contact: str) -> None:
    text = office.sends(contact)
    with own() as session:
        move(session, text, Move.REFUSED, State.FAILED, evidence="t", actor="t", reason="carrier_error")


def test_each_filter_shows_its_own_and_says_which_it_is(office: Office) -> None:
    office.sends("rosa")
    office.receives("When?", ROSA)
    office.host.add_contact("harbor", "Lena Ort", "+13125550178", ref="lena")
    fail(office, "lena")
    office.sends("grace", by=ADMIN)
    staff = office.person()
    shown = {
        view: [name for name in NAMES if any(f"<bdi>{name}" in row for row in rows(page))]
        for view in ("open", "unread", "waiting", "failed", "mine", "done", "all")
        if (page := staff.get(f"/texting/?show={view}").text)
    }
    assert shown == {
        "open": ["Rosa", "Lena", "Grace"],
        "unread": ["Rosa"],
        "waiting": ["Rosa"],
        "failed": ["Lena"],
        "mine": ["Rosa", "Lena"],
        "done": [],
        "all": ["Rosa", "Lena", "Grace"],
    }
    page = staff.get("/texting/?show=waiting").text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">(\w+)</a>', page) == [
        ("/texting/?show=waiting", "Waiting")
    ]


@pytest.mark.parametrize(
    ("view", "words"),
    [
        ("open", "Nothing to do"),
        ("unread", "You have read everything"),
        ("waiting", "No client is waiting"),
        ("failed", "Nothing failed"),
        ("mine", "You have not texted anybody yet"),
        ("done", "Nothing is marked done"),
    ],
)
def test_an_empty_filter_says_so_in_its_own_words(office: Office, view: str, words: str) -> None:
    office.sends("rosa", by=ADMIN)
    if view == "open":
        press(office.person(ADMIN), "/texting/", "Mark done")
    assert words in office.person().get(f"/texting/?show={view}").text


def test_a_filter_that_we_do_not_know_is_the_first(office: Office) -> None:
    office.sends()
    assert len(rows(office.person().get("/texting/?show=nonsense").text)) == 1


@pytest.mark.parametrize("view", ["open", "unread", "waiting", "failed", "mine", "done", "all"])
def test_every_filter_turns_its_pages_and_leaves_none_out(office: Office, view: str) -> None:
    made = office.conversation_copies(threads.PAGE + 3)
    with own() as session:
        at = firmtext.clock.now()
        values: dict[str, dict[str, Any]] = {
            "unread": {"last_in_position": 1},
            "waiting": {"waiting_since": at},
            "done": {"done_at": at, "done_by": STAFF},
        }
        if view in values:
            session.execute(update(Conversation).values(**values[view]))
        for n, row in enumerate(made):
            if view == "failed":
                position = session.get_one(Conversation, row).last_out_position
                failed = {"firm": "harbor", "position": position, "at": at - timedelta(seconds=n // 2)}
                session.add(Failure(conversation_id=row, **failed))
            if view == "mine" and n:
                session.add(Author(conversation_id=row, author=STAFF, firm="harbor", last_at=at))
    staff = office.person()
    page = staff.get(f"/texting/?show={view}").text
    found = re.search(r'rel="next" href="([^"]+)"', page)
    assert found
    rest = staff.get(unescape(found[1])).text
    seen = [re.search('id="([^"]+)"', row)[1] for row in rows(page) + rows(rest)]  # type: ignore[index]
    assert len(rows(page)) == threads.PAGE
    assert len(seen) == len(set(seen)) == len(made)
    assert 'rel="next"' not in rest


def test_who_waits_longest_stands_first(office: Office) -> None:
    for contact, phone in (("grace", GRACE), ("rosa", ROSA)):
        office.sends(contact)
        office.receives("When?", phone)
    with own() as session:
        session.execute(
            update(Conversation)
            .where(Conversation.id == office.conversation(ROSA))
            .values(waiting_since=firmtext.clock.now() - timedelta(hours=3, minutes=20))
        )
    found = rows(office.person().get("/texting/?show=waiting").text)
    assert ["Rosa" in row for row in found] == [True, False]
    assert "Client waiting 3 h" in found[0]
    assert ">Client waiting</span>" in found[1]


def test_a_cursor_of_one_filter_is_none_of_another(office: Office) -> None:
    office.conversation_copies(threads.PAGE + 1)
    staff = office.person()
    found = re.search(r'rel="next" href="([^"]+)"', staff.get("/texting/?show=all").text)
    assert found
    assert staff.get(unescape(found[1]).replace("show=all", "show=done")).status_code == 404


def test_far_back_there_may_be_more_unread_ones_and_the_page_leads_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_pages, "LOOKED_AT", 3)
    made = office.conversation_copies(8)
    with own() as session:
        session.execute(update(Conversation).where(Conversation.id == made[6]).values(last_in_position=1))
    staff = office.person()
    page = staff.get("/texting/?show=unread").text
    assert rows(page) == []
    assert "Older conversations may have some" in page
    pages = 1
    while not rows(page):
        found = re.search(r'rel="next" href="([^"]+)"', page)
        assert found
        page = staff.get(unescape(found[1])).text
        pages += 1
    assert pages == 3
    assert str(made[6]) in rows(page)[0]


@pytest.mark.parametrize("view", ["open", "unread", "waiting", "failed", "mine", "done", "all"])
def test_every_filter_takes_the_same_number_of_queries_for_one_and_for_many(office: Office, view: str) -> None:
    office.sends()
    office.receives()
    staff = office.person()
    staff.get(f"/texting/?show={view}")
    with Statements(office.app) as one:
        staff.get(f"/texting/?show={view}")
    office.conversation_copies(20)
    with own() as session:
        at = firmtext.clock.now()
        done = {"done_at": at, "done_by": STAFF} if view == "done" else {}
        session.execute(update(Conversation).values(waiting_since=at, last_in_position=1, **done))
    with Statements(office.app) as many:
        staff.get(f"/texting/?show={view}")
    # What was empty saves its texts and keys, and looks whether there is anything at all.
    assert len(many.seen) <= len(one.seen) + 4
    assert len(many.seen) <= 15
    calls = office.host.calls.count("Matters.of_contacts")
    staff.get(f"/texting/?show={view}")
    assert office.host.calls.count("Matters.of_contacts") <= calls + 1


def test_matters_are_chips_the_first_three_and_a_number(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.sends()
    for n in range(500):
        office.host.add_matter("harbor", f"M{n:03} {LONG}" if n == 0 else f"M{n:03}", client=rosa, url=f"/matters/{n}")
    row = rows(office.person().get("/texting/").text)[0]
    mine = office.host.for_firm("harbor").matters.of_contact("rosa")
    assert row.count("ft-chip") - row.count("ft-chips") == 3
    assert f"and {len(mine) - 3} more" in row
    assert "<b>" not in row


def test_without_the_matters_the_table_is_shown_all_the_same(office: Office) -> None:
    office.sends("rosa", "Hello")
    office.host.fault("Matters.of_contacts", raises=RuntimeError("canary"))
    page = office.person().get("/texting/")
    assert page.status_code == 200
    assert "Hello" in rows(page.text)[0]
    assert "canary" not in page.text


def test_long_names_and_names_of_html_are_names(office: Office) -> None:
    office.host.add_contact("harbor", LONG, "+13125550177", ref="long")
    office.sends("long", "Hi")
    row = rows(office.person().get("/texting/").text)[0]
    assert "<b>" not in row
    assert "&lt;b&gt;&amp;" in row


def test_my_own_last_text_begins_with_you(office: Office) -> None:
    office.sends("rosa", "Mine")
    assert '>You</small> <span class="ft-words-of" dir="auto">Mine' in rows(office.person().get("/texting/").text)[0]
    assert ">You<" not in rows(office.person(ADMIN).get("/texting/").text)[0]


@pytest.mark.parametrize("typed", ["rosa", "  MARSH ", "(312) 555-0100", "+1 312 555 0100", "5550100"])
def test_a_contact_is_found_by_name_or_number(office: Office, typed: str) -> None:
    office.sends("rosa", "found")
    office.sends("grace", "other")
    found = rows(look_for(office.person(), typed))
    assert len(found) == 1
    assert "found" in found[0]


def test_a_number_that_is_nobodys_any_more_finds_its_conversation(office: Office) -> None:
    office.sends("rosa", "found")
    office.host.remove_contact("harbor", "rosa")
    assert "found" in rows(look_for(office.person(), "312-555-0100"))[0]
    assert rows(look_for(office.person("admin@summit.example"), "312-555-0100")) == []


def test_what_was_typed_stands_in_no_address_and_is_said_when_nobody_is_found(office: Office) -> None:
    office.sends()
    page = look_for(office.person(), "Zzz <i>")
    assert "No text messages with <bdi>Zzz &lt;i&gt;</bdi>." in page
    assert 'value="Zzz &lt;i&gt;"' in page
    assert "Zzz" not in "".join(re.findall(r'(?:href|action)="([^"]+)"', page))


def test_nothing_typed_is_everything(office: Office) -> None:
    staff = office.person()
    data = {"csrf_token": token(staff.get("/texting/").text), "q": " "}
    answer = staff.post("/texting/", data)
    assert (answer.status_code, answer.location) == (303, "/texting/")


def test_a_search_needs_its_token_and_its_right(office: Office) -> None:
    staff = office.person()
    assert staff.post("/texting/", {"q": "rosa"}).status_code == 400
    office.host.users.refuse(STAFF, "conversation.list")
    assert staff.post("/texting/", {"q": "rosa"}).status_code in (400, 404)


def test_done_leaves_the_table_says_so_and_comes_back_by_undo(office: Office) -> None:
    office.sends()
    staff = office.person()
    answer = press(staff, "/texting/?show=mine", "Mark done", follow_redirects=True)
    assert answer.request.path == "/texting/"
    assert answer.request.args["show"] == "mine"
    assert "Marked done." in answer.text
    assert rows(staff.get("/texting/").text) == []
    assert "Done by Sam Staff" in rows(staff.get("/texting/?show=done").text)[0]
    undo = re.search(r'formaction="([^"]+)"[^>]*>Undo<', answer.text)
    assert undo
    staff.post(undo[1], {"csrf_token": token(answer.text)})
    assert len(rows(staff.get("/texting/").text)) == 1


def test_marked_unread_it_is_bold_again_with_its_badge_for_me_alone(office: Office) -> None:
    office.sends()
    office.receives()
    for user in (STAFF, ADMIN):
        office.person(user).get(f"/texting/conversations/{office.conversation()}")
    staff = office.person()
    assert "ft-unread" not in rows(staff.get("/texting/").text)[0].partition(">")[0].replace("data-ft-unread", "")
    press(staff, "/texting/", "Mark unread")
    row = rows(staff.get("/texting/").text)[0]
    assert "1 unread text" in row
    assert 'class="ft-row ft-unread"' in row
    assert "1 unread text" not in rows(office.person(ADMIN).get("/texting/").text)[0]
    staff.get(f"/texting/changes?since=-1&conversation={office.conversation()}&seen=2")
    assert "1 unread text" in rows(staff.get("/texting/").text)[0]
    staff.get(f"/texting/conversations/{office.conversation()}")
    assert "1 unread text" not in rows(staff.get("/texting/").text)[0]


@pytest.mark.parametrize("what", ["done", "open", "unread"])
def test_marks_need_a_token_the_firm_and_the_right(office: Office, what: str) -> None:
    office.sends()
    office.receives()
    url = f"/texting/conversations/{office.conversation()}/{what}"
    staff, stranger = office.person(), office.person("admin@summit.example")
    assert staff.post(url, {}).status_code == 400
    assert stranger.post(url, {"csrf_token": token(stranger.get("/texting/").text)}).status_code == 404
    mine = {"csrf_token": token(staff.get("/texting/").text)}
    office.host.users.refuse(STAFF, "conversation.read" if what == "unread" else "conversation.done")
    assert staff.post(url, mine).status_code == 404
    with reading() as session:
        assert session.scalars(select(Conversation.done_at)).all() == [None]


def test_who_may_not_mark_done_is_not_offered_it(office: Office) -> None:
    office.sends()
    office.host.users.refuse(STAFF, "conversation.done")
    assert "Mark done" not in office.person().get("/texting/").text


def test_what_was_said_to_be_done_is_said_of_conversations_that_one_may_read(office: Office) -> None:
    office.sends()
    page = f"/texting/?said=done&conversation={office.conversation()}"
    assert "Undo<" in office.person().get(page).text
    assert "Undo<" not in office.person("admin@summit.example").get(page).text
    assert "Undo<" not in office.person().get("/texting/?said=done&conversation=x").text

"""Texts found by their words, on pages: what is shown, to whom, at which address, and what an empty page says."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import render_template_string, request
from sqlalchemy import select
from werkzeug.test import TestResponse

from evidence import everything, rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.messaging import marking, searches, searching
from flask_firmtext.store import search_queries
from flask_firmtext.store.models import Audit, Message, Search
from flask_firmtext.store.transactions import reading
from flask_firmtext.turnstile import Turnstile
from office import ADMIN, STAFF, Office, Person, Statements

PAGE = """{% import "firmtext/slots.html" as slots with context %}
{% set asked = request.args %}
{{ slots.communications(contact=asked.get("contact"), matter=asked.get("matter")) }}"""


def token(person: Person) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', person.get("/texting/settings/notifications").text)
    assert found
    return found[1]


def asks(person: Person, typed: str, **more: str) -> TestResponse:
    return person.post("/texting/search", {"csrf_token": token(person), "q": typed, **more})


def finds(person: Person, typed: str, **more: str) -> str:
    """The page to which a search leads."""
    marking.walk("harbor")
    answer = asks(person, typed, **more)
    assert answer.status_code == 303
    page = person.get(answer.location)
    assert page.status_code == 200
    return str(page.text)


def hits(page: str) -> list[str]:
    """The words of each text that was found, with what is marked in capitals between brackets."""
    found = re.findall(r'<span class="ft-words-of" dir="auto">(.*?)</span>', page, re.DOTALL)
    return [unescape(re.sub(r"<mark>(.*?)</mark>", r"[\1]", one)) for one in found]


def test_texts_are_found_with_their_words_marked_the_newest_first(office: Office) -> None:
    office.sends(text="The escrow deposit is <due>")
    office.sends("grace", "Your ESCROW papers")
    page = finds(office.person(), "escr")
    assert hits(page) == ["Your [ESCROW] papers", "The [escrow] deposit is <due>"]
    assert "<due>" not in page
    assert page.count('class="ft-hit"') == 2
    assert "Texts with <bdi>escr</bdi>, the newest first" in page
    assert "Text with <bdi>due</bdi><" in finds(office.person(), "due")
    assert "Grace" in page
    assert 'value="escr"' in page


def test_a_hit_leads_to_its_text_on_a_page_that_has_it(office: Office) -> None:
    wanted = office.sends(text="The escrow deposit")
    for n in range(70):
        office.sends(text=f"Later {n}")
    staff = office.person()
    [link] = re.findall(r'<p class="ft-hit-head"><a href="([^"]+)"', finds(staff, "escrow"))
    address, _, anchor = unescape(link).partition("#")
    assert anchor == f"ft-text-{wanted}"
    page = staff.get(address).text
    assert f'id="{anchor}"' in page
    assert "Later 5" in page
    new = office.sends(text="A subpoena")
    [link] = re.findall(r'<p class="ft-hit-head"><a href="([^"]+)"', finds(staff, "subpoena"))
    assert link == f"/texting/conversations/{office.conversation()}#ft-text-{new}"


def test_no_word_stands_in_an_address_a_log_or_a_table(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    office.sends(text="The canaryzx deposit")
    staff = office.person()
    answer = asks(staff, "canaryzx")
    marking.walk("harbor")
    page = staff.get(answer.location)
    assert hits(page.text) == ["The [canaryzx] deposit"]
    addresses = re.findall(r'(?:href|action|formaction)="([^"]+)"', page.text)
    assert "canary" not in " ".join([answer.location, *addresses]).lower()
    assert "canary" not in caplog.text.lower()
    assert "canary" not in repr(everything()).lower()
    assert b"canary" not in b"".join(row.words for row in rows(Search))


def test_back_and_reload_show_it_again_and_nobody_else(office: Office) -> None:
    office.sends(text="The escrow deposit")
    marking.walk("harbor")
    staff, admin, other = office.person(), office.person(ADMIN), office.person("admin@summit.example")
    address = asks(staff, "escrow").location
    assert hits(staff.get(address).text) == hits(staff.get(address).text) == ["The [escrow] deposit"]
    nowhere = f"/texting/search/{uuid.uuid4()}"
    for who in (admin, other):
        assert who.get(address).status_code == who.get(nowhere).status_code == 404
        assert who.get(address).text == who.get(nowhere).text.replace(nowhere, address)
    assert office.person(None).get(address).status_code == 401


def test_after_a_day_a_search_is_over(office: Office) -> None:
    staff = office.person()
    address = asks(staff, "escrow").location
    office.app.extensions["firmtext"].clock = ShiftedClock(searches.KEPT + timedelta(minutes=1))
    answer = staff.get(address)
    assert answer.status_code == 404
    assert "This search is over" in answer.text


def test_what_may_not_be_seen_leaves_no_trace(office: Office) -> None:
    office.sends("rosa", "escrow of Rosa")
    for n in range(searching.PAGE + 3):
        office.sends("grace", f"escrow of Grace {n}")
    office.host.users.wall_off(STAFF, "grace")
    page = finds(office.person(), "escrow")
    assert hits(page) == ["[escrow] of Rosa"]
    assert "Grace" not in page
    assert "Older" not in page
    nothing = finds(office.person(), "escrow grace")
    none = finds(office.person(), "escrow nobody")
    assert "No text has" in nothing
    assert strip(nothing).replace("escrow grace", "X") == strip(none).replace("escrow nobody", "X")


@pytest.mark.attack("A17")
def test_a17_pages_of_hits_are_full_whatever_stands_before_them_behind_a_wall(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_queries, "LOOKED_AT", 4)
    monkeypatch.setattr(searching, "ROUNDS", (2, 3))
    monkeypatch.setattr(searching, "PAGE", 2)
    for n in range(3):
        office.sends("rosa", f"escrow {n}")
    for n in range(12):
        office.sends("grace", f"escrow of Grace {n}")
    office.host.users.wall_off(STAFF, "grace")
    staff = office.person()
    first = finds(staff, "escrow")
    assert hits(first) == ["[escrow] 2", "[escrow] 1"]
    [older] = re.findall(r'rel="next" href="([^"]+)"', first)
    last = staff.get(unescape(older)).text
    assert hits(last) == ["[escrow] 0"]
    assert 'rel="next"' not in last
    office.host.users.wall_off(STAFF, "rosa")
    assert 'rel="next"' not in finds(staff, "escrow")


def strip(page: str) -> str:
    return re.sub(r'(value|content|href)="[^"]*"', "", page)


def test_where_the_host_does_not_answer_nothing_is_shown(office: Office) -> None:
    office.sends(text="The escrow deposit")
    marking.walk("harbor")
    staff = office.person()
    address = asks(staff, "escrow").location
    office.host.fault("Users.may", raises=RuntimeError("down"))
    answer = staff.get(address)
    assert answer.status_code == 503
    assert "escrow" not in answer.text


def test_pages_go_on_and_back_to_the_newest(office: Office) -> None:
    for n in range(searching.PAGE + 2):
        office.sends(text=f"escrow {n}")
    staff = office.person()
    first = finds(staff, "escrow")
    [older] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = staff.get(unescape(older)).text
    assert hits(second) == ["[escrow] 1", "[escrow] 0"]
    assert ">Newest</a>" in second
    assert 'rel="next"' not in second
    other = asks(staff, "escrow").location
    assert staff.get(f"{other}?{unescape(older).partition('?')[2]}").status_code == 404
    assert staff.get(f"{other}?before=forged").status_code == 404


def test_under_a_contact_and_under_a_matter_only_what_stands_there_is_found(office: Office) -> None:
    office.sends("rosa", "escrow of Rosa")
    office.sends("grace", "escrow of Grace")
    staff = office.person()
    page = finds(staff, "escrow", contact="rosa")
    assert hits(page) == ["[escrow] of Rosa"]
    assert "Rosa Marsh" in page
    assert 'name="contact" value="rosa"' in page
    everywhere = finds(staff, "escrow", contact="rosa", all="1")
    assert len(hits(everywhere)) == 2
    of_matter = hits(finds(staff, "escrow", matter="estate"))
    assert of_matter
    assert len(of_matter) < 2


def test_a_contact_behind_a_wall_is_answered_like_one_that_does_not_exist(office: Office) -> None:
    office.sends("grace", "escrow of Grace")
    office.host.users.wall_off(STAFF, "grace")
    staff = office.person()
    walled, nobody = asks(staff, "escrow", contact="grace"), asks(staff, "escrow", contact="nobody")
    assert walled.status_code == nobody.status_code == 404
    assert walled.text == nobody.text
    assert rows(Search) == []


@pytest.mark.parametrize("place", ["contact=rosa", "matter=estate"])
def test_the_hosts_page_of_a_contact_and_of_a_matter_has_a_field_for_words(office: Office, place: str) -> None:
    office.app.add_url_rule("/place", "place", lambda: render_template_string(PAGE, request=request))
    office.sends("rosa", "escrow of Rosa")
    page = office.person().get(f"/place?{place}").text
    [form] = re.findall(r'<form class="ft-search ft-search-texts".*?</form>', page, re.DOTALL)
    name, _, value = place.partition("=")
    assert f'name="{name}" value="{value}"' in form
    assert 'action="/texting/search"' in form
    assert 'for="ft-words"' in form


def test_the_inboxs_field_finds_in_texts_as_well(office: Office) -> None:
    office.sends()
    page = office.person().get("/texting/").text
    assert 'formaction="/texting/search">Find in texts</button>' in page


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("a", "longer or less common word"),
        ("the and", "longer or less common word"),
        ("nowhere", "No text has"),
        ("<b>nowhere</b>", "No text has"),
    ],
)
def test_an_empty_page_says_why(office: Office, typed: str, says: str) -> None:
    office.sends(text="The escrow deposit")
    page = finds(office.person(), typed)
    assert says in page
    assert "<b>nowhere" not in page
    assert hits(page) == []


def test_nothing_typed_leads_to_all_texts_and_under_a_contact_says_what_is_missing(office: Office) -> None:
    office.sends()
    staff = office.person()
    assert asks(staff, "  ").location == "/texting/"
    assert "longer or less common word" in finds(staff, " ", contact="rosa")


def test_before_everything_is_marked_the_page_says_so(office: Office) -> None:
    office.sends(text="The escrow deposit")
    staff = office.person()
    page = staff.get(asks(staff, "escrow").location).text
    assert "Not every text can be searched yet" in page
    assert "Not every text can be searched yet" not in finds(staff, "escrow")


def test_a_text_that_cannot_be_read_is_told_of_and_hides_no_other(office: Office) -> None:
    broken = office.sends(text="escrow lost")
    office.sends(text="escrow found")
    marking.walk("harbor")
    [row] = rows(Message, Message.id == broken)
    office.becomes(broken, row.state, body=row.body[:-1] + bytes([row.body[-1] ^ 1]))
    page = finds(office.person(), "escrow")
    assert hits(page) == ["[escrow] found"]
    assert "1 text that may have these words cannot be read." in page


def test_who_searches_too_often_is_told_to_wait(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "A_MINUTE", 2)
    staff = office.person()
    codes = [asks(staff, "escrow").status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert asks(office.person(ADMIN), "escrow").status_code == 303
    monkeypatch.setattr("flask_firmtext.web.searching.PAGES", Turnstile(1))
    with reading() as session:
        mine = session.scalars(select(Search.id).where(Search.firm == "harbor", Search.user == STAFF)).first()
    assert [staff.get(f"/texting/search/{mine}").status_code for _ in range(2)] == [200, 429]


def test_a_search_is_recorded_without_its_words(office: Office) -> None:
    asks(office.person(), "canaryzx")
    [row] = rows(Audit, Audit.action == "conversation.search")
    assert (row.firm, row.actor, row.object_table) == ("harbor", STAFF, "firmtext_search")


def test_a_page_of_many_hits_takes_as_many_queries_as_one_of_few(office: Office) -> None:
    office.sends(text="escrow first deposit")
    staff = office.person()
    finds(staff, "escrow deposit")
    address = asks(staff, "escrow deposit").location

    def queries() -> int:
        staff.get(address)
        with Statements(office.app) as seen:
            staff.get(address)
        return len(seen.seen)

    few = queries()
    for n in range(200):
        office.sends(("rosa", "grace")[n % 2], text=f"escrow deposit {n}")
    marking.walk("harbor")
    assert len(hits(staff.get(address).text)) == searching.PAGE
    assert queries() == few <= 11


def test_a_search_without_the_pages_token_finds_nothing(office: Office) -> None:
    assert office.person().post("/texting/search", {"q": "escrow"}).status_code == 400
    assert rows(Search) == []


def test_all_words_are_compared_with_what_was_typed_not_only_their_beginnings(office: Office, monkeypatch: Any) -> None:
    for n in range(5):
        office.sends(text=f"settlers {n}")
    office.sends(text="settlement")
    monkeypatch.setattr(searching, "ROUNDS", (2, 2, 2, 2))
    assert hits(finds(office.person(), "settlement")) == ["[settlement]"]
    assert search_queries.LOOKED_AT > 1

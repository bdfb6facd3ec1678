"""A conversation on its page."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from flask_firmtext.messaging import consent, holds, thread
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.store import keys
from flask_firmtext.store.models import Conversation, Message, Number, ReadMark
from flask_firmtext.store.states import HoldKind, NumberState, State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, HARBOR, ROSA, STAFF, Office, Statements, typed


def page_of(office: Office, user: str = STAFF, query: str = "") -> str:
    return office.person(user).get(f"/texting/conversations/{office.conversation()}{query}").text


def articles(html: str) -> list[str]:
    return re.findall(r"<article.*?</article>", html, re.DOTALL)


def test_each_text_is_an_article_in_a_log_with_author_time_body_and_state(office: Office) -> None:
    office.becomes(office.sends("rosa", "See you"), State.DELIVERED)
    office.receives("Thanks")
    html = page_of(office)
    log = html[html.index('role="log"') : html.index("ft-composer")]
    ours, theirs = articles(log)
    for words in ("Sam Staff", "See you", "Delivered", '<time datetime="20'):
        assert words in ours
    assert "Rosa Marsh" in theirs
    assert "Thanks" in theirs


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "Sending…"),
        (State.SENDING, "Sending…"),
        (State.UNKNOWN, "Not sure it was sent"),
        (State.SUBMITTED, "Sent"),
        (State.UNCONFIRMED, "Sent, no confirmation"),
        (State.DELIVERED, "Delivered"),
        (State.CANCELLED, "Cancelled"),
        (State.EXPIRED, "Not sent: too late"),
    ],
)
def test_every_state_is_told_in_words(office: Office, state: State, words: str) -> None:
    office.becomes(office.sends(), state)
    assert f'ft-is-{state}">{words}</p>' in page_of(office)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("unreachable_number", "Unreachable number"),
        ("rejected_by_carrier", "Rejected by carrier"),
        ("temporary_error", "Temporary error"),
        ("unknown_error", "Unknown error"),
        ("carrier_error", "Carrier error"),
    ],
)
def test_a_failed_text_gives_its_reason_and_the_next_step(office: Office, reason: str, words: str) -> None:
    office.becomes(office.sends(), State.FAILED, reason=reason)
    article = articles(page_of(office))[0]
    assert f"Not delivered: {words}" in article
    assert re.search(r'class="ft-help">\w.+\w', article)


def test_a_text_that_arrived_in_part_says_so(office: Office) -> None:
    office.becomes(office.sends(), State.FAILED, reason="unknown_error", partly=True)
    assert "A part of it arrived." in page_of(office)


@pytest.mark.attack("A19")
def test_html_in_a_text_or_a_name_is_shown_as_typed(office: Office) -> None:
    office.host.add_contact("harbor", "<script>alert(1)</script>", "+13125550177", ref="mallory")
    office.sends("mallory", "Hello <b>you</b>")
    office.receives('<img src=x onerror="alert(2)">', "+13125550177")
    html = office.person().get(f"/texting/conversations/{office.conversation('+13125550177')}").text
    for bad in ("<script>alert", "<b>you", "<img src=x"):
        assert bad not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_a_conversation_opens_at_its_newest_texts_and_earlier_ones_follow_by_the_page(office: Office) -> None:
    office.sends()
    office.text_copies(2 * thread.PAGE + 10)
    staff = office.person()
    url = f"/texting/conversations/{office.conversation()}"
    seen: list[str] = []
    while url:
        html = staff.get(url).text
        seen = re.findall(r'data-ft-position="(\d+)"', html) + seen
        earlier = re.search(r'<a href="([^"]+)"[^>]*>Earlier texts', html)
        url = earlier.group(1) if earlier else ""
    assert seen == [str(n) for n in range(1, 2 * thread.PAGE + 11)]


def test_ten_thousand_texts_take_as_many_queries_as_one(office: Office) -> None:
    office.sends()
    page_of(office)
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    staff.get(url)
    with Statements(office.app) as one:
        staff.get(url)
    office.text_copies(10_000)
    staff.get(url)
    with Statements(office.app) as many:
        assert len(articles(staff.get(url).text)) == thread.PAGE
    assert len(one.seen) == len(many.seen) <= 25


def test_htmx_gets_the_earlier_texts_without_the_page(office: Office) -> None:
    office.sends()
    office.text_copies(thread.PAGE + 5)
    url = f"/texting/conversations/{office.conversation()}?before=6"
    answer = office.person().get(url, headers={"HX-Request": "true"})
    assert len(articles(answer.text)) == 5
    assert "<html" not in answer.text
    assert "HX-Request" in answer.headers["Vary"]


def test_opening_marks_as_read_for_who_opened_and_for_nobody_else(office: Office) -> None:
    office.sends()
    office.receives()
    page_of(office, ADMIN)
    with reading() as session:
        assert [(mark.user, mark.position) for mark in session.scalars(select(ReadMark))] == [(ADMIN, 2)]


def test_opening_again_writes_nothing(office: Office) -> None:
    office.sends()
    office.receives()
    page_of(office)
    office.sends()
    with Statements(office.app) as statements:
        page_of(office)
    assert not [statement for statement in statements.seen if not statement.startswith("SELECT")]


def test_an_earlier_page_and_a_browser_that_fetches_ahead_mark_nothing(office: Office) -> None:
    office.sends()
    office.receives()
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    staff.get(f"{url}?before=2")
    staff.get(url, headers={"Sec-Purpose": "prefetch;prerender"})
    with reading() as session:
        assert session.scalars(select(ReadMark)).all() == []


def test_a_hold_is_told_above_the_composer_and_beside_the_waiting_text(office: Office) -> None:
    office.sends()
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, "default", "balance", by="test")
    html = page_of(office)
    assert html.count("Waiting: the carrier account has no credit") == 2
    assert "An operator tops up" in html


def test_who_cannot_be_texted_anyway_is_not_said_to_wait(office: Office) -> None:
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, "default", "balance", by="test")
    html = office.person().get("/texting/new?contact=ines").text
    assert "This number is a landline" in html
    assert "Waiting" not in html


def test_an_opted_out_contact_has_a_reason_in_the_composers_place(office: Office) -> None:
    office.sends()
    with own() as session:
        index = keys.index_of("harbor", ROSA)
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, consent.Said("client:STOP", "client"))
    html = page_of(office)
    assert "Rosa Marsh replied STOP on" in html
    assert "ft-composer" not in html


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (NumberState.LINKED, "not registered with the carriers"),
        (NumberState.SUBMITTED, "still verifying"),
        (NumberState.REFUSED, "have refused"),
        (NumberState.UPDATES_REQUIRED, "want more details"),
        (NumberState.RELEASED, "no number to text from"),
    ],
)
def test_a_number_that_may_not_send_has_a_reason_in_the_composers_place(
    office: Office, state: NumberState, words: str
) -> None:
    office.sends()
    with own() as session:
        session.scalars(select(Number).where(Number.e164 == HARBOR)).one().state = state
    html = page_of(office)
    assert words in html
    assert "ft-composer" not in html


def test_a_landline_says_so_before_anybody_types(office: Office) -> None:
    assert "This number is a landline" in office.person().get("/texting/new?contact=ines").text


def test_a_number_that_nobody_has_any_more_cannot_be_answered(office: Office) -> None:
    office.sends()
    office.host.remove_contact("harbor", "rosa")
    html = page_of(office)
    assert "(312) 555-0100" in html
    assert "ft-composer" not in html


def test_a_conversation_of_another_firm_is_not_there_just_as_one_that_never_was(office: Office) -> None:
    office.sends()
    uma, url = office.person("admin@summit.example"), f"/texting/conversations/{office.conversation()}"
    with Statements(office.app) as foreign:
        one = uma.get(url)
    with Statements(office.app) as never:
        other = uma.get(f"/texting/conversations/{uuid.uuid4()}")
    assert (one.status_code, one.data) == (other.status_code, other.data)
    assert one.status_code == 404
    assert len(foreign.seen) == len(never.seen)


def test_a_right_that_was_withdrawn_counts_from_the_next_request(office: Office) -> None:
    office.sends()
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    assert staff.get(url).status_code == 200
    office.host.users.refuse(STAFF, "conversation.read")
    assert staff.get(url).status_code == 404


def test_the_host_is_asked_about_the_contacts_of_a_conversation(office: Office) -> None:
    office.sends()
    asked = []
    may = office.host.users.may

    def note(user: object, action: str, subject: object = None) -> bool:
        asked.append((action, getattr(subject, "contacts", None)))
        return bool(may(user, action, subject))

    office.host.users.may = note
    page_of(office)
    assert ("conversation.read", ("rosa",)) in asked


def test_times_stand_in_the_firms_zone(office: Office) -> None:
    message = office.sends()
    with own() as session:
        session.get_one(Message, message).shown_at = datetime(2020, 1, 1, 3, 5, tzinfo=UTC)
    assert 'title="December 31, 2019, 9:05 PM">9:05 PM</time>' in page_of(office)


@pytest.mark.attack("A24")
def test_what_looks_like_a_template_is_shown_as_typed(office: Office) -> None:
    words = "{{1111*1111}} {% raw %} {contact.__class__} {firm} %(n)s %n ${1111*1111} #{1111*1111}"
    office.host.add_contact("harbor", f"Ann {words}", PhoneNumber("+13125550188", "mobile"), ref="ann")
    office.sends("ann", words)
    office.receives(words, "+13125550188")
    page = office.person().get(f"/texting/conversations/{office.conversation('+13125550188')}").text
    assert page.count(words) >= 3
    assert "1234321" not in page


@pytest.mark.attack("A26")
def test_the_pages_are_kept_by_no_cache_and_framed_by_no_stranger(office: Office) -> None:
    office.sends()
    answer = office.person().get(f"/texting/conversations/{office.conversation()}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?! src=)", answer.text)
    assert "hx-on" not in answer.text


def test_a_conversation_without_readable_number_is_shown_all_the_same(office: Office) -> None:
    office.sends("rosa", "still here")
    with own() as session:
        row = session.get_one(Conversation, office.conversation())
        row.phone = row.phone[:-1] + bytes([row.phone[-1] ^ 1])
    html = page_of(office)
    assert "Number cannot be read" in html
    assert "still here" in html


def test_older_texts_have_no_composer_and_lead_to_where_one_writes(office: Office) -> None:
    office.sends()
    office.text_copies(60)
    staff, url = office.person(), f"/texting/conversations/{office.conversation()}"
    older = staff.get(f"{url}?before=20").text
    assert 'class="ft-composer"' not in older
    assert 'id="ft-recipient"' not in older
    assert f'href="{url}">Go to the newest texts to write</a>' in older
    form = staff.composer(url)
    staff.post("/texting/drafts", {**form, "text": "Half a thought", "count": "1"})
    assert f'href="{url}">Go to the newest texts to go on writing</a>' in staff.get(f"{url}?before=20").text
    assert typed(staff.get(url).text) == "Half a thought"
    office.host.remove_contact("harbor", "rosa")
    assert f'href="{url}">Newest texts</a>' in staff.get(f"{url}?before=20").text

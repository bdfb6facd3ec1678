"""What an open page learns without a reload."""

from __future__ import annotations

import itertools
import re
import statistics
from datetime import timedelta
from typing import Any

import pytest
from flask import render_template_string
from playwright.sync_api import expect
from sqlalchemy import select, update

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning
from flask_firmtext.messaging import holds, strangers, thread
from flask_firmtext.store import changes, queries
from flask_firmtext.store.models import Message, Number
from flask_firmtext.store.states import HoldKind, NumberState
from flask_firmtext.store.transactions import notes, own, reading
from office import ROSA, STAFF, Office
from rows import switched_on
from servers import until
from strange import came, texts
from strange import strangers as kept

LIVE = 1500  # milliseconds
MORE = "There is more. Reload the page to see every text."
TAB = """<!doctype html><html lang="en"><head><title>Practice</title>
{% import "firmtext/slots.html" as slots with context %}</head>
<body><nav><a href="/">Communications {{ slots.unread_badge() }}</a></nav></body></html>"""


@pytest.fixture
def tab(office: Office) -> str:
    """The path of a page of the host with the badge in its tab."""
    office.app.add_url_rule("/tab", "tab", lambda: render_template_string(TAB))
    return "/tab"


def test_the_badge_in_the_hosts_tab_counts_without_a_reload(tab: str, staff: Any, site: str, office: Office) -> None:
    office.sends()
    staff.goto(f"{site}{tab}")
    badge = staff.locator("nav .ft-badge")
    expect(badge).to_be_hidden()
    badge.evaluate("node => { node.dataset.same = 'yes' }")
    for number, words in ((1, "1 unread text"), (2, "2 unread texts")):
        office.receives(f"Answer {number}")
        expect(badge).to_be_visible(timeout=LIVE)
        expect(badge).to_have_text(f"{number}{words}", timeout=LIVE)
    office.person().get(f"/texting/conversations/{office.conversation()}")
    expect(badge).to_be_hidden(timeout=LIVE)
    expect(badge).to_have_attribute("data-same", "yes")


def test_what_holds_texts_back_shows_in_the_open_table_and_goes(staff: Any, site: str, office: Office) -> None:
    office.sends()
    staff.goto(f"{site}/texting/")
    banner = staff.locator("[data-ft-table-hold]")
    expect(banner).to_be_empty()
    with own() as session:
        holds.put(session, HoldKind.FIRM, "harbor", "operator", by="test")
    office.sends("rosa", "Held back")
    expect(banner).to_contain_text("Waiting: an operator stopped sending.", timeout=LIVE)
    expect(staff.locator("tbody tr .ft-state")).to_have_text("Waiting: an operator stopped sending")
    with own() as session:
        holds.lift(session, next(iter(_standing())), by="test")
    office.receives()
    expect(banner).to_be_empty(timeout=LIVE)


def test_new_comes_and_the_reason_goes_when_texting_is_turned_on_under_an_open_page(
    page: Any, site: str, office: Office, complaints: list[str]
) -> None:
    office.host.add_firm("prairie", "Prairie Legal")
    office.host.add_user("prairie", "Pat", ref="pat")
    page.goto(f"{site}/sign-in/pat")
    page.goto(f"{site}/texting/")
    why = page.get_by_text("Text messaging is not turned on for your firm.")
    new = page.get_by_role("button", name="New", exact=True)
    expect(why).to_be_visible()
    expect(new).to_have_count(0)
    with own() as session:
        switched_on(session, "prairie")
        provisioning.adopt(session, firm="prairie", number="+18335550144").state = NumberState.VERIFIED
        notes(session).show("prairie")
    expect(why).to_have_count(0, timeout=LIVE)
    new.click()
    expect(page.get_by_role("menuitem", name="Send text message")).to_be_focused()
    with own() as session:
        session.scalars(select(Number).where(Number.firm == "prairie")).one().state = NumberState.RELEASED
        notes(session).show("prairie")
    expect(page.get_by_text("Your firm has no number to text from.")).to_be_visible(timeout=LIVE)
    expect(new).to_have_count(0)


#: Answers come as late as the page says, or not at all.
SLOW = """
const real = window.fetch;
window.asked = [];
window.late = 0;
window.fetch = async (...what) => {
  window.asked.push(performance.now());
  if (window.broken) throw new TypeError("broken");
  const answer = await real(...what);
  await new Promise((resolve) => setTimeout(resolve, window.late));
  return answer;
};
Math.random = () => 0.999;
"""


def pauses(page: Any, number: int, **changes: Any) -> list[float]:
    """So many pauses between the page's next questions, in milliseconds."""
    page.evaluate("changes => Object.assign(window, changes, { asked: [] })", changes)
    until(lambda: page.evaluate("asked.length") > number)
    times = page.evaluate("asked")
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.mark.slow
def test_a_page_asks_every_second_however_slow_the_answers_are(staff: Any, site: str, office: Office) -> None:
    office.sends()
    staff.add_init_script(SLOW)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    assert 950 < statistics.median(pauses(staff, 3, late=600)) < 1300
    assert 1400 < statistics.median(pauses(staff, 3, late=1200)) < 1700


@pytest.mark.slow
def test_the_first_failure_costs_no_more_than_a_second_and_more_of_them_ever_more(
    staff: Any, site: str, office: Office
) -> None:
    office.sends()
    staff.add_init_script(SLOW)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    first, second = pauses(staff, 2, late=0, broken=True)
    expect(staff.locator("[data-ft-connection]")).to_have_text("Not connected; trying again")
    assert first < 1300 < second
    staff.evaluate("window.broken = false")
    expect(staff.locator("[data-ft-connection]")).to_have_text("", timeout=10_000)


def test_an_answer_shows_while_it_cannot_be_noted_that_the_one_before_was_read(
    staff: Any, site: str, office: Office
) -> None:
    office.sends()
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    staff.route(re.compile("/changes.*seen="), hold)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    articles = staff.get_by_role("log").get_by_role("article")
    for number in (1, 2, 3):
        office.receives(f"Answer {number}")
        expect(articles.last).to_contain_text(f"Answer {number}", timeout=LIVE)
    assert len(held) == 1
    held[0].continue_()
    staff.unroute(re.compile("/changes.*seen="))
    until(lambda: "unread text" not in office.person().get("/texting/").text)


def _standing() -> list[Any]:
    with reading() as session:
        return [hold.id for hold in queries.standing_holds(session)]


def test_more_changes_than_a_page_holds_are_told_until_the_page_is_reloaded(
    staff: Any, site: str, office: Office
) -> None:
    office.sends()
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    articles = staff.get_by_role("log").get_by_role("article")
    expect(articles).to_have_count(1)
    with reading() as session:
        now = changes.now(session, "harbor")
    office.text_copies(thread.PAGE + 5, changed=now + 1)
    office.receives("First")
    told = staff.locator("[data-ft-connection]")
    expect(told).to_have_text(MORE, timeout=LIVE)
    office.receives("Second")
    expect(articles.last).to_contain_text("Second", timeout=LIVE)
    with staff.expect_response(lambda answer: "/changes" in answer.url and answer.status == 204):
        pass
    expect(told).to_have_text(MORE)
    staff.reload()
    expect(articles).to_have_count(thread.PAGE)
    with staff.expect_response(lambda answer: "/changes" in answer.url):
        pass
    expect(told).to_have_text("")


def words(articles: Any) -> list[str]:
    return [text.splitlines()[-1] for text in articles.locator(".ft-body").all_inner_texts()]


def test_texts_of_a_stranger_that_are_attached_stand_in_an_open_page_where_they_came(
    staff: Any, site: str, office: Office
) -> None:
    for said in ("Two days ago", "The day before", "This morning"):
        texts(said, sender=ROSA)
    for row, ago in zip(kept(), (48, 24, 2), strict=True):
        came(row.id, timedelta(hours=ago))
    office.sends("rosa", "Hello")
    first = rows(Message)[0].id
    with own() as session:
        session.execute(
            update(Message).where(Message.id == first).values(shown_at=firmtext.clock.now() - timedelta(hours=5))
        )
    office.sends("rosa", "Are you there?")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    articles = staff.get_by_role("log").get_by_role("article")
    expect(articles).to_have_count(2)
    assert strangers.attach("harbor", kept()[0], "rosa", owners=["rosa"], by="admin@harbor.example").done == 3
    expect(articles).to_have_count(5, timeout=LIVE)
    live = words(articles)
    assert live == ["Two days ago", "The day before", "Hello", "This morning", "Are you there?"]
    staff.reload()
    expect(articles).to_have_count(5)
    assert words(articles) == live


def test_attached_texts_are_not_hidden_behind_earlier_ones(staff: Any, site: str, office: Office) -> None:
    texts("Words of the day before", sender=ROSA)
    came(kept()[0].id, timedelta(days=1))
    office.sends()
    office.text_copies(thread.PAGE + 5)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    articles = staff.get_by_role("log").get_by_role("article")
    expect(articles).to_have_count(thread.PAGE)
    strangers.attach("harbor", kept()[0], "rosa", owners=["rosa"], by="admin@harbor.example")
    expect(articles.first).to_contain_text("Words of the day before", timeout=LIVE)
    staff.reload()
    expect(articles.first).to_contain_text("Words of the day before")


@pytest.mark.attack("A15")
def test_a15_an_open_thread_goes_when_the_right_to_it_is_withdrawn(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    office.sends(text="Said in confidence")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    expect(staff.get_by_role("log")).to_contain_text("Said in confidence")
    with staff.expect_response(lambda answer: "/texting/changes" in answer.url):
        pass
    office.host.users.wall_off(STAFF, "rosa")
    office.receives("More of it")
    expect(staff.locator("body")).not_to_contain_text("confidence", timeout=2 * LIVE)
    assert "More of it" not in staff.content()
    complaints[:] = [told for told in complaints if "status of 404" not in told]

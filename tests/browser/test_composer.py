"""The composer while a text is on its way: nothing that somebody types is lost, and nothing goes out twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from flask_firmtext.firm import texting
from flask_firmtext.store.transactions import own
from office import ADMIN, Office
from servers import until

TEXTS = "**/texting/texts"
LOGIN = "<!doctype html><title>Practice</title><h1>Sign in</h1>"
PROXY = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"


class Flight:
    """The texts that the page has sent and that the server has not got yet."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.held: list[Any] = []
        self.seen = 0
        page.route(TEXTS, self._hold)

    def _hold(self, route: Any) -> None:
        self.seen += 1
        self.held.append(route)

    def wait(self) -> Any:
        until(lambda: self.page.evaluate("0") or self.held)
        return self.held.pop()

    def lands(self) -> None:
        self.wait().continue_()


@pytest.fixture
def thread(staff: Any, site: str, office: Office) -> Any:
    """An open conversation with one text; its page."""
    office.sends("rosa", "Before")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff


@pytest.fixture
def flight(thread: Any) -> Flight:
    return Flight(thread)


def message(page: Any) -> Any:
    return page.get_by_label("Message", exact=True)


def send(page: Any) -> Any:
    return page.get_by_role("button", name="Send", exact=True)


def articles(page: Any) -> Any:
    return page.get_by_role("log").get_by_role("article")


def progress(page: Any) -> Any:
    return page.locator("[data-ft-progress]")


def test_what_is_typed_while_a_text_is_on_its_way_is_the_beginning_of_the_next(
    thread: Any, flight: Flight, office: Office
) -> None:
    message(thread).fill("First")
    thread.keyboard.press("Control+Enter")
    under_way = flight.wait()
    expect(progress(thread)).to_have_text("Sending… You can go on writing.")
    expect(send(thread)).to_be_disabled()
    thread.keyboard.type("\nSec")
    under_way.continue_()
    expect(articles(thread)).to_have_count(2)
    expect(articles(thread).last.locator(".ft-body")).to_have_text("First")
    expect(message(thread)).to_have_value("Sec")
    thread.keyboard.type("ond")
    expect(message(thread)).to_have_value("Second")
    expect(thread.locator("[data-ft-counter]")).to_have_text("6 of 3,200 characters · 1 text")
    expect(progress(thread)).to_have_text("")
    thread.keyboard.press("Control+Enter")
    flight.lands()
    expect(articles(thread).last.locator(".ft-body")).to_have_text("Second")
    expect(message(thread)).to_be_empty()
    assert office.texts() == 3


def test_every_letter_of_somebody_who_never_stops_typing_arrives(thread: Any, flight: Flight) -> None:
    message(thread).fill("First")
    thread.keyboard.press("Control+Enter")
    flight.lands()
    for letter in "abcdefghijklmnopqrstuvwxyz" * 4:
        thread.keyboard.type(letter)
    expect(articles(thread)).to_have_count(2)
    expect(message(thread)).to_have_value("abcdefghijklmnopqrstuvwxyz" * 4)


def test_words_that_take_the_place_of_those_on_their_way_stay_whole_and_that_is_said(
    thread: Any, flight: Flight, office: Office
) -> None:
    message(thread).fill("See you at tow")
    thread.keyboard.press("Control+Enter")
    under_way = flight.wait()
    thread.keyboard.press("Control+A")
    thread.keyboard.insert_text("See you at two")
    under_way.continue_()
    expect(articles(thread).last.locator(".ft-body")).to_have_text("See you at tow")
    expect(message(thread)).to_have_value("See you at two")
    expect(progress(thread)).to_contain_text("as it was when you pressed Send")
    assert office.texts() == 2


def test_the_first_text_to_somebody_leaves_what_was_typed_meanwhile(staff: Any, site: str, office: Office) -> None:
    flight = Flight(staff)
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("First")
    staff.keyboard.press("Control+Enter")
    under_way = flight.wait()
    staff.keyboard.type(" Next")
    under_way.continue_()
    expect(articles(staff)).to_have_count(1)
    expect(message(staff)).to_have_value("Next")
    expect(message(staff)).to_be_focused()
    staff.keyboard.press("Control+Enter")
    flight.lands()
    expect(articles(staff)).to_have_count(2)
    assert office.texts() == 2


def begun_before(office: Office) -> None:
    office.sends("rosa", "Before")


def never_texted(office: Office) -> None:
    """Nobody has written to Rosa."""


@pytest.mark.parametrize(
    "before", [pytest.param(begun_before, marks=pytest.mark.slow), never_texted], ids=lambda before: before.__name__
)
def test_after_a_text_from_new_the_page_is_the_conversations(
    staff: Any, site: str, office: Office, before: Callable[[Office], None]
) -> None:
    before(office)
    there = office.texts()
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("Hello again")
    staff.keyboard.press("Control+Enter")
    expect(articles(staff)).to_have_count(there + 1)
    expect(staff).to_have_url(f"{site}/texting/conversations/{office.conversation()}")
    expect(staff).to_have_title(re.compile("^Rosa Marsh · Text messages"))
    expect(staff.get_by_role("heading", level=1)).to_have_text("Rosa Marsh")
    expect(staff.get_by_role("combobox", name="Contact", exact=True)).to_have_count(0)
    expect(message(staff)).to_be_focused()
    expect(message(staff)).to_be_empty()
    staff.keyboard.type("And on")
    expect(staff.locator("[data-ft-kept]")).to_have_text("Draft saved")
    staff.keyboard.press("Control+Enter")
    expect(articles(staff)).to_have_count(there + 2)
    office.receives("An answer")
    expect(articles(staff)).to_have_count(there + 3)


def turn_off(office: Office) -> None:
    with own() as session:
        texting.turn_off(session, "harbor", by=ADMIN)


def test_texting_turned_off_meanwhile_is_said_and_the_words_stay(
    thread: Any, office: Office, complaints: list[str]
) -> None:
    message(thread).fill("A long thought")
    turn_off(office)
    send(thread).click()
    expect(thread.get_by_role("alert")).to_contain_text("cannot send texts")
    expect(message(thread)).to_have_value("A long thought")
    expect(message(thread)).to_be_focused()
    expect(thread.locator("[data-ft-kept]")).to_have_text("Draft saved")
    thread.reload()
    expect(thread.locator(".ft-begun blockquote")).to_have_text("A long thought")
    assert office.texts() == 1


TWICE: dict[str, Callable[[Any], None]] = {
    "two clicks": lambda page: send(page).dblclick(),
    "two times Ctrl and Enter": lambda page: [page.keyboard.press("Control+Enter") for _ in range(2)] and None,
    "Enter and a click": lambda page: page.keyboard.press("Control+Enter") or send(page).click(force=True),
}


@pytest.mark.parametrize("twice", TWICE.values(), ids=TWICE.keys())
def test_what_is_pressed_twice_goes_out_once_and_the_field_is_ready(
    thread: Any, flight: Flight, office: Office, twice: Callable[[Any], None]
) -> None:
    message(thread).fill("Once")
    twice(thread)
    flight.lands()
    expect(articles(thread)).to_have_count(2)
    expect(message(thread)).to_be_empty()
    expect(message(thread)).to_be_editable()
    expect(message(thread)).to_be_focused()
    expect(send(thread)).to_be_enabled()
    expect(thread.get_by_role("alert")).to_be_hidden()
    assert flight.seen == 1
    assert office.texts() == 2


@pytest.mark.parametrize("twice", TWICE.values(), ids=TWICE.keys())
def test_what_is_pressed_twice_and_does_not_arrive_is_not_sent_again_by_itself(
    thread: Any, flight: Flight, office: Office, complaints: list[str], twice: Callable[[Any], None]
) -> None:
    message(thread).fill("Once")
    twice(thread)
    goes_astray(flight.wait())
    expect(thread.get_by_role("alert")).to_contain_text("Not connected; your text is kept here.")
    assert flight.seen == 1
    assert office.texts() == 1
    complaints.clear()


def test_the_second_click_of_two_finds_an_empty_composer_and_is_no_mistake(thread: Any, office: Office) -> None:
    sent: list[str] = []
    thread.on("request", lambda request: sent.append(request.url) if request.url.endswith("/texts") else None)
    click = "document.addEventListener('htmx:afterSettle', () => document.getElementById('ft-send').click())"
    thread.evaluate(click)
    message(thread).fill("Once")
    send(thread).click()
    expect(articles(thread)).to_have_count(2)
    expect(message(thread)).to_be_focused()
    expect(thread.get_by_role("alert")).to_be_hidden()
    assert len(sent) == 1


def test_the_focus_stays_with_somebody_who_went_elsewhere_meanwhile(thread: Any, flight: Flight) -> None:
    message(thread).fill("First")
    thread.keyboard.press("Control+Enter")
    under_way = flight.wait()
    thread.get_by_role("log").focus()
    under_way.continue_()
    expect(articles(thread)).to_have_count(2)
    expect(message(thread)).to_be_empty()
    expect(thread.get_by_role("log")).to_be_focused()


def breaks(route: Any) -> None:
    route.fulfill(status=500, body="<h1>Internal Server Error</h1>", content_type="text/html")


def goes_astray(route: Any) -> None:
    route.abort("internetdisconnected")


def loses_the_answer(route: Any) -> None:
    """The server has the text; nobody hears of it."""
    route.fetch()
    route.abort("connectionreset")


def is_turned_away_by_the_host(route: Any) -> None:
    route.fulfill(status=401, body=LOGIN, content_type="text/html")


def is_led_to_the_hosts_sign_in(route: Any) -> None:
    """What a browser has followed looks like any page."""
    route.fulfill(status=200, body=LOGIN, content_type="text/html")


def meets_a_proxys_own_page(route: Any) -> None:
    route.fulfill(status=503, body=PROXY, content_type="text/html")


def finds_the_session_gone(route: Any) -> None:
    route.request.frame.page.context.clear_cookies()
    route.continue_(headers={name: value for name, value in route.request.headers.items() if name != "cookie"})


def sign_in_in_another_tab(page: Any, site: str) -> None:
    other = page.context.new_page()
    other.goto(f"{site}/sign-in/staff@harbor.example")
    other.close()


ENDS = [
    (breaks, "Something went wrong; your text is kept here."),
    (goes_astray, "Not connected; your text is kept here."),
    (loses_the_answer, "Not connected; your text is kept here."),
    (is_turned_away_by_the_host, "You are signed out; your text is kept"),
    (is_led_to_the_hosts_sign_in, "You are signed out; your text is kept"),
    (meets_a_proxys_own_page, "Something went wrong; your text is kept here."),
    (finds_the_session_gone, "You are signed out; your text is kept."),
]


@pytest.mark.parametrize(("end", "words"), ENDS, ids=[end.__name__ for end, _ in ENDS])
def test_a_text_that_does_not_arrive_stays_in_the_field_and_goes_out_once_when_sent_again(
    thread: Any,
    site: str,
    flight: Flight,
    office: Office,
    complaints: list[str],
    end: Callable[[Any], None],
    words: str,
) -> None:
    message(thread).fill("A long thought")
    send(thread).click()
    end(flight.wait())
    expect(thread.get_by_role("alert")).to_contain_text(words)
    expect(message(thread)).to_have_value("A long thought")
    expect(message(thread)).to_be_focused()
    expect(send(thread)).to_be_enabled()
    expect(progress(thread)).to_have_text("")
    thread.unroute(TEXTS)
    sign_in_in_another_tab(thread, site)
    send(thread).click()
    expect(message(thread)).to_be_empty()
    expect(thread.get_by_role("alert")).to_be_hidden()
    expect(articles(thread).last.locator(".ft-body")).to_have_text("A long thought")
    assert office.texts() == 2
    complaints.clear()


@pytest.mark.parametrize("end", [breaks, is_turned_away_by_the_host, finds_the_session_gone])
def test_what_was_typed_meanwhile_stays_when_the_text_does_not_arrive(
    thread: Any, flight: Flight, complaints: list[str], end: Callable[[Any], None]
) -> None:
    message(thread).fill("A long thought")
    thread.keyboard.press("Control+Enter")
    under_way = flight.wait()
    thread.keyboard.type(" and its end")
    end(under_way)
    expect(thread.get_by_role("alert")).to_be_visible()
    expect(message(thread)).to_have_value("A long thought and its end")
    complaints.clear()


def test_a_refused_text_keeps_what_was_typed_meanwhile(thread: Any, flight: Flight, office: Office) -> None:
    message(thread).fill("x" * 3201)
    thread.keyboard.press("Control+Enter")
    under_way = flight.wait()
    thread.keyboard.press("Backspace")
    under_way.continue_()
    expect(thread.get_by_role("alert")).to_contain_text("at most 3,200 can be sent")
    expect(message(thread)).to_have_value("x" * 3200)
    expect(message(thread)).to_have_attribute("aria-invalid", "true")
    thread.keyboard.press("Backspace")
    expect(message(thread)).not_to_have_attribute("aria-invalid", "true")
    thread.keyboard.press("Control+Enter")
    flight.lands()
    expect(articles(thread)).to_have_count(2)
    assert office.texts() == 2


def test_on_line_again_it_is_said_that_the_text_has_not_gone_out(
    thread: Any, office: Office, complaints: list[str]
) -> None:
    thread.context.set_offline(True)
    message(thread).fill("Written in a tunnel")
    send(thread).click()
    expect(thread.get_by_role("alert")).to_contain_text("Not connected; your text is kept here.")
    thread.context.set_offline(False)
    expect(thread.get_by_role("alert")).to_have_text("Connected again. Your text has not been sent yet: press Send.")
    assert office.texts() == 1
    send(thread).click()
    expect(articles(thread)).to_have_count(2)
    expect(thread.get_by_role("alert")).to_be_hidden()
    complaints.clear()


def test_on_line_again_a_text_that_was_under_way_may_have_gone_out(
    thread: Any, flight: Flight, office: Office, complaints: list[str]
) -> None:
    message(thread).fill("Into the tunnel")
    send(thread).click()
    loses_the_answer(flight.wait())
    expect(thread.get_by_role("alert")).to_contain_text("Not connected; your text is kept here.")
    thread.context.set_offline(True)
    expect(thread.locator("[data-ft-connection]")).to_have_text("Not connected; trying again")
    thread.context.set_offline(False)
    expect(thread.get_by_role("alert")).to_contain_text("Your text may not have been sent")
    thread.unroute(TEXTS)
    send(thread).click()
    expect(message(thread)).to_be_empty()
    assert office.texts() == 2
    complaints.clear()


def test_a_server_that_never_answers_gives_the_composer_back(
    thread: Any, flight: Flight, office: Office, complaints: list[str]
) -> None:
    assert 10_000 <= thread.evaluate("htmx.config.timeout") <= 30_000
    thread.evaluate("htmx.config.timeout = 300")
    message(thread).fill("Are you there?")
    send(thread).click()
    flight.wait()
    expect(thread.get_by_role("alert")).to_contain_text("No answer yet; your text is kept here.")
    expect(message(thread)).to_have_value("Are you there?")
    thread.evaluate("htmx.config.timeout = 20000")
    send(thread).click()
    flight.lands()
    expect(articles(thread)).to_have_count(2)
    assert office.texts() == 2
    complaints.clear()


def test_what_went_wrong_the_last_time_is_not_said_of_a_text_on_its_way(
    thread: Any, flight: Flight, complaints: list[str]
) -> None:
    message(thread).fill("Hello")
    send(thread).click()
    goes_astray(flight.wait())
    expect(thread.get_by_role("alert")).to_be_visible()
    send(thread).click()
    expect(progress(thread)).to_have_text("Sending… You can go on writing.")
    expect(thread.get_by_role("alert")).to_be_hidden()
    flight.lands()
    expect(articles(thread)).to_have_count(2)
    complaints.clear()


def test_the_same_failure_twice_is_told_twice(thread: Any, flight: Flight, complaints: list[str]) -> None:
    thread.evaluate(
        """window.told = [];
        new MutationObserver(() => {
          const words = document.getElementById('ft-error').textContent;
          if (words !== window.told.at(-1)) window.told.push(words);
        }).observe(document.getElementById('ft-error'), { childList: true })"""
    )
    for times in (1, 2):
        message(thread).fill("Hello")
        send(thread).click()
        goes_astray(flight.wait())
        until(lambda times=times: len([words for words in thread.evaluate("told") if words]) == times)
    complaints.clear()


def test_another_number_or_contact_takes_the_words_that_were_typed(staff: Any, site: str, office: Office) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("Parking is behind the house")
    staff.get_by_label("Text to").select_option(label="(312) 555-0110")
    expect(staff.locator(".ft-about")).to_contain_text("(312) 555-0110")
    expect(message(staff)).to_have_value("Parking is behind the house")
    for name in ("Theo Baker", "Grace Moss"):
        staff.get_by_role("combobox", name="Contact", exact=True).fill(name)
        staff.get_by_role("option", name=name).click()
        expect(staff.locator("#ft-chosen")).to_contain_text(name)
    expect(message(staff)).to_have_value("Parking is behind the house")
    expect(staff.locator("[data-ft-counter]")).to_contain_text("27 of 3,200 characters")
    send(staff).click()
    expect(articles(staff).locator(".ft-body")).to_have_text("Parking is behind the house")
    assert office.conversation("+13125550101")


@pytest.mark.parametrize("words", ["Your hearing is moved", "I am here"])
def test_a_first_text_that_was_overtaken_comes_back_under_what_the_other_wrote(
    staff: Any, site: str, office: Office, complaints: list[str], words: str
) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("Hello")
    office.sends("rosa", "Your hearing is moved", by=ADMIN)
    if words == "I am here":
        office.receives(words)
    message(staff).press("Control+Enter")
    expect(staff.locator("#ft-error")).to_contain_text("Read it above, then press Send anyway.")
    expect(articles(staff).last).to_contain_text(words)
    expect(message(staff)).to_have_value("Hello")
    expect(staff).to_have_url(f"{site}/texting/conversations/{office.conversation()}")
    before = articles(staff).count()
    staff.get_by_role("button", name="Send anyway").click()
    expect(articles(staff)).to_have_count(before + 1)
    expect(message(staff)).to_be_empty()
    complaints[:] = [said for said in complaints if "409" not in said]

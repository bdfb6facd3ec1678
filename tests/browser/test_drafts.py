"""Whatever somebody has begun to write is there again, and nothing is ever lost in silence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from flask_firmtext.store.models import Draft
from flask_firmtext.store.transactions import reading
from office import STAFF, Office
from servers import until

DRAFTS = "**/texting/drafts"


@pytest.fixture
def thread(staff: Any, site: str, office: Office) -> Any:
    """An open conversation with one text; its page."""
    office.sends("rosa", "Before")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff


def message(page: Any) -> Any:
    return page.get_by_label("Message", exact=True)


def kept(page: Any) -> Any:
    return page.locator("[data-ft-kept]")


def count() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Draft)) or 0


def test_a_reload_brings_the_words_back_and_sending_ends_the_draft(thread: Any, office: Office) -> None:
    message(thread).fill("Half a thought")
    expect(kept(thread)).to_have_text("Draft saved")
    thread.reload()
    expect(message(thread)).to_have_value("Half a thought")
    message(thread).press("Control+Enter")
    expect(thread.get_by_role("article")).to_have_count(2)
    expect(message(thread)).to_be_empty()
    assert count() == 0
    thread.reload()
    expect(message(thread)).to_be_empty()


@pytest.mark.parametrize("way", [pytest.param("a click", marks=pytest.mark.slow), "the keyboard"])
def test_the_next_words_on_the_same_page_are_kept_like_the_first(thread: Any, way: str) -> None:
    for times in (2, 3):
        message(thread).fill(f"Text {times}")
        expect(kept(thread)).to_have_text("Draft saved")
        if way == "a click":
            thread.get_by_role("button", name="Send", exact=True).click()
        else:
            message(thread).press("Control+Enter")
        expect(thread.get_by_role("article")).to_have_count(times)
        expect(message(thread)).to_be_empty()
    message(thread).fill("And another thing")
    expect(kept(thread)).to_have_text("Draft saved")
    thread.reload()
    expect(message(thread)).to_have_value("And another thing")


def test_the_last_words_are_on_their_way_before_the_page_is_asked_for_again(thread: Any) -> None:
    message(thread).evaluate("field => { field.value = 'Just typed'; }")
    thread.evaluate("window.dispatchEvent(new Event('beforeunload'))")
    until(lambda: thread.evaluate("0") or count() == 1)


def test_leaving_the_page_after_a_text_takes_the_next_words_along(thread: Any, site: str) -> None:
    url = thread.url
    message(thread).fill("First")
    message(thread).press("Control+Enter")
    expect(thread.get_by_role("article")).to_have_count(2)
    message(thread).press_sequentially("Just typed")
    thread.goto(f"{site}/texting/")
    until(lambda: thread.evaluate("0") or count() == 1)
    thread.goto(url)
    expect(message(thread)).to_have_value("Just typed")


def test_after_the_first_text_to_somebody_the_next_words_are_kept(staff: Any, site: str) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("Dear Rosa")
    message(staff).press("Control+Enter")
    expect(staff.get_by_role("article")).to_have_count(1)
    message(staff).fill("And another thing")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.reload()
    expect(message(staff)).to_have_value("And another thing")


def test_what_is_typed_while_a_text_is_on_its_way_is_kept_once_it_has_gone(thread: Any) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    thread.route("**/texting/texts", hold)
    message(thread).fill("First")
    message(thread).press("Control+Enter")
    until(lambda: thread.evaluate("0") or held)
    message(thread).press_sequentially(" second")
    held[0].continue_()
    expect(message(thread)).to_have_value("second")
    expect(kept(thread)).to_have_text("Draft saved")
    thread.reload()
    expect(message(thread)).to_have_value("second")


def test_leaving_the_page_takes_the_last_words_along(thread: Any, site: str) -> None:
    url = thread.url
    message(thread).press_sequentially("Just typed")
    thread.goto(f"{site}/texting/")
    until(lambda: thread.evaluate("0") or count() == 1)
    thread.goto(url)
    expect(message(thread)).to_have_value("Just typed")


def test_an_emptied_field_is_no_draft(thread: Any) -> None:
    message(thread).fill("Half a thought")
    expect(kept(thread)).to_have_text("Draft saved")
    message(thread).fill("")
    until(lambda: thread.evaluate("0") or count() == 0)


def test_the_first_text_to_somebody_has_a_draft_too(staff: Any, site: str, office: Office) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    expect(message(staff)).to_be_focused()
    message(staff).fill("Dear Rosa")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.reload()
    expect(message(staff)).to_have_value("Dear Rosa")
    message(staff).press("Control+Enter")
    expect(staff.get_by_role("article")).to_have_count(1)
    assert count() == 0


def test_signed_out_the_words_stay_and_are_saved_after_signing_in_elsewhere(
    thread: Any, site: str, complaints: list[str]
) -> None:
    thread.context.clear_cookies()
    message(thread).fill("A long thought")
    expect(kept(thread)).to_contain_text("You are signed out")
    other = thread.context.new_page()
    other.goto(f"{site}/sign-in/{STAFF}")
    other.close()
    message(thread).press_sequentially(" goes on")
    expect(kept(thread)).to_have_text("Draft saved", timeout=10_000)
    thread.reload()
    expect(message(thread)).to_have_value("A long thought goes on")
    complaints[:] = [said for said in complaints if "40" not in said]


def test_two_tabs_tell_of_each_other_and_take_nothing_away(thread: Any, complaints: list[str]) -> None:
    other = thread.context.new_page()
    other.goto(thread.url)
    message(thread).fill("A long thought in the first tab")
    expect(kept(thread)).to_have_text("Draft saved")
    message(other).fill("Short")
    notice = other.locator("[data-ft-elsewhere]")
    expect(notice).to_contain_text("You have a newer draft of this text in another tab.")
    expect(message(other)).to_have_value("Short")
    other.get_by_role("button", name="Show that one").click()
    expect(message(other)).to_have_value("A long thought in the first tab")
    expect(notice).to_be_hidden()
    message(other).fill("Second tab wins")
    expect(kept(other)).to_have_text("Draft saved")
    message(thread).fill("First tab again")
    thread.get_by_role("button", name="Keep this one").click()
    expect(kept(thread)).to_have_text("Draft saved")
    other.reload()
    expect(message(other)).to_have_value("First tab again")
    other.close()
    complaints[:] = [said for said in complaints if "409" not in said]


def test_a_saving_under_way_is_waited_for_so_that_no_draft_of_what_was_sent_is_left(thread: Any) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    thread.route(DRAFTS, hold)
    message(thread).fill("helo")
    until(lambda: thread.evaluate("0") or held)
    message(thread).fill("hello")
    message(thread).press("Control+Enter")
    held[0].continue_()
    expect(thread.get_by_role("article")).to_have_count(2)
    expect(message(thread)).to_be_empty()
    assert count() == 0


def test_a_saving_that_never_ends_holds_no_text_back(thread: Any, office: Office) -> None:
    thread.route(DRAFTS, lambda route: None)
    message(thread).fill("Urgent")
    thread.wait_for_event("request", lambda request: request.url.endswith("/drafts"))
    message(thread).press("Control+Enter")
    expect(thread.get_by_role("article")).to_have_count(2)
    assert office.texts() == 2


def test_while_not_connected_the_words_stay_and_are_saved_later(thread: Any, complaints: list[str]) -> None:
    thread.context.set_offline(True)
    message(thread).fill("Written in a tunnel")
    expect(kept(thread)).to_contain_text("cannot be saved at the moment")
    thread.context.set_offline(False)
    expect(kept(thread)).to_have_text("Draft saved", timeout=10_000)
    complaints.clear()


def test_without_the_right_any_more_the_words_stay_to_be_copied(
    thread: Any, office: Office, complaints: list[str]
) -> None:
    office.host.users.refuse(STAFF, "message.send")
    message(thread).fill("My last words")
    expect(kept(thread)).to_contain_text("cannot be texted from here any more")
    message(thread).press("Control+Enter")
    alert = thread.get_by_role("alert")
    expect(alert).to_contain_text("You may not send texts any more")
    expect(alert).to_contain_text("Your text is kept so that you can copy it.")
    expect(message(thread)).to_have_value("My last words")
    complaints[:] = [said for said in complaints if "404" not in said]


def test_of_a_contact_without_a_number_everything_typed_stands_in_the_closed_thread(
    thread: Any, office: Office
) -> None:
    message(thread).fill("A long thought")
    expect(kept(thread)).to_have_text("Draft saved")
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, numbers=(), texting_number=None, url="/people/rosa"))
    message(thread).press("Control+Enter")
    alert = thread.get_by_role("alert")
    expect(alert).to_contain_text("Rosa Marsh has no mobile number any more. Your text is kept here.")
    expect(alert.get_by_role("link", name="Open the contact")).to_have_attribute("href", "/people/rosa")
    expect(message(thread)).to_have_value("A long thought")
    message(thread).press("End")
    message(thread).press_sequentially(" and its end")
    expect(kept(thread)).to_have_text("Draft saved")
    thread.reload()
    expect(thread.locator("[data-ft-closed]")).to_be_visible()
    expect(thread.locator(".ft-begun")).to_contain_text("You had begun to write this")
    expect(thread.locator(".ft-begun blockquote")).to_have_text("A long thought and its end")


def test_another_contact_takes_the_words_along_and_leaves_no_draft_at_the_first(
    staff: Any, site: str, office: Office
) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    message(staff).fill("Parking is behind the house")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.get_by_role("combobox", name="Contact", exact=True).fill("Grace")
    staff.get_by_role("option", name="Grace Moss").click()
    expect(staff.locator("#ft-recipient")).to_contain_text("Grace Moss")
    expect(message(staff)).to_have_value("Parking is behind the house")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.reload()
    expect(message(staff)).to_have_value("Parking is behind the house")


def test_a_composer_that_comes_back_with_start_is_as_good_as_any(staff: Any, site: str, office: Office) -> None:
    office.sends("rosa", "Before")
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    message(staff).fill("Half a thought")
    expect(kept(staff)).to_have_text("Draft saved")
    office.receives("STOP")
    staff.reload()
    expect(staff.locator(".ft-begun")).to_contain_text("Half a thought")
    office.receives("START")
    expect(message(staff)).to_have_value("Half a thought")
    expect(staff.locator(".ft-begun")).to_have_count(0)
    message(staff).fill("Half a thought after START")
    expect(kept(staff)).to_have_text("Draft saved")
    expect(staff.locator("[data-ft-counter]")).to_contain_text("26 of")
    expect(staff.get_by_role("button", name="Saved replies")).to_be_visible()
    staff.reload()
    expect(message(staff)).to_have_value("Half a thought after START")


@pytest.fixture
def begun(staff: Any, site: str, office: Office) -> Any:
    """Grace's draft is kept, and the page of a first text to Rosa is open."""
    staff.goto(f"{site}/texting/new?contact=grace")
    message(staff).fill("Dear Grace")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.goto(f"{site}/texting/new?contact=rosa")
    return staff


def choose(page: Any, name: str) -> None:
    page.get_by_role("combobox", name="Contact", exact=True).fill(name.split(maxsplit=1)[0])
    page.get_by_role("option", name=name).click()
    expect(page.locator("#ft-recipient")).to_contain_text(name)
    expect(message(page)).to_be_focused()


def drafts_are(page: Any, site: str, **words: str) -> None:
    for contact, text in words.items():
        page.goto(f"{site}/texting/new?contact={contact}")
        expect(message(page)).to_have_value(text)


def test_choosing_somebody_with_a_draft_shows_it(begun: Any, site: str) -> None:
    choose(begun, "Grace Moss")
    expect(message(begun)).to_have_value("Dear Grace")
    expect(begun.locator("[data-ft-elsewhere]")).to_be_hidden()
    choose(begun, "Rosa Marsh")
    expect(message(begun)).to_be_empty()
    drafts_are(begun, site, grace="Dear Grace", rosa="")


@pytest.mark.parametrize("pause", [pytest.param(True, marks=pytest.mark.slow), False], ids=["saved", "just typed"])
def test_words_typed_for_another_never_take_the_place_of_a_draft_by_themselves(
    begun: Any, site: str, pause: bool
) -> None:
    message(begun).fill("Rosa, your verdict is in")
    if pause:
        expect(kept(begun)).to_have_text("Draft saved")
    choose(begun, "Grace Moss")
    expect(message(begun)).to_have_value("Dear Grace")
    expect(begun.locator("[data-ft-elsewhere]")).to_contain_text("What you typed just now is not lost")
    message(begun).press("End")
    message(begun).press_sequentially(", hello")
    expect(kept(begun)).to_have_text("Draft saved")
    drafts_are(begun, site, grace="Dear Grace, hello", rosa="Rosa, your verdict is in")


def test_words_typed_for_another_can_be_had_instead_of_the_draft(begun: Any, site: str) -> None:
    message(begun).fill("Your verdict is in")
    choose(begun, "Grace Moss")
    begun.get_by_role("button", name="Show that one").click()
    expect(message(begun)).to_have_value("Your verdict is in")
    expect(begun.locator("[data-ft-elsewhere]")).to_be_hidden()
    expect(kept(begun)).to_have_text("Draft saved")
    drafts_are(begun, site, grace="Your verdict is in")


def test_another_number_has_a_draft_of_its_own(staff: Any, site: str) -> None:
    staff.goto(f"{site}/texting/new?contact=rosa")
    numbers = staff.get_by_label("Text to")
    message(staff).fill("To the first")
    expect(kept(staff)).to_have_text("Draft saved")
    staff.reload()
    numbers.select_option(index=1)
    expect(staff.locator("#ft-recipient")).to_contain_text("0110")
    expect(message(staff)).to_be_empty()
    message(staff).fill("To the second")
    expect(kept(staff)).to_have_text("Draft saved")
    numbers.select_option(index=0)
    expect(staff.locator("#ft-recipient")).to_contain_text("0100")
    expect(message(staff)).to_have_value("To the first")
    expect(staff.locator("[data-ft-elsewhere]")).to_be_visible()
    drafts_are(staff, site, rosa="To the first")

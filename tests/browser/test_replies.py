"""Writing: saved replies, letters that cost, and what cannot go into a text."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.firm import saved_replies
from flask_firmtext.messaging.letters import advice, size
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office
from servers import until

FILE = """(kind) => {
  const data = new DataTransfer();
  data.items.add(new File(["x"], "photo.png", { type: "image/png" }));
  const field = document.getElementById("ft-message");
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
  return !field.dispatchEvent(event);
}"""


@pytest.fixture
def thread(staff: Any, site: str, office: Office) -> Any:
    """An open conversation, and three saved replies."""
    office.sends("rosa", "Before")
    with own() as session:
        for user, name, text in (
            (STAFF, "Call", "Please call me, {contact_name}."),
            (STAFF, "Parking", "Parking is behind the house."),
            ("", "Phone", "Call {contact_phone}."),
        ):
            saved_replies.add(session, "harbor", user=user, name=name, text=text, by=ADMIN)
    staff.goto(f"{site}/texting/conversations/{office.conversation()}")
    return staff


def message(page: Any) -> Any:
    return page.get_by_label("Message", exact=True)


def filter_of(page: Any) -> Any:
    return page.get_by_role("combobox", name="Find a saved reply")


def options(page: Any) -> Any:
    return page.get_by_role("option")


def test_replies_filled_in_for_one_client_are_offered_in_no_text_to_another(thread: Any, site: str) -> None:
    held: list[Any] = []
    thread.goto(f"{site}/texting/new?contact=rosa")
    thread.route("**/replies?contact=rosa", lambda route: held.append(route))  # noqa: PLW0108 - as elsewhere
    replies, contact = thread.locator("[data-ft-replies]"), thread.get_by_role("combobox", name="Contact", exact=True)
    replies.click()
    until(lambda: thread.evaluate("0") or held)
    contact.fill("grace")
    options(thread).filter(has_text="Grace Moss").click()
    expect(thread.locator(".ft-thread-head")).to_contain_text("Grace Moss")
    replies.click()
    expect(options(thread).first).to_contain_text("Please call me, Grace Moss.")
    with thread.expect_response("**/replies?contact=rosa") as answer:
        held.pop().continue_()
    answer.value.finished()
    thread.evaluate("new Promise(requestAnimationFrame)")
    expect(options(thread).first).to_contain_text("Please call me, Grace Moss.")


def test_a_slash_opens_the_list_and_enter_puts_the_reply_in_its_place(thread: Any) -> None:
    message(thread).focus()
    thread.keyboard.type("Hello /")
    expect(filter_of(thread)).to_be_focused()
    expect(options(thread)).to_have_count(3)
    expect(options(thread).first).to_have_attribute("aria-selected", "true")
    thread.keyboard.press("ArrowDown")
    active = filter_of(thread).get_attribute("aria-activedescendant")
    expect(options(thread).nth(1)).to_have_attribute("id", active)
    thread.keyboard.press("ArrowUp")
    thread.keyboard.press("Enter")
    expect(message(thread)).to_have_value("Hello Please call me, Rosa Marsh.")
    expect(message(thread)).to_be_focused()
    thread.keyboard.type(" Sam")
    expect(message(thread)).to_have_value("Hello Please call me, Rosa Marsh. Sam")


def test_typing_narrows_the_list_and_says_how_many(thread: Any) -> None:
    message(thread).focus()
    thread.keyboard.type("/")
    expect(options(thread)).to_have_count(3)
    thread.keyboard.type("park")
    expect(options(thread)).to_have_count(1)
    expect(thread.locator("[data-ft-replies-found]")).to_have_text("1 saved reply. Press Enter to insert it.")
    thread.keyboard.press("Enter")
    expect(message(thread)).to_have_value("Parking is behind the house.")


def test_escape_gives_back_what_was_typed(thread: Any) -> None:
    message(thread).focus()
    thread.keyboard.type("5 /")
    expect(options(thread)).to_have_count(3)
    thread.keyboard.type(" 6")
    thread.keyboard.press("Escape")
    expect(message(thread)).to_have_value("5 / 6")
    expect(message(thread)).to_be_focused()


def test_a_slash_inside_a_word_is_a_slash(thread: Any) -> None:
    message(thread).focus()
    thread.keyboard.type("and/or")
    expect(message(thread)).to_have_value("and/or")
    expect(filter_of(thread)).to_be_hidden()


def test_by_the_button_it_goes_in_at_the_cursor(thread: Any) -> None:
    message(thread).fill("Dear , bye")
    message(thread).evaluate("field => field.setSelectionRange(5, 5)")
    thread.get_by_role("button", name="Saved replies").click()
    options(thread).filter(has_text="Parking").click()
    expect(message(thread)).to_have_value("Dear Parking is behind the house., bye")


def test_one_whose_field_is_empty_here_is_not_put_in(thread: Any) -> None:
    message(thread).focus()
    thread.keyboard.type("/phone")
    expect(options(thread)).to_have_count(1)
    expect(options(thread)).to_contain_text("Nothing to fill in for {contact_phone}.")
    thread.keyboard.press("Enter")
    expect(filter_of(thread)).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_open_list_and_the_page_that_keeps_them_are_for_everybody(
    thread: Any, site: str, width: int, scheme: str
) -> None:
    thread.emulate_media(color_scheme=scheme)
    thread.set_viewport_size({"width": width, "height": 800})
    message(thread).fill("“" + "x" * 99)
    thread.get_by_role("button", name="Saved replies").click()
    expect(options(thread)).to_have_count(3)
    check(thread, f"saved replies in the composer, {width} {scheme}")
    thread.keyboard.press("Escape")
    thread.get_by_role("button", name="Actions").click()
    check(thread, f"actions, {width} {scheme}")
    for path in ("", "/new?whose=mine"):
        thread.goto(f"{site}/texting/settings/replies{path}")
        check(thread, f"saved replies{path}, {width} {scheme}")


@pytest.mark.parametrize(
    "text", ["“" + "x" * 99, "x" * 99 + "ç", "“ç" + "x" * 99, "x" * 99 + "\u00a0\u200b", "🎉" * 36, "áíóúâê" * 20, "ç"]
)
def test_what_a_letter_costs_is_said_in_the_servers_words(thread: Any, text: str) -> None:
    message(thread).fill(text)
    found = advice(text)
    line = thread.locator("[data-ft-advice]")
    if found is None:
        expect(line).to_be_hidden()
        return
    expect(line.locator("[data-ft-advice-words]")).to_have_text(found.words)
    expect(line.get_by_role("button", name="Replace it")).to_be_visible(visible=found.plain)


def test_replace_it_makes_the_text_cheap_and_can_be_undone(thread: Any) -> None:
    message(thread).fill("“It’s” " + "x" * 90)
    thread.get_by_role("button", name="Replace it").click()
    expect(message(thread)).to_have_value('"It\'s" ' + "x" * 90)
    expect(thread.locator("[data-ft-advice]")).to_be_hidden()
    expect(thread.locator("[data-ft-counter]")).to_have_text(size('"It\'s" ' + "x" * 90))
    message(thread).press("Control+z")
    expect(message(thread)).to_have_value("“It’s” " + "x" * 90)


@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_a_picture_is_not_taken_and_that_is_said(thread: Any, kind: str) -> None:
    message(thread).fill("Look at this")
    assert thread.evaluate(FILE, kind)
    expect(thread.get_by_role("alert")).to_contain_text("Pictures and files cannot be sent as texts.")
    expect(message(thread)).to_have_value("Look at this")


def test_formatted_words_are_pasted_as_words(thread: Any) -> None:
    thread.context.grant_permissions(["clipboard-read", "clipboard-write"])
    thread.evaluate(
        """() => navigator.clipboard.write([new ClipboardItem({
          "text/html": new Blob(["<b>Bold</b> <img src=x>"], { type: "text/html" }),
          "text/plain": new Blob(["Bold"], { type: "text/plain" }),
        })])"""
    )
    message(thread).focus()
    thread.keyboard.press("Control+v")
    expect(message(thread)).to_have_value("Bold")


def test_twenty_thousand_letters_are_counted_at_once_and_nothing_is_cut(thread: Any, office: Office) -> None:
    text = "“word” ç " * 2_222
    took = thread.evaluate(
        """(text) => {
          const field = document.getElementById("ft-message"), began = performance.now();
          field.value = text;
          field.dispatchEvent(new InputEvent("input", { bubbles: true }));
          return performance.now() - began;
        }""",
        text,
    )
    assert took < 500
    expect(thread.locator("[data-ft-counter]")).to_have_text("19,998 of 3,200 characters: too long to send")
    expect(thread.locator("[data-ft-kept]")).to_have_text("Draft saved")
    message(thread).press("Control+Enter")
    expect(thread.get_by_role("alert")).to_contain_text("at most 3,200 can be sent")
    expect(message(thread)).to_have_value(text)
    assert office.texts() == 1


def test_escape_leaves_the_field_and_keeps_the_words(thread: Any) -> None:
    message(thread).fill("Half a thought")
    message(thread).press("Escape")
    expect(thread.get_by_role("log")).to_be_focused()
    expect(message(thread)).to_have_value("Half a thought")


def test_without_scripts_the_button_leads_to_a_page_of_replies(thread: Any, site: str) -> None:
    plain = thread.context.browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700})
    page = plain.new_page()
    page.goto(f"{site}/sign-in/{STAFF}")
    page.goto(thread.url)
    message(page).fill("One moment.")
    page.get_by_role("button", name="Saved replies").click()
    parking = page.get_by_role("button", name="Parking")
    expect(parking).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    parking.click()
    expect(message(page)).to_have_value("One moment. Parking is behind the house.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("article").last).to_contain_text("One moment. Parking is behind the house.")
    plain.close()

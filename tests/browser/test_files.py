"""Received files in a browser: previews, buttons by mouse and keyboard, what changes by itself, wide and narrow."""

from __future__ import annotations

import os
import re
import struct
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from accessibility import check
from flask_firmtext.practice import filing
from flask_firmtext.store.states import FileState
from mailroom import arrives, becomes, comes, damage, downloads, enormous_png, filings, png, stores
from office import STAFF, Office
from servers import until
from serving import serving

LIVE = 3000
LOADS = """address => new Promise((done) => {
    const image = new Image();
    image.onload = () => done(true);
    image.onerror = () => done(false);
    image.src = address;
})"""
LONG = "Mietvertrag_" + "sehr_lang_" * 10 + ".png"
TEXT = "Dear Sam,\n<script>alert(1)</script>\n" + "The lock was changed on Monday. " * 300


def wav() -> bytes:
    """A tenth of a second of nothing."""
    data = bytes(1600)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data


@pytest.fixture
def office(office: Office) -> Office:
    office.sends()
    return office


def opened(page: Any, site: str, office: Office) -> Any:
    page.goto(f"{site}/texting/conversations/{office.conversation()}")
    return page


def everything(office: Office) -> None:
    """A conversation with a file in every state."""
    one, two, three = comes(office, "kitchen.png", LONG, "חוזה שכירות.png", text="Pictures of the flat")
    for file in (one, two, three):
        stores(file, png(400, 300), "image/png")
    arrives(office, TEXT.encode(), "text/plain", name="notes.txt", kind="text")
    arrives(office, wav(), "audio/wav", name="call.wav", kind="audio")
    arrives(office, b"\0\0\0\x18ftypmp42", "video/mp4", name="yard.mp4", kind="video")
    arrives(office, b"BEGIN:VCARD\n", "text/vcard", name="landlord.vcf", kind="vcard")
    becomes(comes(office, "contract.pdf", kind="file")[0], FileState.REFUSED, reason="type")
    becomes(comes(office, "huge.mp4", kind="video")[0], FileState.REFUSED, reason="too_large")
    becomes(comes(office, "lost.jpg")[0], FileState.GONE, reason="gone")
    comes(office, "coming.jpg")


def later_matter(office: Office) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.add_matter("harbor", "Dune eviction", client=rosa, ref="later")


def shot(page: Any, name: str) -> None:
    """Kept for whoever wants to look, where FIRMTEXT_SHOTS says."""
    folder = os.environ.get("SHOTS")
    if folder:
        log = page.locator("#ft-log")
        if log.count():
            log.evaluate("log => { log.style.maxHeight = 'none'; }")
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_conversation_with_every_kind_of_file_is_fit_for_everybody(
    staff: Any, site: str, office: Office, width: int, complaints: list[str]
) -> None:
    everything(office)
    filing.run_due()
    filing.run_due()
    staff.set_viewport_size({"width": width, "height": 900})
    opened(staff, site, office)
    expect(staff.get_by_text("Photo is coming…")).to_be_visible()
    for picture in staff.locator("img[data-ft-media]").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") == 400
    check(staff, f"files at {width}")
    log = staff.locator("#ft-log")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth"), "the conversation must be scrolled sideways"
    shot(staff, f"thread-{width}")


def test_a_picture_is_seen_without_being_a_download_and_a_press_is_one(staff: Any, site: str, office: Office) -> None:
    arrives(office, png(400, 300))
    opened(staff, site, office)
    picture = staff.get_by_role("img", name=re.compile("^Photo from the client"))
    expect(picture).to_have_js_property("naturalWidth", 400)
    assert downloads() == []
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download Photo", exact=True).click()
    assert re.fullmatch(r"photo-\d{4}-\d\d-\d\d-1\.png", download.value.suggested_filename)
    assert Path(download.value.path()).read_bytes() == png(400, 300)
    assert downloads() == [STAFF]


def test_a_picture_that_failed_before_the_script_came_is_said_to_be_broken(
    staff: Any, site: str, office: Office
) -> None:
    arrives(office, b"no picture", "image/png")
    staff.route("**/files.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    opened(staff, site, office)
    expect(staff.locator("img[data-ft-media]")).to_have_js_property("complete", True)
    staff.unroute("**/files.js")
    staff.add_script_tag(url="/texting/static/files.js?late")
    expect(staff.get_by_text("It cannot be shown here. Download it to look at it.")).to_be_visible()


@pytest.mark.slow
@pytest.mark.attack("A30")
def test_A30_an_enormous_picture_keeps_nobody_from_writing(staff: Any, site: str, office: Office) -> None:
    arrives(office, enormous_png())
    opened(staff, site, office)
    expect(staff.locator("img[data-ft-media]")).to_have_js_property("complete", True)
    staff.get_by_role("textbox", name="Message").fill("We have got it")
    staff.get_by_role("button", name="Send", exact=True).click()
    expect(staff.get_by_text("We have got it")).to_be_visible()
    shot(staff, "enormous")
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Download Photo", exact=True).click()
    assert Path(download.value.path()).read_bytes() == enormous_png()


@pytest.mark.attack("A21")
def test_A21_a_page_that_calls_itself_a_picture_runs_nothing(staff: Any, site: str, office: Office) -> None:
    file = arrives(office, b"<html><script>parent.document.title = 'ran'; alert(1)</script>", "image/png")
    staff.on("dialog", lambda dialog: pytest.fail("it ran"))
    opened(staff, site, office)
    expect(staff.get_by_text("It cannot be shown here. Download it to look at it.")).to_be_visible()
    with staff.expect_download():
        staff.evaluate(f"location.href = '/texting/files/{file}'")
    assert "ran" not in staff.title()


@pytest.mark.attack("A26")
def test_A26_a_page_from_elsewhere_cannot_show_a_file(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    """Of the same host, so that the session's cookie goes along."""
    file = arrives(office, png(400, 300))
    other = Flask("other")
    other.add_url_rule("/", view_func=lambda: "<!doctype html><title>Other</title>")
    with serving(other) as elsewhere:
        for origin, seen in ((site, True), (elsewhere, False)):
            staff.goto(f"{origin}/")
            assert staff.evaluate(LOADS, f"{site}/texting/files/{file}") is seen
        complaints.clear()
        # A browser opens spare connections, whose end the servers would wait for.
        staff.context.close()


def test_each_step_of_a_file_shows_by_itself(staff: Any, site: str, office: Office) -> None:
    file = comes(office, "kitchen.png")[0]
    opened(staff, site, office)
    expect(staff.get_by_text("Photo is coming…")).to_be_visible()
    stores(file, png(400, 300), "image/png")
    expect(staff.locator("img[data-ft-media]")).to_have_js_property("naturalWidth", 400, timeout=LIVE)
    filing.run_due()
    place = staff.locator(".ft-place")
    expect(place).to_have_text(re.compile(r"Filed in\s+Marsh v\. Dune Properties"), timeout=LIVE)
    expect(place.get_by_role("link")).to_have_attribute("href", "/documents/document-1")


def test_what_is_being_watched_goes_on_while_words_change(staff: Any, site: str, office: Office) -> None:
    arrives(office, wav(), "audio/wav", kind="audio")
    opened(staff, site, office)
    staff.evaluate("window.mine = document.querySelector('audio')")
    filing.run_due()
    expect(staff.locator(".ft-place")).to_be_visible(timeout=LIVE)
    assert staff.evaluate("window.mine === document.querySelector('audio')")


def test_filing_and_trying_again_work_by_keyboard_and_stay_on_the_page(staff: Any, site: str, office: Office) -> None:
    becomes(comes(office, "lost.jpg")[0], FileState.GONE)
    arrives(office, png())
    filing.run_due()
    opened(staff, site, office)
    staff.evaluate("window.mine = 'yes'")
    again = staff.get_by_role("button", name=re.compile("^Try again"))
    again.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_text("Photo is coming…")).to_be_visible(timeout=LIVE)
    more = staff.locator("summary", has_text="File it in another matter")
    more.focus()
    staff.keyboard.press("Enter")
    staff.keyboard.press("Tab")
    staff.keyboard.press("Enter")
    expect(staff.get_by_text(re.compile(r"Being filed in\s+Estate of Marsh"))).to_be_visible(timeout=LIVE)
    assert staff.evaluate("window.mine") == "yes"
    assert [row.matter for row in filings()] == ["lease", "estate"]


def test_earlier_files_are_filed_by_one_press_however_often(staff: Any, site: str, office: Office) -> None:
    for _ in range(3):
        arrives(office, png())
    filing.run_due()
    later_matter(office)
    opened(staff, site, office)
    offer = staff.locator(".ft-offer")
    expect(offer).to_contain_text("3 earlier files are not in Dune eviction.")
    check(staff, "offers")
    shot(staff, "offers")
    offer.get_by_role("button", name=re.compile("^File them")).dblclick()
    expect(offer).to_have_count(0, timeout=LIVE)
    assert [row.matter for row in filings()].count("later") == 3


def test_a_press_that_fails_says_so(staff: Any, site: str, office: Office, complaints: list[str]) -> None:
    becomes(comes(office, "lost.jpg")[0], FileState.GONE)
    opened(staff, site, office)
    staff.route("**/again", lambda route: route.fulfill(status=503))
    again = staff.get_by_role("button", name=re.compile("^Try again"))
    again.click()
    failed = staff.get_by_text("That did not work; try again in a minute.")
    expect(failed).to_be_visible()
    expect(again).to_be_focused()
    for _ in range(2):  # what is asked every second takes nothing back
        with staff.expect_response("**/changes?*"):
            pass
    expect(failed).to_be_visible()
    until(lambda: complaints)  # the browser tells of the 503 when it has time
    complaints.clear()


def test_without_scripts_everything_can_be_done(browser: Any, site: str, office: Office) -> None:
    becomes(comes(office, "lost.jpg")[0], FileState.GONE)
    arrives(office, png())
    filing.run_due()
    later_matter(office)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/sign-in/{STAFF}")
    opened(page, site, office)
    page.get_by_role("button", name=re.compile("^Try again")).click()
    expect(page.get_by_text("Photo is coming…")).to_be_visible()
    page.get_by_role("button", name="File it in Dune eviction").click()
    expect(page.get_by_text(re.compile(r"Being filed in\s+Dune eviction"))).to_be_visible()
    context.close()


def test_a_damaged_file_leads_to_a_page_that_says_so(
    staff: Any, site: str, office: Office, complaints: list[str]
) -> None:
    file = arrives(office, png())
    damage(file)
    staff.goto(f"{site}/texting/files/{file}")
    expect(staff.get_by_role("heading", name="This file cannot be read")).to_be_visible()
    complaints.clear()


@pytest.mark.parametrize("width", [360, 1280])
def test_what_can_be_sent_is_fit_for_everybody(staff: Any, site: str, office: Office, width: int) -> None:
    staff.set_viewport_size({"width": width, "height": 900})
    opened(staff, site, office)
    with staff.context.expect_page() as fresh:
        staff.get_by_role("link", name=re.compile("^What can clients send")).click()
    page = fresh.value
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.get_by_role("heading", name="What can clients send?")).to_be_visible()
    check(page, f"sendable at {width}")
    shot(page, f"sendable-{width}")

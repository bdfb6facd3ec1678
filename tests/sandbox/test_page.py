"""The phones page, by HTTP and in a browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from servers import until

PHONE, FIRM = "14155550123", "18335550100"
HOSTILE = "<script>document.title='gone'</script><img src=x onerror=alert(1)>"


def _page(carrier: Any, path: str = f"/?phone={PHONE}") -> Any:
    return carrier.http.get(carrier.control + path, timeout=10)


def _press(carrier: Any, path: str, **form: str) -> Any:
    return carrier.http.post(carrier.control + path, data=form, timeout=10)


def test_the_page_shows_a_phone_and_its_texts(carrier: Any, final: Any) -> None:
    final(carrier.send("Hello Ada"))
    page = _page(carrier)
    assert "Ada Flores" in page.text
    assert "Hello Ada" in page.text
    assert "(833) 555-0100" in page.text
    assert "0169" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_everything_on_the_page_is_escaped(carrier: Any, final: Any) -> None:
    final(carrier.send(HOSTILE))
    carrier.write(HOSTILE, media=[{"name": HOSTILE, "type": "image/png", "data": "aGk="}])
    for path in (f"/?phone={PHONE}", "/?phone=<script>"):
        page = _page(carrier, path).text
        assert "<script>document" not in page
        assert "<img" not in page
    assert "<script>document" not in "".join(_page(carrier, f"/parts?phone={PHONE}").json().values())


def test_a_text_is_sent_by_a_plain_form(carrier: Any, customer: Any) -> None:
    answer = carrier.http.post(
        f"{carrier.control}/phones/{PHONE}/texts",
        data={"to": FIRM, "text": "From the page"},
        files={"file": ("dog.png", io.BytesIO(b"bytes"), "image/png")},
        allow_redirects=False,
        timeout=10,
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/?phone={PHONE}")
    until(lambda: customer.of("/inbound"))
    assert customer.received[0].body["image"]["caption"] == "From the page"


def test_a_mistake_keeps_what_was_typed(carrier: Any) -> None:
    answer = _press(carrier, f"/phones/{PHONE}/texts", to="18335550149", text="A long answer")
    assert answer.status_code == 400
    assert "A long answer</textarea>" in answer.text
    assert "number that the account owns" in answer.text


def test_a_button_switches_a_fault_on_and_off(carrier: Any) -> None:
    _press(carrier, "/faults/unreachable", phone=PHONE)
    [fault] = carrier.ask("GET", "/faults").json()
    assert {name: fault[name] for name in ("on", "do", "code", "to")} == {
        "on": "status",
        "do": "code",
        "code": 1260,
        "to": PHONE,
    }
    assert _page(carrier).text.count('aria-pressed="true"') == 1
    assert _page(carrier, "/?phone=14155550124").text.count('aria-pressed="true"') == 0
    _press(carrier, "/faults/unreachable", phone=PHONE)
    assert carrier.ask("GET", "/faults").json() == []
    assert _press(carrier, "/faults/nonsense").status_code == 404


def test_every_button_is_a_fault_that_exists(carrier: Any) -> None:
    from flask_firmtext.sandbox.presets import CARRIER_PRESETS, PHONE_PRESETS

    for preset in (*PHONE_PRESETS, *CARRIER_PRESETS):
        _press(carrier, f"/faults/{preset.key}", phone=PHONE)
    assert len(carrier.ask("GET", "/faults").json()) == len(PHONE_PRESETS) + len(CARRIER_PRESETS)
    assert _page(carrier).text.count('aria-pressed="true"') == len(PHONE_PRESETS) + len(CARRIER_PRESETS)
    _press(carrier, "/faults/clear", phone=PHONE)
    assert carrier.ask("GET", "/faults").json() == []


def test_a_button_lets_carriers_block_a_number_and_take_its_texts_again(carrier: Any, final: Any) -> None:
    assert "(833) 555-0100: verified" in _page(carrier).text
    _press(carrier, f"/numbers/{FIRM}", phone=PHONE, verified="0")
    assert "(833) 555-0100: blocked" in _page(carrier).text
    assert "(833) 555-0101: verified" in _page(carrier).text
    assert final(carrier.send("Hello"))["status"] == "rejected"
    _press(carrier, f"/numbers/{FIRM}", phone=PHONE, verified="1")
    assert "(833) 555-0100: verified" in _page(carrier).text
    assert _press(carrier, "/numbers/18335559999", verified="1").status_code == 404


def test_another_site_cannot_press_the_buttons(carrier: Any) -> None:
    answer = carrier.http.post(
        f"{carrier.control}/reset", headers={"Sec-Fetch-Site": "cross-site"}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 403


def test_a_call_is_heard_on_the_page(carrier: Any) -> None:
    assert "This number cannot take calls." in _press(carrier, f"/phones/{PHONE}/calls", to=FIRM).text


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_a_person_can_use_the_page(carrier: Any, browser: Any, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{carrier.control}/?phone={PHONE}")
    # Given a text that arrives while the page is open
    carrier.send("Can you come on Tuesday?")
    log = page.get_by_role("log")
    log.get_by_text("Can you come on Tuesday?").wait_for()
    # When its reader answers and switches a fault on
    page.get_by_label("Message").fill("Yes, at nine")
    page.get_by_role("button", name="Send", exact=True).click()
    log.get_by_text("Yes, at nine").wait_for()
    page.get_by_role("button", name="Number unreachable").click()
    page.get_by_role("button", name="Switch all off").wait_for()
    # Then the next text fails, and the ledger says so
    carrier.send("And on Wednesday?")
    page.get_by_role("cell", name="rejected").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert Axe().run(page).response["violations"] == []
    assert complaints == []
    context.close()


def test_the_page_works_without_javascript(carrier: Any, browser: Any, customer: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(carrier.control)
    page.get_by_label("Any other number").fill("(415) 555-0177")
    page.get_by_role("button", name="Open").click()
    page.get_by_label("Message").fill("Hello from nowhere")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("log").get_by_text("Hello from nowhere").wait_for()
    until(lambda: customer.of("/inbound"))
    assert customer.received[0].body["from"] == "14155550177"
    context.close()

"""Settings > Text Messaging: what everybody of a firm reads there, wherever the firm stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import render_template_string

from flask_firmtext.ports.host import Users
from flask_firmtext.store.states import NumberState
from house import ADMIN, LISBON, MAIN, SETTINGS, STAFF, STANDS, WHY_NOT, House, new, on, stuck, words
from office import Statements
from ordering import change, turned_on


@pytest.fixture
def house(app: Any) -> House:
    return House(app)


SAID = {
    "new": ("When to text, and when not to", "Use your secure client portal for", "not encrypted on their way"),
    "coming": ("Your number is being set up", "Looking for a number : done", "Buying it : under way"),
    "stuck": ("could not be set up yet", "Buying it : it stopped here", "has no credit"),
    "on": ("(833) 555-0100", "Verified", "Do not publish it", "office@harbor.example", "(312) 555-0190"),
    "unverified": ("(833) 555-0100", "Not registered yet", "Carrier registration"),
    "off": ("Text messaging is turned off", "(833) 555-0100 is kept for your firm until"),
    "given_back": ("Text messaging is turned off", "has been given back"),
}
BUTTONS = {
    "new": {"Turn on text messaging", "Turn on"},
    "coming": set(),
    "stuck": {"Try again"},
    "on": {"Apply", "Edit", "Save", "Turn off"},
    "unverified": {"Apply", "Edit", "Save", "Turn off"},
    "off": {"Turn on again"},
    "given_back": {"Turn on again"},
}


def buttons(html: str) -> set[str]:
    """The names of the buttons on a page."""
    main = html.partition("<main")[2].partition("</main>")[0]
    return {words(part.partition(">")[2].partition("</button>")[0]) for part in main.split("<button")[1:]}


@pytest.mark.parametrize("user", [ADMIN, STAFF])
@pytest.mark.parametrize("stand", STANDS)
def test_everybody_reads_where_the_firm_stands_and_administrators_have_the_buttons(
    house: House, stand: str, user: str
) -> None:
    STANDS[stand](house)
    answer = house.person(user).get(SETTINGS)
    assert answer.status_code == 200
    for said in SAID[stand]:
        assert said in words(answer.text)
    assert buttons(answer.text) == (BUTTONS[stand] if user == ADMIN else set())
    assert ('method="post"' in answer.text) is (user == ADMIN and stand != "coming")


@pytest.mark.parametrize("stand", STANDS)
def test_another_firm_reads_nothing_of_it(house: House, stand: str) -> None:
    STANDS[stand](house)
    house.host.add_firm("prairie", "Prairie Legal")
    house.host.add_user("prairie", "Paul Jensen", administrator=True, ref="admin@prairie.example")
    page = house.person("admin@prairie.example").get(SETTINGS).text
    assert "Turn on text messaging" in page
    assert not [said for said in ("(833)", "harbor.example", "Harbor") if said in page]


def test_where_texting_is_not_available_the_reason_stands_there_and_nothing_else(house: House) -> None:
    page = house.person(LISBON).get(SETTINGS).text
    assert words(page) == f"Text Messaging {WHY_NOT}"


@pytest.mark.parametrize("url", [SETTINGS, "/texting/guidance", f"{SETTINGS}/turn-on", f"{SETTINGS}/details"])
def test_nobody_reads_it_without_signing_in(house: House, url: str) -> None:
    assert house.person(None).get(url).status_code == 401


@pytest.mark.parametrize(
    ("administrators", "said"),
    [
        ([], "An administrator of your firm can turn it on here"),
        (["Ada"], "Ada can turn it on here"),
        (["Ada", "Bo"], "Ada or Bo can turn it on here"),
        (["Ada", "Bo", "<b>Cy</b>", "Di"], "Ada, Bo or <b>Cy</b> can turn it on here"),
    ],
)
def test_staff_read_who_can_turn_it_on(house: House, administrators: list[str], said: str) -> None:
    known = house.host.users.all
    for ref in [ref for ref, user in known.items() if user.firm == "harbor" and user.administrator]:
        del known[ref]
    for name in administrators:
        house.host.add_user("harbor", name, administrator=True)
    assert said in words(house.person().get(SETTINGS).text)


@pytest.mark.parametrize("how", [{"raises": RuntimeError("canary")}, {"returns": None}, {"returns": ["Ada"]}])
def test_a_host_that_names_nobody_hides_nothing(house: House, how: dict[str, Any]) -> None:
    house.host.fault("Users.administrators", **how)
    page = house.person().get(SETTINGS)
    assert page.status_code == 200
    assert "An administrator of your firm can turn it on here" in words(page.text)


def test_a_host_need_not_know_its_administrators() -> None:
    class Small(Users):
        def current(self) -> None:
            return None

        def may(self, *_: object) -> bool:
            return False

    assert list(Small().administrators("harbor")) == []


@pytest.mark.parametrize("place", ["settings", "guidance"])
def test_the_guidance_names_the_carriers_whose_clients_send_no_pictures(house: House, place: str) -> None:
    page = words(house.person().get(f"/texting/{place}").text)
    assert "Clients of Freedom and Shaw in Canada cannot send pictures" in page
    assert "The number is for your contacts only." in page
    assert "Everybody at Harbor Law can read and answer them." in page


def test_the_composer_says_it_in_a_line_and_leads_to_the_guidance(house: House) -> None:
    on(house)
    page = house.person().get("/texting/new?contact=rosa").text
    assert "Texts are not encrypted on their way, and everybody at your firm can read them." in words(page)
    assert '<a href="/texting/guidance" target="_blank" rel="noopener">When to text<' in page


def test_several_numbers_are_listed_with_the_main_one_first(house: House) -> None:
    on(house)
    house.has("+18335550122", "submitted", main=False)
    house.has("+18335550133", "bought", main=False)
    page = words(house.person().get(SETTINGS).text)
    listed = page.partition("All numbers ")[2]
    assert listed.startswith("(833) 555-0100 main Verified (833) 555-0122 Submitted (833) 555-0133 Being set up")


def test_a_refused_number_says_what_the_carriers_said(house: House) -> None:
    on(house)
    house.becomes(NumberState.REFUSED, why="The website shows <another> business.")
    page = words(house.person(ADMIN).get(SETTINGS).text)
    assert "Refused" in page
    assert page.count("The website shows <another> business.") == 1


def test_a_number_that_is_given_back_one_day_says_when(house: House) -> None:
    on(house)
    house.becomes(NumberState.VERIFIED, release_at=datetime(2031, 5, 3, 18, tzinfo=UTC))
    page = words(house.person().get(SETTINGS).text)
    assert "Verified It only receives texts, and is given back on May 3, 2031." in page


def test_a_further_number_that_is_being_got_hides_nothing(house: House) -> None:
    turned_on()
    house.has(MAIN)
    change(step="buy", state="failed", trouble="none_left")
    page = house.person(ADMIN).get(SETTINGS).text
    assert "(833) 555-0100" in page
    assert "no toll-free number for sale" in page
    assert {"Try again", "Edit"} <= buttons(page)
    assert "hx-get" in page, "it is kept up to date until the number is there"


def test_a_firm_that_is_on_without_a_number_can_get_one(house: House) -> None:
    turned_on()
    change(state="done")
    page = house.person(ADMIN).get(SETTINGS).text
    assert "Your firm has no number at the moment" in page
    assert "Get a number" in buttons(page)
    assert house.person(ADMIN).sends("turn-on-again").status_code == 303
    assert house.status().being_set_up


@pytest.mark.parametrize("language", [("en", "Reply STOP"), ("fr", "rendez-vous"), ("es", "cita")])
def test_the_templates_are_read_as_a_client_reads_them_with_the_firms_own_details(
    house: House, language: tuple[str, str]
) -> None:
    on(house)
    code, said = language
    page = house.person().get(f"{SETTINGS}?language={code}").text
    texts = [part.partition("</p>")[0] for part in page.split(f'<p class="ft-body" lang="{code}">')[1:]]
    assert len(texts) == 4
    assert all("Harbor Law" in text for text in texts)
    assert all("(312) 555-0190" in text and "office@harbor.example" in text for text in texts)
    assert any(said in text for text in texts)
    assert "Only your operator can change these words." in page
    assert page.count('aria-current="true"') == 1


def test_a_language_that_we_do_not_have_is_english(house: House) -> None:
    on(house)
    assert 'lang="en"' in house.person().get(f"{SETTINGS}?language=<script>").text


def test_who_may_not_read_templates_sees_none(house: House) -> None:
    on(house)
    house.host.users.refuse(STAFF, "template.read")
    page = house.person().get(SETTINGS).text
    assert "Text message templates" not in page
    assert "(833) 555-0100" in page


@pytest.mark.parametrize("said", ["on", "off", "details", "reminders", "again", "nonsense"])
def test_what_was_done_is_said_only_where_it_can_be_true(house: House, said: str) -> None:
    off_words = {"on": "is turned on.", "off": "Nothing is sent from now on.", "again": "We try again."}
    new(house)
    page = words(house.person(ADMIN).get(f"{SETTINGS}?said={said}").text)
    assert off_words.get(said, "nonsense") not in page


PAGE = """{% import "firmtext/slots.html" as slots with context %}<nav>{{ slots.settings_link() }}</nav>"""


def test_a_host_puts_the_link_into_its_own_settings(house: House) -> None:
    house.app.add_url_rule("/hosts", "hosts", lambda: render_template_string(PAGE))
    house.app.add_url_rule("/alone", "alone", lambda: render_template_string(PAGE.replace(" with context", "")))
    for url in ("/hosts", "/alone"):
        for user in (STAFF, LISBON):
            page = house.person(user).get(url).text
            assert page == '<nav><a href="/texting/settings">Text Messaging</a></nav>'
        assert house.person(None).get(url).text == "<nav></nav>"
    with Statements(house.app) as asked:
        house.person().get("/hosts")
    assert asked.seen == []


def test_a_port_that_raises_does_not_break_the_page_with_the_link(house: House) -> None:
    house.app.add_url_rule("/hosts", "hosts", lambda: render_template_string(PAGE))
    house.host.fault("Users.current", raises=RuntimeError("canary"))
    assert house.person(None).get("/hosts").status_code == 200


def test_the_page_costs_few_statements(house: House) -> None:
    stuck(house)
    staff = house.person()
    staff.get(SETTINGS)
    with Statements(house.app) as asked:
        staff.get(SETTINGS)
    assert len(asked.seen) <= 9

"""Who is in a matter and not its client: shown with the role, warned of on the other side, and nothing is filed."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from flask_firmtext.ports.host import Matters
from flask_firmtext.ports.values import Relation, Side
from flask_firmtext.testing.ports import MemoryMatters
from office import Office, Statements

LENA, VICTOR = "+13125550178", "+13125550179"
NAME = "Victor &lt;b&gt;Stone"
WARNING = f"<strong><bdi>{NAME}</bdi> is on the other side in <bdi>Marsh v. Dune Properties</bdi>.</strong>"
RELATED = [
    ("lena", "Lena Ort", LENA, Side.RELATED, "Witness"),
    ("victor", "Victor <b>Stone", VICTOR, Side.OPPOSING, "Owner"),
]
NEW = "/texting/new?contact=victor"
ROLES = [("lena", LENA, "Witness"), ("victor", VICTOR, "Other side: Owner")]
FAULTS: list[dict[str, Any]] = [
    {"raises": RuntimeError("canary-77")},
    {"returns": None},
    {"returns": {"victor": ["canary-77"]}},
]


@pytest.fixture
def office(office: Office) -> Office:
    lease = office.host.for_firm("harbor").matters.get("lease")
    for ref, name, number, side, role in RELATED:
        contact = office.host.add_contact("harbor", name, number, ref=ref)
        office.host.relate("harbor", lease, contact, side, role=role)
    return office


def row(html: str) -> str:
    found = re.search(r'<tr id="ft-row.*?</tr>', html, re.DOTALL)
    assert found
    return found[0]


def test_the_other_side_is_warned_of_in_new_in_its_part_and_in_the_thread(office: Office) -> None:
    staff = office.person()
    pages = [
        staff.get("/texting/new?contact=victor"),
        staff.get("/texting/new?contact=victor", headers={"HX-Request": "true"}),
    ]
    office.sends("victor")
    pages.append(staff.get(f"/texting/conversations/{office.conversation(VICTOR)}"))
    for page in pages:
        note = page.text[page.text.index("data-ft-careful") - 90 : page.text.index('id="ft-composer"')]
        assert "ft-warn" in note
        assert note.count(WARNING) == 1


def test_a_witness_is_not_warned_of(office: Office) -> None:
    office.sends("lena")
    page = office.person().get(f"/texting/conversations/{office.conversation(LENA)}").text
    assert "data-ft-careful" not in page


@pytest.mark.parametrize(("ref", "number", "role"), ROLES)
def test_the_matter_stands_in_table_and_thread_with_the_role(office: Office, ref: str, number: str, role: str) -> None:
    office.sends(ref)
    staff = office.person()
    for html in (
        row(staff.get("/texting/").text),
        staff.get(f"/texting/conversations/{office.conversation(number)}").text,
    ):
        assert "Marsh v. Dune Properties</bdi>" in html
        assert f"<bdi>{role}</bdi>" in html
        assert ("ft-opposing" in html) is (ref == "victor")


def test_a_client_has_no_role(office: Office) -> None:
    office.sends("rosa")
    assert "ft-role" not in row(office.person().get("/texting/").text)


@pytest.mark.parametrize(("ref", "number"), [("lena", LENA), ("victor", VICTOR)])
def test_time_with_them_is_added_to_the_matter(office: Office, ref: str, number: str) -> None:
    office.sends(ref)
    staff = office.person()
    conversation = f"/texting/conversations/{office.conversation(number)}"
    assert "Add time" in staff.get(conversation).text
    page = staff.get(f"{conversation}/time").text
    assert '<option value="lease" selected>' in page
    fields = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    sent = {key: fields[key] for key in ("csrf_token", "token", "last", "day", "minutes")}
    assert staff.post(f"{conversation}/time", sent | {"matter": "lease", "note": "A talk"}).status_code == 303
    assert [entry.matter for entry in office.host.files("harbor").time_entries.values()] == ["lease"]


def test_what_they_send_is_filed_nowhere(office: Office) -> None:
    office.sends("lena")
    conversation = office.conversation(LENA)
    staff = office.person()
    page = staff.get(f"/texting/conversations/{conversation}").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]  # type: ignore[index]
    form = {"csrf_token": token, "matter": "lease"}
    assert staff.post(f"/texting/conversations/{conversation}/filings", form).status_code == 404


@pytest.mark.parametrize("answer", FAULTS)
def test_a_host_that_fails_costs_the_matter_and_no_page(
    office: Office, answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    office.sends("victor", "Hello there")
    staff = office.person()
    office.host.fault("Matters.related_to", **answer)
    for url in ("/texting/", f"/texting/conversations/{office.conversation(VICTOR)}", "/texting/new?contact=victor"):
        page = staff.get(url)
        assert page.status_code == 200
        assert "Hello there" in page.text
        assert "canary-77" not in page.text + caplog.text
        assert (url == "/texting/") is ("cannot say at the moment who is on the other side" not in page.text)


def test_a_host_without_the_verb_is_as_before(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MemoryMatters, "related_to", Matters.related_to)
    office.sends("victor")
    assert "ft-chip" not in row(office.person().get("/texting/").text).replace("ft-chips", "")
    page = office.person().get(f"/texting/conversations/{office.conversation(VICTOR)}").text
    assert "data-ft-careful" not in page
    assert "Add time" not in page


def test_the_table_asks_once_for_all(office: Office) -> None:
    for ref in ("lena", "victor", "rosa", "grace"):
        office.sends(ref)
    staff = office.person()
    with Statements(office.app) as few:
        staff.get("/texting/")
    office.conversation_copies(20)
    before = office.host.calls.count("Matters.related_to")
    with Statements(office.app) as many:
        staff.get("/texting/")
    assert office.host.calls.count("Matters.related_to") == before + 1
    assert len(many.seen) <= len(few.seen)


def test_of_many_matters_against_one_three_are_named(office: Office) -> None:
    clara = office.host.add_contact("harbor", "Clara Ort", "+13125550180")
    victor = office.host.for_firm("harbor").contacts.get("victor")
    for n in range(500):
        claim = office.host.add_matter("harbor", f"Claim {n}", client=clara)
        office.host.relate("harbor", claim, victor, Side.OPPOSING)
    page = office.person().get(NEW).text
    assert page.count("is on the other side in") == 3
    assert "and 498 more" in page


@pytest.mark.parametrize(
    ("number", "words"), [(21, "2 further open matters were not looked"), (20, "1 further open matter was not looked")]
)
def test_what_was_not_looked_through_for_the_other_side_is_said(office: Office, number: int, words: str) -> None:
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    staff, page = office.person(), "/texting/new?contact=rosa"
    assert "not looked through" not in staff.get(page).text
    for n in range(number):
        office.host.add_matter("harbor", f"Matter {n}", client=rosa)
    assert words in staff.get(page).text


def test_the_other_side_is_not_hidden_behind_many_matters(office: Office) -> None:
    victor = office.host.for_firm("harbor").contacts.get("victor")
    for n in range(500):
        office.host.add_matter("harbor", f"Of his own {n}", client=victor)
    office.sends("victor")
    chips = row(office.person().get("/texting/").text)
    assert "Marsh v. Dune Properties" in chips
    assert "and 498 more" in chips


def test_the_host_in_memory_tells_roles_and_sides(office: Office) -> None:
    port = office.host.for_firm("harbor").matters
    lease = port.get("lease")
    assert port.related_to(["victor", "rosa", "nobody"]) == {
        "victor": [Relation(lease, Side.OPPOSING, "Owner")],
        "rosa": [],
        "nobody": [],
    }


def test_an_open_page_that_can_be_answered_again_warns_as_well(office: Office) -> None:
    office.sends("victor")
    page = f"/texting/changes?since=-1&closed=1&conversation={office.conversation(VICTOR)}"
    composer = office.person().get(page).json["composer"]  # type: ignore[index]
    assert composer.index(WARNING) < composer.index('id="ft-composer"')

"""A18: a host that hands over what is another firm's, or another's. It is dropped, and operators are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import render_template_string

from evidence import heard
from flask_firmtext.firm import calls
from flask_firmtext.ports.values import Contact, Firm, PhoneNumber, User
from office import HARBOR, Office, typed

CANARY = "canary-7b1c"
TAB = '{% import "firmtext/slots.html" as slots with context %}{{ slots.communications(contact="rosa") }}'
FOREIGN = Contact("grace", CANARY, (PhoneNumber("+12065550142"),), "+12065550142")
ADMIN = User("uma", CANARY, "summit", administrator=True)


@pytest.mark.parametrize("address", ["/texting/new?contact=rosa", "/tab"])
@pytest.mark.attack("A18")
def test_a18_another_contact_than_the_one_that_was_asked_for_is_nobody(office: Office, address: str) -> None:
    office.app.add_url_rule("/tab", "tab", lambda: render_template_string(TAB))
    staff = office.person()
    office.host.fault("Contacts.get", returns=FOREIGN)
    with heard() as said:
        shown = staff.get(address).text
    assert CANARY not in shown
    assert [alarm["kind"] for alarm in said] == ["host_tenancy"]


@pytest.mark.attack("A18")
def test_a18_no_text_goes_to_another_contact_and_the_words_stay(office: Office) -> None:
    staff = office.person()
    form = {**staff.composer("/texting/new?contact=rosa"), "text": "Long thought"}
    office.host.fault("Contacts.get", returns=FOREIGN)
    with heard() as said:
        sent = staff.post("/texting/texts", form)
    assert (sent.status_code, typed(sent.text), office.texts()) == (404, "Long thought", 0)
    assert [alarm["kind"] for alarm in said] == ["host_tenancy"]


@pytest.mark.attack("A18")
def test_a18_another_firm_than_the_users_shows_nothing(office: Office) -> None:
    office.sends()
    office.host.fault("Firms.get", returns=Firm("summit", CANARY, "UTC"))
    with heard() as said:
        page = office.person().get("/texting/")
    assert (page.status_code, CANARY in page.text) == (404, False)
    assert [alarm["kind"] for alarm in said] == ["host_tenancy"]


@pytest.mark.attack("A18")
def test_a18_who_calls_is_not_told_another_firms_name(office: Office) -> None:
    office.host.fault("Firms.get", returns=Firm("summit", CANARY, "UTC"))
    with heard() as said:
        told = calls.words(HARBOR)
    assert CANARY not in told
    assert [alarm["kind"] for alarm in said] == ["host_tenancy"]


@pytest.mark.attack("A18")
def test_a18_another_firms_administrator_is_not_named(office: Office) -> None:
    office.host.add_firm("prairie", "Prairie Legal")
    office.host.add_user("prairie", "Pat", ref="pat")
    office.host.fault("Users.administrators", returns=[ADMIN, replace(ADMIN, name="Ada Admin", firm="prairie")])
    with heard() as said:
        page = office.person("pat").get("/texting/settings").text
    assert "Ada Admin" in page
    assert CANARY not in page
    assert [alarm["kind"] for alarm in said] == ["host_tenancy"]

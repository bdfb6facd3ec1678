"""The form of the carriers' registration, as a firm's administrators and as nobody else see it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from flask import render_template
from markupsafe import escape
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import registration, texting, verification
from flask_firmtext.firm.details import Details
from flask_firmtext.firm.registration_fields import FIELDS
from flask_firmtext.ports.values import Availability
from flask_firmtext.store.models import Audit, Number, Registration
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, HARBOR, STAFF, SUMMIT, Office, Person
from registering import KNOWN, TYPED, WHOLE

PAGE = "/texting/settings/registration"
EXPORT = f"{PAGE}/export"
SUMMITS = "admin@summit.example"


@pytest.fixture
def admin(office: Office) -> Person:
    harbor = office.host.firms.all["harbor"]
    office.host.firms.all["harbor"] = replace(harbor, legal=KNOWN)
    return office.person(ADMIN)


def token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found.group(1)


def post(person: Person, values: dict[str, str], **more: Any) -> Any:
    return person.post(PAGE, {"csrf_token": token(person.get(PAGE).text), **values}, **more)


def filled(html: str) -> dict[str, str]:
    """What stands in the fields, read from the HTML."""
    found = re.findall(r'<input class="ft-input"[^>]* value="([^"]*)" id="ft-(\w+)"', html)
    values = {name: unescape(value) for value, name in found}
    for name, text in re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', html, re.DOTALL):
        values[name] = unescape(text)
    for name, inside in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', inside)
        values[name] = unescape(chosen.group(1)) if chosen else ""
    return values


def saved() -> dict[str, str]:
    with reading() as session:
        firm = firmtext.host.firms.get("harbor")
        assert firm is not None
        return dict(registration.filled(session, firm).values)


def described(html: str, name: str) -> str:
    """What a screen reader says after the label of a field."""
    tag = re.search(rf'<(?:input|select|textarea)[^>]* id="ft-{name}"[^>]*>', html)
    assert tag
    ids = re.search(r'aria-describedby="([^"]*)"', tag.group())
    assert ids
    parts = [re.search(rf'<(\w+)[^>]* id="{part}"[^>]*>(.*?)</\1>', html, re.DOTALL) for part in ids.group(1).split()]
    assert all(parts), ids.group(1)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", part.group(2)) for part in parts if part))


def test_the_form_holds_what_the_host_knows_and_complains_of_nothing_yet(admin: Person) -> None:
    html = admin.get(PAGE).text
    values = filled(html)
    assert set(values) == set(FIELDS)
    assert values["legal_name"] == "Harbor Law, P.L.L.C."
    assert values["country"] == "US"
    assert values["sample_1"].startswith("Harbor Law: ")
    assert "aria-invalid" not in html
    assert 'id="ft-summary"' not in html


def test_every_field_has_a_label_and_its_help(admin: Person) -> None:
    html = admin.get(PAGE).text
    for name, field in FIELDS.items():
        assert re.search(rf'<label class="ft-label" for="ft-{name}">{re.escape(str(escape(field.label)))}', html), name
        assert field.help in described(html, name)


def test_what_is_filled_in_is_saved_and_the_page_says_so(admin: Person) -> None:
    answer = post(admin, {**WHOLE, **TYPED})
    assert answer.status_code == 303
    assert "Quillfeather" not in answer.location
    html = admin.get(answer.location).text
    assert re.search(r'id="ft-summary" role="status"[^>]*autofocus>\s*<p>Saved\.</p>', html)
    assert "Download what is submitted" in html
    assert saved() == WHOLE
    (noted,) = rows(Audit, Audit.action == "registration.save")
    assert (noted.firm, noted.actor) == ("harbor", ADMIN)


def test_what_is_not_complete_is_saved_and_the_rest_is_named_with_a_way_to_each_field(admin: Person) -> None:
    answer = post(admin, {**WHOLE, "contact_email": "", "opt_in": ""})
    assert answer.status_code == 303
    html = admin.get(answer.location).text
    summary = re.search(r'id="ft-summary" role="alert" tabindex="-1" autofocus>(.*?)</div>', html, re.DOTALL)
    assert summary
    assert re.findall(r'href="#ft-(\w+)"', summary.group(1)) == ["contact_email", "opt_in"]
    assert "Missing." in described(html, "contact_email")
    assert "Download" not in html
    assert saved()["contact_last_name"] == "Quillfeather"


def test_what_is_wrong_comes_back_with_its_reason_and_everything_that_was_typed(admin: Person) -> None:
    wrong = {**WHOLE, "contact_email": "adelheid@", "region": "<Illinois>", "entity": "GUILD", "opt_in": "One\nTwo"}
    answer = post(admin, wrong)
    assert answer.status_code == 422
    assert filled(answer.text) == wrong
    summary = re.search(r'id="ft-summary" role="alert" tabindex="-1" autofocus>(.*?)</div>', answer.text, re.DOTALL)
    assert summary
    assert re.findall(r'href="#ft-(\w+)"', summary.group(1)) == ["entity", "region", "contact_email"]
    assert "Mail cannot be sent to this address" in described(answer.text, "contact_email")
    assert answer.text.count('aria-invalid="true"') == 3
    assert answer.text.count("<title>Error: ") == 1
    assert rows(Registration) == []


def test_what_carriers_commonly_refuse_stands_at_its_field(admin: Person) -> None:
    post(admin, {**WHOLE, "street": "P.O. Box 12"})
    html = admin.get(PAGE).text
    assert "A post office box is refused." in described(html, "street")
    assert "A post office box" not in described(html, "city")


@pytest.mark.parametrize(("user", "code"), [(STAFF, 404), (None, 401)])
def test_only_who_may_verify_numbers_sees_or_changes_anything(office: Office, user: str | None, code: int) -> None:
    person = office.person(user)
    assert person.get(PAGE).status_code == code
    assert person.get(EXPORT).status_code == code
    values = {"csrf_token": token(person.get("/texting/new?contact=rosa").text)} if user else {}
    assert person.post(PAGE, {**values, **WHOLE}).status_code == code
    assert rows(Registration) == []


def test_nobody_sees_another_firms_registration_or_number(admin: Person, office: Office) -> None:
    post(admin, WHOLE)
    theirs = office.person(SUMMITS)
    assert "Quillfeather" not in theirs.get(PAGE).text
    harbors = rows(Number, Number.e164 == HARBOR)[0].id
    assert theirs.get(f"{EXPORT}?number={harbors}").status_code == 404
    assert theirs.get(f"{EXPORT}?number=x").status_code == 404


def test_a_firm_that_may_not_have_texting_registers_nothing(admin: Person, office: Office) -> None:
    harbor = office.host.firms.all["harbor"]
    office.host.firms.all["harbor"] = replace(harbor, availability=Availability(False, "Not in your country."))
    assert admin.get(PAGE).status_code == 404


def test_a_form_from_elsewhere_changes_nothing_and_costs_no_words(admin: Person) -> None:
    admin.get(PAGE)
    answer = admin.post(PAGE, {**WHOLE, "csrf_token": "stale"})
    assert answer.status_code == 400
    assert filled(answer.text) == WHOLE
    assert "The page was open too long; what you typed is kept." in answer.text
    assert rows(Registration) == []
    assert admin.post(PAGE, {**filled(answer.text), "csrf_token": token(answer.text)}).status_code == 303


def test_a_session_that_ended_costs_no_words(admin: Person) -> None:
    form = {**WHOLE, "csrf_token": token(admin.get(PAGE).text)}
    admin.client.delete_cookie("session")
    answer = admin.post(PAGE, form)
    assert answer.status_code == 401
    assert filled(answer.text) == WHOLE
    assert "Sign in in another tab" in answer.text


@pytest.fixture
def full_disk(app: Any) -> Iterator[None]:
    engine = app.extensions["firmtext"].engine

    def fail(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "INSERT INTO firmtext_registration" in statement:
            raise OperationalError(statement, parameters, Exception("disk full"))

    event.listen(engine, "before_cursor_execute", fail)
    yield
    event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.usefixtures("full_disk")
def test_a_database_that_takes_nothing_costs_no_words_and_logs_none(
    admin: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(admin, WHOLE)
    assert answer.status_code == 503
    assert filled(answer.text) == WHOLE
    assert "Quillfeather" not in caplog.text
    assert "a registration was not stored: OperationalError" in caplog.text


def test_a_host_that_does_not_answer_costs_no_words(admin: Person, office: Office) -> None:
    form = {**WHOLE, "csrf_token": token(admin.get(PAGE).text)}
    office.host.fault("Users.may", raises=RuntimeError("away"))
    answer = admin.post(PAGE, form)
    assert answer.status_code == 503
    assert filled(answer.text) == WHOLE


def test_the_registration_is_downloaded_ready_to_submit(admin: Person) -> None:
    post(admin, WHOLE)
    answer = admin.get(EXPORT)
    assert answer.status_code == 200
    assert json.loads(answer.text) == registration.export(WHOLE, HARBOR)
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == "attachment; filename=registration-18335550100.json"
    assert answer.headers["Cache-Control"] == "no-store"
    (noted,) = rows(Audit, Audit.action == "registration.export")
    assert (noted.firm, noted.actor) == ("harbor", ADMIN)


def test_the_download_can_be_for_any_number_of_the_firm(admin: Person) -> None:
    post(admin, WHOLE)
    with own() as session:
        row = session.get_one(Number, rows(Number, Number.e164 == HARBOR)[0].id)
        second = Number(firm="harbor", e164="+18445550111", next_free_at=row.next_free_at, created_at=row.created_at)
        session.add(second)
    assert json.loads(admin.get(f"{EXPORT}?number={second.id}").text)["numbers"] == ["18445550111"]
    assert json.loads(admin.get(EXPORT).text)["numbers"] == ["18335550100"]


def test_nothing_is_downloaded_while_something_is_missing(admin: Person) -> None:
    answer = admin.get(EXPORT)
    assert answer.status_code == 409
    assert answer.mimetype == "text/html"
    assert "Missing." in described(answer.text, "contact_email")
    assert rows(Audit, Audit.action == "registration.export") == []


def test_a_firm_without_a_number_fills_in_the_form_and_submits_it_later(admin: Person) -> None:
    with own() as session:
        session.execute(update(Number).where(Number.firm == "harbor").values(state=NumberState.RELEASED))
    assert post(admin, WHOLE).status_code == 303
    answer = admin.get(EXPORT)
    assert answer.status_code == 409
    assert "Your firm has no number yet." in answer.text


def test_what_cannot_be_decrypted_is_said_and_can_be_filled_in_anew(admin: Person) -> None:
    post(admin, WHOLE)
    with own() as session:
        row = session.get_one(Registration, "harbor")
        row.details = row.details[:-1] + bytes([row.details[-1] ^ 1])
    page = admin.get(PAGE)
    assert page.status_code == 200
    assert "cannot be read at the moment" in page.text
    refused = admin.get(EXPORT)
    assert refused.status_code == 409
    assert "cannot be read at the moment" in refused.text
    assert post(admin, WHOLE).status_code == 303
    assert saved() == WHOLE


def card(office: Office, user: str) -> str:
    """The card as the page of the settings shows it to this user."""
    with office.app.test_request_context():
        office.host.users.sign_in(user)
        return " ".join(render_template("firmtext/_registration.html").split())


def state(wanted: NumberState, why: str | None = None, *, before: NumberState = NumberState.SUBMITTED) -> None:
    with own() as session:
        session.execute(update(Number).where(Number.e164 == HARBOR).values(state=before))
        number = session.scalars(select(Number.id).where(Number.e164 == HARBOR)).one()
        verification.set_state(session, number, wanted, by="cli:op", why=why)


def test_the_card_says_where_the_number_stands_why_and_what_is_missing(admin: Person, office: Office) -> None:
    state(NumberState.UPDATES_REQUIRED, "The site shows no <address>.")
    html = card(office, ADMIN)
    assert "(833) 555-0100" in html
    assert "Updates required" in html
    assert "<strong>The carriers say:</strong> The site shows no &lt;address&gt;." in html
    assert "<li>What they see or hear, step by step</li>" in html
    assert "<li>Legal name</li>" not in html
    assert f'href="{PAGE}">Complete the registration</a>' in html
    assert SUMMIT[2:5] + ") 555-0101" not in html


def test_the_card_of_a_complete_form_says_who_goes_on(admin: Person, office: Office) -> None:
    post(admin, {**WHOLE, "street": "P.O. Box 12"})
    state(NumberState.SUBMITTED, before=NumberState.LINKED)
    html = card(office, ADMIN)
    assert "The form is complete." in html
    assert "Carriers may refuse one of its answers." in html
    assert "Open the registration" in html


def test_the_card_of_a_verified_number_asks_for_nothing(admin: Person, office: Office) -> None:
    html = card(office, ADMIN)
    assert "Verified" in html
    assert "Still to be filled in" not in html


def test_staff_read_where_the_number_stands_and_find_no_way_to_the_form(admin: Person, office: Office) -> None:
    state(NumberState.REFUSED, "Wrong name.")
    html = card(office, STAFF)
    assert "Refused" in html
    assert "An administrator of your firm takes care of it." in html
    assert "href" not in html


def test_the_card_stands_on_the_page_of_the_settings_and_the_form_leads_back(admin: Person, office: Office) -> None:
    with own() as session:
        given = Details("office@harborlaw.example")
        texting.turn_on(session, office.host.firms.all["harbor"], given, by=ADMIN)
    settings = admin.get("/texting/settings").text
    assert 'id="ft-registration-title">Carrier registration</h2>' in settings
    assert f'href="{PAGE}"' in settings
    assert admin.get(PAGE).text.count('href="/texting/settings"') == 2
    assert f'href="{PAGE}"' not in office.person(STAFF).get("/texting/settings").text

"""A number that somebody else has now (A14, A17): nothing of the old owner's thread is shown under the new one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.ports.values import Contact, PhoneNumber
from office import ROSA, STAFF, Office, Person

OTHER, SECRET, INTRUDING = "+13125550188", "between us", "the new owner's words"


def told(office: Office) -> None:
    """The host says that Rosa changed."""
    FirmText().contact_changed("rosa")
    firmtext.db.session.commit()


def untold(office: Office) -> None:
    """The host forgets to."""


@pytest.fixture(params=[told, untold], ids=lambda how: how.__name__)
def moved(office: Office, request: pytest.FixtureRequest) -> Office:
    """Rosa's number is the new owner's, who texts before anybody wrote; with the host's word, and without."""
    office.sends("rosa", SECRET)
    rosa = Contact("rosa", "Rosa Marsh", (PhoneNumber(OTHER),), OTHER)
    office.host.put_contact("harbor", rosa)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    request.param(office)
    office.receives(INTRUDING)
    return office


def changes(person: Person, **asked: Any) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return person.get(f"/texting/changes?since=-1&{query}").text


def test_the_table_names_neither(moved: Office) -> None:
    for page in (moved.person().get("/texting/").text, changes(moved.person(), table=1)):
        assert "(312) 555-0100" in page
        assert "Rosa" not in page
        assert "New Owner" not in page


def test_the_thread_names_neither_and_cannot_be_answered(moved: Office) -> None:
    page = moved.person().get(f"/texting/conversations/{moved.conversation()}").text
    assert SECRET in page
    assert "Rosa" not in page
    assert "New Owner" not in page
    assert "has left the contact" in page
    assert "ft-composer" not in page


def test_live_parts_of_the_thread_name_neither(moved: Office) -> None:
    parts = changes(moved.person(), conversation=moved.conversation())
    assert SECRET in parts
    assert "Rosa" not in parts
    assert "New Owner" not in parts


def test_the_picker_shows_the_new_owner_an_empty_page_and_begins_anew(moved: Office) -> None:
    staff = moved.person()
    page = staff.get("/texting/new?contact=newo").text
    assert "New Owner" in page
    assert SECRET not in page
    assert INTRUDING not in page
    assert "No texts yet" in page
    sent = staff.send("/texting/new?contact=newo", "Welcome")
    assert sent.status_code == 303
    page = staff.get(sent.location).text
    assert "New Owner" in page
    assert SECRET not in page


def test_the_picker_shows_the_old_owner_the_other_number_only(moved: Office) -> None:
    page = moved.person().get("/texting/new?contact=rosa").text
    assert "(312) 555-0188" in page
    assert SECRET not in page


def test_after_the_new_owner_was_texted_each_thread_stays_by_itself(moved: Office) -> None:
    moved.sends("newo", "Welcome")
    moved.receives("Thank you")
    page = moved.person().get("/texting/").text
    rows = re.findall(r'<tr id="ft-row-.*?</tr>', page, re.DOTALL)
    assert len(rows) == 2
    assert "New Owner" in rows[0]
    assert "Thank you" in rows[0]
    assert SECRET not in rows[0]
    assert "New Owner" not in rows[1]


def test_the_old_owners_texts_are_asked_for_by_the_old_owner(moved: Office) -> None:
    """Whoever may not see Rosa does not see her texts, whosever the number is now (A17)."""
    users, may = moved.host.users, moved.host.users.may
    users.may = lambda user, action, subject=None: (
        "rosa" not in getattr(subject, "contacts", ()) and may(user, action, subject)
    )
    staff = moved.person(STAFF)
    assert SECRET not in staff.get("/texting/").text
    assert staff.get(f"/texting/conversations/{moved.conversation()}").status_code == 404
    assert staff.get("/texting/changes?since=-1").get_json()["unread"] == 0
    assert staff.get("/texting/new?contact=newo").status_code == 200


def test_the_host_that_was_told_keeps_the_new_owners_text_from_staff(office: Office) -> None:
    office.sends("rosa", SECRET)
    office.host.remove_contact("harbor", "rosa")
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    told(office)
    office.receives(INTRUDING)
    staff = office.person()
    for page in (staff.get("/texting/").text, changes(staff, table=1, conversation=office.conversation())):
        assert INTRUDING not in page


def test_a_shared_number_shows_one_thread_named_by_both(office: Office) -> None:
    office.sends("grace", "Hello")
    office.receives("It is me", "+13125550101")
    staff = office.person()
    page = staff.get(f"/texting/conversations/{office.conversation('+13125550101')}").text
    assert re.search(r"<title>Grace Moss or Henry Moss", page)
    assert '<bdi class="ft-author">Grace Moss or Henry Moss</bdi>' in page
    table = staff.get("/texting/").text
    assert "<bdi>Grace Moss</bdi> or <bdi>Henry Moss</bdi>" in table
    assert '<small class="ft-from"><bdi>Client</bdi></small>' in table
    assert 'value="henry"' in staff.get("/texting/new?contact=henry").text
    assert "It is me" in staff.get("/texting/new?contact=henry").text

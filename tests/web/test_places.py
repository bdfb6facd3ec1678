"""The conversations of a contact and of a matter in the host's own pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import render_template_string, request
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.ports.values import Contact, Party, PhoneNumber, Side
from office import ADMIN, ROSA, STAFF, Office, Person, Statements

PAGE = """{% import "firmtext/slots.html" as slots with context %}
{% set asked = request.args %}
{{ slots.communications(contact=asked.get("contact"), matter=asked.get("matter")) }}<footer>the rest</footer>"""
OTHER, SECOND, SHARED = "+13125550188", "+13125550110", "+13125550101"


@pytest.fixture
def hosts(office: Office) -> Office:
    """The office with pages of the host: ``/place?contact=…`` and ``/place?matter=…``."""
    office.app.add_url_rule("/place", "place", lambda: render_template_string(PAGE, request=request))
    return office


def place(person: Person, **asked: str) -> str:
    answer = person.get("/place?" + "&".join(f"{name}={value}" for name, value in asked.items()))
    assert answer.status_code == 200
    assert "the rest" in answer.text
    return str(answer.text)


def rows(page: str) -> list[str]:
    return re.findall(r'<tr id="ft-row-.*?</tr>', page, re.DOTALL)


def links(page: str) -> set[str]:
    return set(re.findall(r'href="(/texting/conversations/[^"]+)"', page))


def test_a_contacts_page_has_one_thread_for_each_number_under_one_heading(hosts: Office) -> None:
    hosts.host.put_contact(
        "harbor",
        Contact("rosa", "Rosa Marsh", (PhoneNumber(ROSA, "mobile"), PhoneNumber(SECOND, "work")), ROSA),
    )
    hosts.sends("rosa", "to the first")
    hosts.sends("rosa", "to the second", to=SECOND)
    hosts.sends("grace", "to Grace")
    page = place(hosts.person(), contact="rosa")
    assert page.count(">Text messages</h2>") == 1
    found = rows(page)
    assert len(found) == 2
    assert "(312) 555-0110" in found[0]
    assert "work" in found[0]
    assert "to the second" in found[0]
    assert "(312) 555-0100" in found[1]
    assert "mobile" in found[1]
    assert "to Grace" not in page


def test_its_unread_texts_are_counted_for_this_user(hosts: Office) -> None:
    hosts.sends()
    hosts.receives("one")
    hosts.receives("two")
    assert "2 unread texts" in place(hosts.person(), contact="rosa")


def test_the_same_thread_opens_from_the_table_the_contact_and_the_matters(hosts: Office) -> None:
    hosts.sends("rosa", "Hello")
    staff = hosts.person()
    expected = {f"/texting/conversations/{hosts.conversation()}"}
    assert links(staff.get("/texting/").text) == expected
    for asked in ({"contact": "rosa"}, {"matter": "lease"}, {"matter": "estate"}):
        assert links(place(staff, **asked)) == expected


def test_a_matter_shows_its_client_and_related_contacts_and_not_the_other_side(hosts: Office) -> None:
    lease = hosts.host.files("harbor").matters["lease"]
    sara = hosts.host.for_firm("harbor").contacts.get("sara")
    hosts.host.relate("harbor", lease, sara)
    ines = hosts.host.add_contact("harbor", "Ivo Other", OTHER, ref="ivo")
    hosts.host.relate("harbor", lease, ines, Side.OPPOSING)
    hosts.sends("rosa", "to the client")
    hosts.sends("sara", "to the related one")
    hosts.sends("ivo", "to the other side")
    page = place(hosts.person(), matter="lease")
    assert "to the client" in page
    assert "Rosa Marsh" in page
    assert "to the related one" in page
    assert "to the other side" not in page
    assert "Ivo" not in page


def test_a_number_that_two_share_stands_under_both_and_is_named_by_both(hosts: Office) -> None:
    hosts.sends("grace", "Hello you two")
    staff = hosts.person()
    for ref in ("grace", "henry"):
        [row] = rows(place(staff, contact=ref))
        assert "<bdi>Grace Moss</bdi> or <bdi>Henry Moss</bdi>" in row
    [row] = rows(place(staff, matter="divorce"))
    assert "<bdi>Grace Moss</bdi> or <bdi>Henry Moss</bdi>" in row


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.attack("A14")
def test_a14_a_number_that_moved_stands_under_the_old_owner_without_a_name_and_not_under_the_new_one(
    hosts: Office, told: bool
) -> None:
    hosts.sends("rosa", "between us")
    hosts.host.put_contact("harbor", Contact("rosa", "Rosa Marsh", (PhoneNumber(OTHER),), OTHER))
    hosts.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    if told:
        FirmText().contact_changed("rosa")
        firmtext.db.session.commit()
    hosts.receives("an intruder")
    staff = hosts.person()
    new = place(staff, contact="newo")
    assert rows(new) == []
    assert "No texts with <bdi>New Owner</bdi> yet." in new
    [row] = rows(place(staff, contact="rosa"))
    assert "No longer this contact's number" in row or "No longer this contact&#39;s number" in row
    assert "Rosa" not in row
    assert "New Owner" not in row
    hosts.sends("newo", "welcome")
    [row] = rows(place(staff, contact="newo"))
    assert "between us" not in row
    assert "welcome" in row
    assert len(rows(place(staff, contact="rosa"))) == 1


def test_one_of_two_who_lost_the_number_does_not_see_what_the_other_gets(hosts: Office) -> None:
    hosts.sends("grace", "Hello you two")
    hosts.host.put_contact("harbor", Contact("grace", "Grace Moss", (PhoneNumber(OTHER),), OTHER))
    hosts.receives("only Henry's", SHARED)
    staff = hosts.person()
    assert rows(place(staff, contact="grace")) == []
    assert "only Henry" in place(staff, contact="henry")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"contact": "rosa"}, "No texts with <bdi>Rosa Marsh</bdi> yet."),
        ({"contact": "theo"}, "No texts with <bdi>Theo Baker</bdi> yet."),
        ({"matter": "divorce"}, "No texts with <bdi>Grace Moss</bdi> yet."),
        ({"matter": "nothing"}, "No texts with <bdi>anybody in this matter</bdi> yet."),
    ],
)
def test_before_the_first_text_it_says_with_whom_there_is_none(hosts: Office, asked: Any, words: str) -> None:
    hosts.sends("sara")
    page = place(hosts.person(), **asked)
    assert words in page
    assert rows(page) == []


@pytest.mark.parametrize(("name", "ref"), [("contact", "theo"), ("matter", "divorce")])
def test_new_begins_with_the_contact_or_with_those_of_the_matter(hosts: Office, name: str, ref: str) -> None:
    page = place(hosts.person(), **{name: ref})
    assert f'href="/texting/new?{name}={ref}"' in page
    assert f'<input type="hidden" name="{name}" value="{ref}">' in page


def test_new_chooses_nobody_whom_the_user_may_not_text(hosts: Office) -> None:
    hosts.host.users.refuse(STAFF, "message.send")
    assert "/texting/new?contact=" not in place(hosts.person(), contact="rosa")


@pytest.mark.parametrize("asked", [{"contact": "paul"}, {"contact": "nobody"}])
@pytest.mark.attack("A11")
def test_a11_another_firms_contact_is_as_one_that_never_was(hosts: Office, asked: Any) -> None:
    hosts.sends("paul", "of Summit", by="staff@summit.example")
    page = place(hosts.person(), **asked)
    assert "ft-" not in page
    assert hosts.person().get("/texting/changes?since=-1&table=1&contact=paul").status_code == 404


@pytest.mark.attack("A11")
def test_a11_another_firms_matter_is_as_one_that_never_was(hosts: Office) -> None:
    hosts.sends("paul", "of Summit", by="staff@summit.example")
    staff = hosts.person()
    pages = [place(staff, matter=ref).replace(ref, "REF") for ref in ("patent", "nothing")]
    assert pages[0] == pages[1]
    parts = [
        staff.get(f"/texting/changes?since=-1&table=1&matter={ref}").text.replace(ref, "REF")
        for ref in ("patent", "nothing")
    ]
    assert parts[0] == parts[1]


@pytest.mark.attack("A17")
def test_a17_each_conversation_is_asked_for(hosts: Office) -> None:
    hosts.host.relate(
        "harbor", hosts.host.files("harbor").matters["lease"], hosts.host.for_firm("harbor").contacts.get("sara")
    )
    hosts.sends("rosa", "behind the wall")
    hosts.sends("sara", "for everybody")
    users, may = hosts.host.users, hosts.host.users.may
    users.may = lambda user, action, subject=None: (
        "rosa" not in getattr(subject, "contacts", ()) and may(user, action, subject)
    )
    staff = hosts.person()
    page = place(staff, matter="lease")
    assert "for everybody" in page
    assert "behind the wall" not in page
    assert "behind the wall" not in place(staff, contact="rosa")


@pytest.mark.parametrize("asked", [{"contact": "rosa"}, {"matter": "lease"}])
def test_a_place_costs_the_same_for_one_conversation_and_for_many(hosts: Office, asked: Any) -> None:
    hosts.sends()
    staff = hosts.person()
    place(staff, **asked)
    with Statements(hosts.app) as one:
        place(staff, **asked)
    numbers = tuple(PhoneNumber(f"+1312555{n:04}") for n in range(120, 150))
    hosts.host.put_contact("harbor", Contact("rosa", "Rosa Marsh", (PhoneNumber(ROSA), *numbers), ROSA))
    for number in numbers:
        hosts.sends("rosa", to=number.e164)
    place(staff, **asked)
    with Statements(hosts.app) as many:
        page = place(staff, **asked)
    assert len(rows(page)) == 31
    assert len(one.seen) == len(many.seen) <= 9


VERBS = ["Users.current", "Users.may", "Users.names", "Firms.get", "Contacts.get", "Contacts.by_numbers"]


@pytest.mark.parametrize("verb", [*VERBS, "Matters.contacts_of"])
@pytest.mark.parametrize("asked", [{"contact": "rosa"}, {"matter": "lease"}])
def test_a_port_that_raises_does_not_break_the_hosts_page(hosts: Office, verb: str, asked: Any) -> None:
    hosts.sends()
    staff = hosts.person()
    hosts.host.fault(verb, raises=RuntimeError("canary"))
    assert "canary" not in place(staff, **asked)


@pytest.mark.parametrize("parties", [None, [None], [Party(None, Side.CLIENT)], "rosa"])
def test_a_port_that_answers_nonsense_is_said_quietly(hosts: Office, parties: Any) -> None:
    hosts.host.fault("Matters.contacts_of", returns=parties)
    assert "The practice system does not answer" in place(hosts.person(), matter="lease")


def test_a_database_that_is_away_does_not_break_the_hosts_page(hosts: Office) -> None:
    staff = hosts.person()
    engine = hosts.app.extensions["firmtext"].engine

    def away(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    event.listen(engine, "before_cursor_execute", away)
    try:
        page = place(staff, contact="rosa")
    finally:
        event.remove(engine, "before_cursor_execute", away)
    assert "Text messages cannot be shown at the moment" in page


def test_nobody_signed_in_sees_nothing(hosts: Office) -> None:
    assert "ft-" not in place(hosts.person(None), contact="rosa")


def test_live_it_shows_what_the_place_shows(hosts: Office) -> None:
    hosts.sends("rosa", "Hello Rosa")
    hosts.sends("grace", "Hello Grace")
    staff = hosts.person(ADMIN)
    for asked in ("contact=rosa", "matter=lease"):
        name, ref = asked.split("=")
        assert f'data-ft-{name}="{ref}"' in place(staff, **{name: ref})
        fresh = staff.get(f"/texting/changes?since=-1&table=1&{asked}").get_json()
        assert "Hello Rosa" in fresh["table"]
        assert "Hello Grace" not in fresh["table"]
        assert f'data-ft-{name}="{ref}"' in fresh["table"]
        assert f"{name}={ref}" in fresh["begin"]


def test_a_strangers_text_changes_nothing_at_the_place(hosts: Office) -> None:
    hosts.receives("canary", "+14165550104")
    page = place(hosts.person(), contact="sara")
    assert "canary" not in page
    assert "No texts with" in page

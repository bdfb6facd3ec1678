"""Conversations and attempts in Flask-Admin."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from administering import BANNERS
from attempts import claimed, closed
from flask_firmtext.store.models import Audit, Conversation
from flask_firmtext.store.states import Outcome, State
from flask_firmtext.store.transactions import own, reading
from office import ADMIN, Office, Person, Statements

LIST = "/admin/firmtext/conversations/"
ATTEMPTS = "/admin/firmtext/attempts/"


def test_the_list_of_conversations_names_nobody(office: Office, ada: Person) -> None:
    office.sends()
    office.receives()
    page = ada.get(LIST).text
    assert "(833) 555-0100" in page
    assert re.search(r'firmtext/messages/\?conversation=[0-9a-f-]+">2</a>', page)
    for hidden in ("Rosa", "(312)", "13125550100"):
        assert hidden not in page


def test_a_conversations_page_says_with_whom_and_is_recorded(office: Office, ada: Person) -> None:
    office.sends()
    row = office.conversation()
    page = ada.get(f"{LIST}details/?id={row}").text
    assert "Rosa Marsh" in page
    assert "(312) 555-0100" in page
    with reading() as session:
        view = session.scalars(select(Audit).where(Audit.action == "conversation.view")).one()
    assert (view.actor, view.firm, view.object_id) == (ADMIN, "harbor", str(row))


def test_a_number_that_cannot_be_read_says_so(office: Office, ada: Person) -> None:
    office.sends()
    with own() as session:
        session.scalars(select(Conversation)).one().phone = b"\x01broken"
    answer = ada.get(f"{LIST}details/?id={office.conversation()}")
    assert answer.status_code == 200
    assert "Number cannot be read" in answer.text


def test_a_number_that_moved_on_names_no_contact(office: Office, ada: Person) -> None:
    office.sends()
    office.host.remove_contact("harbor", "rosa")
    office.host.add_contact("harbor", "Somebody New", "+13125550100")
    page = ada.get(f"{LIST}details/?id={office.conversation()}").text
    assert "Somebody New" not in page


def test_conversations_are_paged_by_their_last_text(office: Office, ada: Person) -> None:
    office.conversation_copies(70)
    first = ada.get(LIST).text
    found = re.search(r'rel="next" href="([^"]+)"', first)
    assert found
    second = ada.get(found.group(1).replace("&amp;", "&")).text
    ids = [re.findall(r"details/\?id=([0-9a-f-]{36})", page) for page in (first, second)]
    assert [len(found) for found in ids] == [50, 20]
    assert not set(ids[0]) & set(ids[1])
    assert 'rel="next"' not in second


def test_a_page_of_conversations_costs_the_same_with_one_and_with_fifty(office: Office, ada: Person) -> None:
    office.sends()
    ada.get(LIST)
    with Statements(office.app) as one:
        ada.get(LIST)
    office.conversation_copies(50)
    with Statements(office.app) as fifty:
        ada.get(LIST)
    assert len(one.seen) == len(fifty.seen) <= 4 + BANNERS  # one for walls


@pytest.mark.parametrize(("outcome", "found"), [("accepted", 1), ("refused", 0)])
def test_attempts_say_what_became_of_each(office: Office, ada: Person, outcome: str, found: int) -> None:
    closed(claimed(), State.SUBMITTED, outcome=Outcome.ACCEPTED, evidence="receipt", carrier_id="carrier-7")
    page = ada.get(f"{ATTEMPTS}?flt0_outcome_is={outcome}").text
    assert page.count('class="col-outcome"') == found
    assert ("carrier-7" in page) is (found == 1)


def test_an_attempts_page_shows_our_reference_and_leads_to_its_text(office: Office, ada: Person) -> None:
    attempt = claimed("Privileged words")
    page = ada.get(f"{ATTEMPTS}details/?id={attempt.id}").text
    assert f"<code>{attempt.id}</code>" in page
    assert f"/admin/firmtext/messages/details/?id={attempt.message_id}" in page
    assert "Privileged" not in page
    with reading() as session:
        assert session.scalars(select(Audit).where(Audit.action.like("%.view"))).all() == []

"""Number orders in Flask-Admin: the history of each, and trying again what stands still."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy import select, update

from administering import failed_order, order_state
from flask_firmtext.firm import orders, steps
from flask_firmtext.store.models import Audit, Order
from flask_firmtext.store.transactions import own, reading
from hostapp import KEYS
from office import ADMIN, Office, Person

LIST = "/admin/firmtext/orders/"
ACTION = f"{LIST}action/"


def form(html: str) -> dict[str, str]:
    """The fields of the page's form."""
    found = re.search(rf'<form[^>]*action="{ACTION}".*?</form>', html, re.DOTALL)
    assert found, "there is no form on the page"
    fields = {}
    for field in re.findall(r"<(?:input|button)[^>]*>", found.group()):
        name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
        assert name
        assert value
        fields[name.group(1)] = unescape(value.group(1))
    return fields


def audited() -> list[tuple[str, str]]:
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action == "order.again"))
        return [(row.actor, row.object_id) for row in rows]


def test_the_list_says_in_the_firms_words_what_is_wrong(office: Office, ada: Person) -> None:
    failed_order(e164="+18445550100", step="buy")
    page = ada.get(LIST).text
    for words in ("(844) 555-0100", "Stands still", "Buy it", "the account at the carrier has no credit"):
        assert words in page
    assert "balance" not in page


def test_the_page_tells_every_step_with_its_time(office: Office, ada: Person) -> None:
    with own() as session:
        placed = orders.place(session, firm="harbor", country="US", by=ADMIN)
    assert placed
    steps.advance(placed)
    page = ada.get(f"{LIST}details/?id={placed}").text
    told = ["Ordered", "Next: Buy it", "Next: Connect it", "Next: Tell the carrier", "Stands still"]
    places = [page.index(words, page.index("Steps")) for words in told]
    assert places == sorted(places)
    assert page.count("<time datetime=") >= len(told)
    assert "Ada Admin" in page


def test_the_operators_cause_is_shown_on_the_page(office: Office, ada: Person) -> None:
    order = failed_order(cause="auth: 401")
    assert "<td>auth: 401</td>" in ada.get(f"{LIST}details/?id={order}").text


def test_a_cause_that_names_a_secret_or_a_place_in_the_code_is_not(office: Office, ada: Person) -> None:
    secret = KEYS["FIRMTEXT_INDEX_KEY"]
    order = failed_order(cause=f"the key {secret} was odd")
    page = ada.get(f"{LIST}details/?id={order}").text
    assert secret not in page
    assert "was odd" not in page
    with own() as session:
        session.execute(update(Order).values(trouble="fault", cause="KeyError at /srv/practice/app.py:7"))
    assert "/srv/practice" not in ada.get(f"{LIST}details/?id={order}").text


def test_trying_again_asks_first_and_then_does_it(office: Office, ada: Person) -> None:
    order = failed_order()
    asked = ada.post(ACTION, form(ada.get(LIST).text))
    assert asked.status_code == 200
    assert "costs money" in asked.text
    assert order_state(order) == "failed"
    done = ada.post(ACTION, form(asked.text))
    assert done.status_code == 302
    assert order_state(order) == "working"
    assert audited() == [(ADMIN, str(order))]
    assert "It is being tried again" in ada.get(LIST).text
    assert "Tried again" in ada.get(f"{LIST}details/?id={order}").text


def test_an_order_that_goes_on_by_itself_has_no_button(office: Office, ada: Person) -> None:
    failed_order(state="working")
    assert "<form" not in ada.get(LIST).text.partition("model-list")[2]


def test_an_order_that_somebody_else_tried_again_meanwhile_is_left_alone(office: Office, ada: Person) -> None:
    order = failed_order()
    fields = form(ada.get(LIST).text)
    with own() as session:
        orders.resume(session, order, by="somebody")
    assert ada.post(ACTION, fields).status_code == 302
    assert "There is nothing to try again." in ada.get(LIST).text


def test_without_a_token_nothing_is_done(office: Office, ada: Person) -> None:
    order = failed_order()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    for token in ("", "made up"):
        ada.post(ACTION, fields | {"csrf_token": token})
        assert order_state(order) == "failed"
    ada.post(ACTION, fields)
    assert order_state(order) == "working"


def test_another_sessions_token_does_nothing(office: Office, ada: Person) -> None:
    order = failed_order()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    office.person(ADMIN).post(ACTION, fields)
    assert order_state(order) == "failed"


def test_trap_3_another_firms_order_is_not_touched(office: Office, ada: Person) -> None:
    failed_order()
    theirs = failed_order("summit")
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    for row in (str(theirs), str(uuid.uuid4()), "1", ""):
        ada.post(ACTION, fields | {"rowid": row})
    assert order_state(theirs) == "failed"
    assert "There is nothing to try again." in ada.get(LIST).text
    assert audited() == []


def test_whoever_may_not_get_numbers_sees_no_button_and_is_answered_404(office: Office, ada: Person) -> None:
    order = failed_order()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes"}
    office.host.users.refuse(ADMIN, "number.buy")
    assert "<form" not in ada.get(LIST).text.partition("model-list")[2]
    assert ada.post(ACTION, fields).status_code == 404
    assert order_state(order) == "failed"


def test_no_other_action_can_be_named(office: Office, ada: Person) -> None:
    order = failed_order()
    fields = form(ada.get(LIST).text) | {"confirmed": "yes", "action": "delete"}
    assert ada.post(ACTION, fields).status_code == 302
    assert order_state(order) == "failed"


@pytest.mark.attack("A10")
@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_leads_to_this_host_only(office: Office, ada: Person, target: str) -> None:
    failed_order()
    fields = form(ada.get(LIST).text) | {"url": target}
    assert "evil" not in ada.post(ACTION, fields).text
    assert ada.post(ACTION, fields | {"confirmed": "yes"}).headers["Location"].endswith(LIST)


def test_a_host_that_protects_its_forms_itself_lets_ours_pass(app: Flask) -> None:
    CSRFProtect(app)
    ada = Office(app).person(ADMIN)
    order = failed_order()
    assert ada.post(ACTION, form(ada.get(LIST).text) | {"confirmed": "yes"}).status_code == 302
    assert order_state(order) == "working"

"""Quarantine in Flask-Admin: whose texts are kept, attaching them to a contact, discarding them."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask_wtf import CSRFProtect
from sqlalchemy import insert, select

from administering import kept
from evidence import rows
from flask_firmtext.firm import legal_holds
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import Audit, Message, Quarantine
from flask_firmtext.store.transactions import own
from office import ADMIN, STAFF, Office, Person, Statements
from strange import SARA, ZELDA, strangers, texts

LIST = "/admin/firmtext/quarantine/"
ACTION = f"{LIST}action/"
MISSING = "Add this number to the contact in the practice system first, then attach."


def form(html: str, action: str) -> dict[str, str]:
    """The fields of the page's form that has this button."""
    for found in re.findall(rf'<form[^>]*action="{ACTION}".*?</form>', html, re.DOTALL):
        fields = {}
        for field in re.findall(r"<(?:input|button)[^>]*>", found):
            name, value = re.search(r'name="([^"]*)"', field), re.search(r'value="([^"]*)"', field)
            if name and value and ('type="radio"' not in field or "checked" in field):
                fields[name.group(1)] = unescape(value.group(1))
        if fields.get("action") == action:
            return fields
    raise AssertionError(f"there is no button {action} on the page")


def page_of(row: Any) -> str:
    return f"{LIST}details/?id={row.id}"


def audited(action: str) -> list[tuple[str, str]]:
    return [(row.actor, row.object_id) for row in rows(Audit, Audit.action == action)]


def copies(number: int) -> None:
    """So many more texts of the last stranger, older than that one."""
    row = strangers()[-1]
    plain = {column.key: getattr(row, column.key) for column in row.__mapper__.column_attrs}
    with own() as session:
        session.execute(
            insert(Quarantine),
            [
                {**plain, "id": new_id(), "digest": n.to_bytes(32), "received_at": row.received_at - timedelta(0, n)}
                for n in range(1, number + 1)
            ],
        )


def test_the_page_tells_from_whom_when_the_words_and_the_files(office: Office, ada: Person) -> None:
    texts("first <b>words</b>", b"a file")
    texts("second words")
    page = ada.get(page_of(strangers()[0])).text
    assert "(416) 555-0104" in page
    assert "שרה לוי" in page  # whom the host names for that number
    assert "first &lt;b&gt;words&lt;/b&gt;" in page
    assert "second words" in page
    assert "is being fetched" in page
    assert page.count("(833) 555-0100") == 2
    assert page.count("<time datetime=") >= 2


def test_the_list_says_no_word_and_no_number(office: Office, ada: Person) -> None:
    texts("canary words")
    page = ada.get(LIST).text
    assert "From a number that the firm has never texted" in page
    assert "canary" not in page
    assert "555-0104" not in page


def test_ten_thousand_texts_of_one_number_are_one_line_and_hide_no_other(office: Office, ada: Person) -> None:
    texts("Zelda's", sender=ZELDA)
    zelda = strangers()[0]
    kept(words="a webhook without a number", reason="conflict")
    with own() as session:  # older than all of the flood
        session.get_one(Quarantine, zelda.id).received_at -= timedelta(days=30)
        first = session.scalars(select(Quarantine).where(Quarantine.reason == "conflict")).one()
        first.received_at -= timedelta(days=31)
    texts("flood")
    copies(9_999)
    row = strangers()[-1]
    page = ada.get(LIST).text
    assert page.count("details/?id=") == 3
    assert re.findall(r'col-texts">\s*(\d+)', page) == ["10000", "1", "1"]
    assert "the newest 50 of 10,000" in ada.get(page_of(row)).text


def test_an_older_text_than_those_shown_is_on_its_own_page(office: Office, ada: Person) -> None:
    texts("newest")
    copies(60)
    oldest = strangers()[0]
    page = ada.get(page_of(oldest)).text
    assert page.count('class="ft-admin-body"') == 1
    assert page.count("This text cannot be read") == 50  # the copies, whose bytes were sealed for another row


def test_each_look_at_words_is_recorded(office: Office, ada: Person) -> None:
    texts("one")
    texts("two")
    ada.get(LIST)
    assert audited("quarantine.view") == []
    ada.get(page_of(strangers()[0]))
    assert sorted(audited("quarantine.view")) == sorted((ADMIN, str(row.id)) for row in strangers())


def test_attaching_asks_to_whom_and_then_the_texts_are_in_the_conversation(office: Office, ada: Person) -> None:
    texts("Hello, it is Sara", b"a file")
    texts("Are you there?")
    asked = ada.post(ACTION, form(ada.get(LIST).text, "attach"))
    assert asked.status_code == 200
    assert "Attach the texts of (416) 555-0104 to a contact" in asked.text
    assert "2 texts are kept" in asked.text
    assert office.texts() == 0
    done = ada.post(ACTION, form(asked.text, "attach"))
    assert done.status_code == 302
    assert "2 texts attached." in ada.get(LIST).text
    page = office.person().get(f"/texting/conversations/{office.conversation(SARA)}").text
    assert page.index("Hello, it is Sara") < page.index("Are you there?")
    assert "שרה לוי" in page
    assert strangers() == []
    assert "There is nothing here" not in office.person().get("/texting/").text


@pytest.mark.attack("A41")
def test_a41_whoever_attaches_reads_that_a_number_proves_nothing(office: Office, ada: Person) -> None:
    texts("It is Sara, my account has changed")
    asked = ada.post(ACTION, form(ada.get(LIST).text, "attach")).text
    assert "A number does not prove who wrote" in asked


def test_the_page_of_a_text_has_the_same_buttons(office: Office, ada: Person) -> None:
    texts("Hello")
    row = strangers()[0]
    asked = ada.post(ACTION, form(ada.get(page_of(row)).text, "attach"))
    ada.post(ACTION, form(asked.text, "attach"))
    assert office.texts() == 1


def test_a_number_that_is_nobodys_is_to_be_added_to_the_contact_first(office: Office, ada: Person) -> None:
    texts("Who am I?", sender=ZELDA)
    fields = form(ada.get(LIST).text, "attach")
    asked = ada.post(ACTION, fields)
    assert MISSING in asked.text
    assert 'type="radio"' not in asked.text
    ada.post(ACTION, fields | {"confirmed": "yes", "contact": "rosa"})
    assert office.texts() == 0
    office.host.add_contact("harbor", "Zelda Zoll", ZELDA, ref="zelda")
    ada.post(ACTION, form(ada.post(ACTION, fields).text, "attach"))
    assert office.texts() == 1


def test_of_two_who_share_the_number_one_is_chosen_and_both_are_shown(office: Office, ada: Person) -> None:
    texts("Hello", sender="+13125550101")
    asked = ada.post(ACTION, form(ada.get(LIST).text, "attach")).text
    assert asked.count('type="radio"') == 2
    assert "checked" not in asked
    fields = form(asked, "attach")
    assert "Choose a contact." in ada.post(ACTION, fields).text
    assert office.texts() == 0
    ada.post(ACTION, fields | {"contact": "henry"})
    page = office.person().get("/texting/").text
    assert "Henry Moss" in page
    assert "Grace Moss" in page


@pytest.mark.parametrize("contact", ["rosa", "rosa-of-summit", "nobody", ""])
@pytest.mark.attack("A16")
def test_a16_a_contact_whom_the_host_does_not_name_for_the_number_is_not_taken(
    office: Office, ada: Person, contact: str
) -> None:
    texts("Hello")
    fields = form(ada.get(LIST).text, "attach") | {"confirmed": "yes", "contact": contact}
    assert "Choose a contact." in ada.post(ACTION, fields).text
    assert office.texts() == 0


def test_the_host_is_asked_before_anything_is_moved_and_when_it_cannot_say_nothing_is(
    office: Office, ada: Person
) -> None:
    texts("Hello")
    fields = form(ada.get(LIST).text, "attach") | {"confirmed": "yes", "contact": "sara"}
    office.host.fault("Contacts.by_number", raises=RuntimeError("canary"))
    answer = ada.post(ACTION, fields)
    assert answer.status_code == 503
    assert "canary" not in answer.text
    assert office.texts() == 0
    page = ada.get(page_of(strangers()[0]))
    assert page.status_code == 503
    assert "Hello" not in page.text


@pytest.mark.attack("A17")
def test_a17_the_texts_of_a_contact_behind_a_wall_are_neither_read_nor_moved(office: Office, ada: Person) -> None:
    texts("Hello")
    fields = form(ada.get(LIST).text, "attach") | {"confirmed": "yes", "contact": "sara"}
    assert "Hello" in ada.get(page_of(strangers()[0])).text
    office.host.users.wall_off(ADMIN, "sara")
    answers = [
        ada.get(page_of(strangers()[0])),
        ada.post(ACTION, fields),
        ada.post(ACTION, fields | {"action": "discard"}),
    ]
    assert [(answer.status_code, "Hello" in answer.text) for answer in answers] == [(404, False)] * 3
    assert (office.texts(), len(strangers())) == (0, 1)


def test_pressed_twice_or_by_two_administrators_it_is_there_once(office: Office, ada: Person) -> None:
    texts("Hello")
    asked = ada.post(ACTION, form(ada.get(LIST).text, "attach")).text
    second = office.person(ADMIN)
    other = second.post(ACTION, form(second.get(LIST).text, "attach")).text
    for person, page in ((ada, asked), (ada, asked), (second, other)):
        assert person.post(ACTION, form(page, "attach")).status_code == 302
    assert office.texts() == 1
    assert "There is nothing of this number any more." in second.get(LIST).text


def test_discarding_asks_first_and_then_all_of_the_number_is_gone(office: Office, ada: Person) -> None:
    texts("Spam", b"file", sender=ZELDA)
    texts("More spam", sender=ZELDA)
    texts("Sara's")
    gone = {str(row.id) for row in strangers()[:2]}
    fields = form(ada.get(page_of(strangers()[0])).text, "discard")
    asked = ada.post(ACTION, fields)
    assert "Discard every text of this number, with its files?" in asked.text
    assert "2 texts" in asked.text
    assert len(strangers()) == 3
    ada.post(ACTION, form(asked.text, "discard"))
    assert len(strangers()) == 1
    assert "2 texts discarded." in ada.get(LIST).text
    assert {row for _, row in audited("quarantine.discard")} == gone
    assert office.texts() == 0


def test_under_a_hold_on_who_has_the_number_now_nothing_is_discarded(office: Office, ada: Person) -> None:
    texts("Hello", sender=ZELDA)
    office.host.add_contact("harbor", "Zelda", ZELDA, ref="zelda")
    legal_holds.put("harbor", "contact", "zelda", "Suit", by=ADMIN)
    asked = ada.post(ACTION, form(ada.get(LIST).text, "discard"))
    ada.post(ACTION, form(asked.text, "discard"))
    assert len(strangers()) == 1
    assert "A legal hold stands on these texts" in ada.get(LIST).text


def test_a_webhook_that_is_no_strangers_has_no_button(office: Office, ada: Person) -> None:
    row = kept(words="in conflict", reason="conflict")
    assert "<form" not in ada.get(LIST).text.partition("model-list")[2]
    page = ada.get(f"{LIST}details/?id={row}").text
    assert "in conflict" in page
    assert "<form" not in page
    texts("Hello")
    fields = form(ada.get(LIST).text, "discard") | {"rowid": str(row), "confirmed": "yes"}
    ada.post(ACTION, fields)
    assert len(rows(Quarantine)) == 2


def test_one_in_a_form_that_nobody_knows_is_shown_as_it_came_and_can_be_discarded(office: Office, ada: Person) -> None:
    row = kept(words="{broken")
    page = ada.get(f"{LIST}details/?id={row}").text
    assert "{broken" in page
    asked = ada.post(ACTION, form(page, "attach")).text
    assert "cannot be read, so they cannot be attached" in asked
    ada.post(ACTION, form(page, "discard") | {"confirmed": "yes"})
    assert rows(Quarantine) == []


@pytest.mark.parametrize("name", ["attach", "discard"])
@pytest.mark.attack("A16")
def test_a16_another_firms_text_is_not_touched(office: Office, ada: Person, name: str) -> None:
    texts("Harbor's")
    texts("Summit's", to="+18335550101")
    _, theirs = sorted(strangers(), key=lambda row: row.firm)
    fields = form(ada.get(LIST).text, name) | {"confirmed": "yes", "contact": "sara"}
    for row in (str(theirs.id), str(uuid.uuid4()), "1", ""):
        answer = ada.post(ACTION, fields | {"rowid": row})
        assert answer.status_code == 302
        assert "There is nothing of this number any more." in ada.get(LIST).text
    assert len(strangers()) == 2
    assert office.texts() == 0


@pytest.mark.parametrize("name", ["attach", "discard"])
def test_without_a_token_or_with_another_sessions_nothing_is_done(office: Office, ada: Person, name: str) -> None:
    texts("Hello")
    fields = form(ada.get(LIST).text, name) | {"confirmed": "yes", "contact": "sara"}
    for token in ("", "made up"):
        ada.post(ACTION, fields | {"csrf_token": token})
    office.person(ADMIN).post(ACTION, fields)
    assert (len(strangers()), office.texts()) == (1, 0)


def test_whoever_may_not_read_quarantine_sees_no_button_no_page_and_is_answered_404(
    office: Office, ada: Person
) -> None:
    texts("Hello")
    row = strangers()[0]
    fields = form(ada.get(LIST).text, "discard") | {"confirmed": "yes"}
    office.host.users.refuse(ADMIN, "quarantine.read")
    assert "<form" not in ada.get(LIST).text.partition("model-list")[2]
    assert ada.get(page_of(row)).status_code == 404
    assert ada.post(ACTION, fields).status_code == 404
    assert len(strangers()) == 1
    assert audited("quarantine.view") == []


def drawn(person: Person, url: str) -> str:
    """A page without the tokens of its forms, which tell the time."""
    return re.sub(r'(name=\\?"csrf_token\\?" value=)\\?"[^"]+"', r"\1", person.get(url).text)


@pytest.mark.attack("A14")
def test_a14_staff_see_a_strangers_text_nowhere(office: Office) -> None:
    office.sends("rosa", "Hello Rosa")
    staff = office.person(STAFF)
    before = {url: drawn(staff, url) for url in ("/texting/", "/texting/changes?since=-1&table=1")}
    with Statements(office.app) as seen:
        staff.get("/texting/")
    texts("canary", b"file")
    with Statements(office.app) as again:
        staff.get("/texting/")
    assert len(seen.seen) == len(again.seen)
    for url, page in before.items():
        assert drawn(staff, url) == page
    picked = staff.get("/texting/new?contact=sara").text
    assert "canary" not in picked
    assert "No texts yet" in picked
    for view in ("messages", "conversations"):
        assert office.person(ADMIN).get(f"/admin/firmtext/{view}/").text.count("details/?id=") == 1


def test_a_page_costs_the_same_for_one_number_and_for_many(office: Office, ada: Person) -> None:
    texts("one", b"file")
    ada.get(LIST)
    costs = []
    for _ in range(2):
        with Statements(office.app) as statements:
            ada.get(LIST)
        costs.append(len(statements.seen))
        for n in range(110, 130):
            texts("one", b"file", sender=f"+12065550{n}")
    assert costs[0] == costs[1]


def test_whoever_may_not_read_conversations_does_not_see_what_was_attached(office: Office, ada: Person) -> None:
    texts("Hello")
    office.host.users.refuse(STAFF, "conversation.read")
    ada.post(ACTION, form(ada.post(ACTION, form(ada.get(LIST).text, "attach")).text, "attach"))
    assert [row.direction for row in rows(Message)] == ["in"]
    assert "Hello" not in office.person(STAFF).get("/texting/").text


def test_a_host_that_protects_its_forms_itself_lets_ours_pass(app: Flask) -> None:
    CSRFProtect(app)
    office = Office(app)
    ada = office.person(ADMIN)
    texts("Hello")
    ada.post(ACTION, form(ada.post(ACTION, form(ada.get(LIST).text, "attach")).text, "attach"))
    assert office.texts() == 1

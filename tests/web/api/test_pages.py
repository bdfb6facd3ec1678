"""Everything that the pages can do, programs can: each form of the pages has its operation, or a reason why not."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from flask_firmtext.ports.gateway import Reason
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.store.states import State
from flask_firmtext.web.api import catalogue
from office import Office
from programs import Program, problem

NEW = "+13125550177"

#: What is one person's own, or has no effect of its own.
OWN = "what one person has typed, chosen or is looking for in their own browser"
BY_PEOPLE = "tokens are an administrator's: a program shall not give itself more than it was given"
FORMS = {
    "add_endpoint": "add_webhook",
    "add_reply": "add_reply",
    "add_time": "add_time",
    "cancel_scheduled": "cancel_scheduled_text",
    "change_details": "change_settings",
    "change_endpoint": "change_webhook",
    "change_refusals": "change_settings",
    "change_reminders": "change_settings",
    "change_reply": "change_reply",
    "change_scheduled": "change_scheduled_text",
    "choose": OWN,
    "delete_reply": "delete_reply",
    "dismiss_scheduled": "dismiss_scheduled_text",
    "erase": "erase_contact",
    "end_old_secret": "end_old_webhook_secret",
    "fetch_again": "fetch_file_again",
    "file_again": "file_again",
    "file_earlier": "file_all",
    "file_one": "file_file",
    "find": "find_contacts",
    "finish": "finish_conversation",
    "insert_payment_link": OWN,
    "insert_reply": OWN,
    "later": OWN,
    "leave_unread": "leave_conversation_unread",
    "lift_hold": "lift_legal_hold",
    "make_account_link": "make_payment_link",
    "make_bill_link": "make_payment_link",
    "make_token": BY_PEOPLE,
    "not_an_opt_out": "decide_consent",
    "note_opt_out": "note_opt_out",
    "opt_out_as_asked": "decide_consent",
    "payment_choices": OWN,
    "put_hold": "put_legal_hold",
    "remove_endpoint": "remove_webhook",
    "reopen": "reopen_conversation",
    "replace_secret": "replace_webhook_secret",
    "reply_choices": OWN,
    "resolve": "resolve_text",
    "revoke_token": BY_PEOPLE,
    "save_draft": OWN,
    "save_registration": "save_registration",
    "schedule": "schedule_text",
    "search": "find_contacts",
    "search_texts": "search_texts",
    "send": "send_text",
    "send_again": "retry_text",
    "send_now": "send_invitation_now",
    "send_to_attendees": "send_text",
    "send_to_new_number": "send_text_to_new_number",
    "send_failed_webhooks_again": "retry_webhook",
    "send_webhook_again": "retry_delivery",
    "set_retention": "set_retention",
    "tell_again": "send_invitation_again",
    "test_endpoint": "test_webhook",
    "try_again": "turn_on",
    "turn_endpoint": "turn_webhook_off",
    "turn_off": "turn_off",
    "turn_on": "turn_on",
    "turn_on_again": "turn_on",
}


def test_each_form_of_the_pages_has_its_operation(office: Office) -> None:
    forms = {
        rule.endpoint.removeprefix("firmtext.")
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint.startswith("firmtext.") and "POST" in (rule.methods or ())
    }
    assert forms == FORMS.keys()
    assert set(FORMS.values()) - {OWN, BY_PEOPLE} <= catalogue.OPERATIONS.keys()


@pytest.fixture
def lost(office: Office) -> uuid.UUID:
    """A text to a number that nobody reaches; the contact has another one by now."""
    text = office.sends()
    office.becomes(text, State.FAILED, reason=Reason.UNREACHABLE_NUMBER, code="absent")
    rosa = office.host.for_firm("harbor").contacts.get("rosa")
    office.host.put_contact("harbor", replace(rosa, numbers=(PhoneNumber(NEW),), texting_number=NEW))
    return text


def test_a_text_to_a_dead_number_goes_to_the_new_one_once(office: Office, program: Program, lost: uuid.UUID) -> None:
    office.app.extensions["firmtext"].settings.conversation_texts_per_minute = 2
    path = f"/texts/{lost}/new-number"
    sent = [program.made(path, {"number": NEW}) for _ in range(3)]
    assert len({one["id"] for one in sent}) == 1
    assert sent[0]["conversation"] == str(office.conversation(NEW))


@pytest.mark.parametrize("number", ["+13125550199", "+13125550100"])
def test_it_goes_to_no_number_that_the_contact_has_not(program: Program, lost: uuid.UUID, number: str) -> None:
    assert problem(program.post(f"/texts/{lost}/new-number", {"number": number})) == (422, "text-refused")


def test_a_text_that_was_sent_again_costs_nothing_when_asked_again(office: Office, program: Program) -> None:
    office.app.extensions["firmtext"].settings.conversation_texts_per_minute = 2
    text = office.sends()
    office.becomes(text, State.FAILED, reason=Reason.TEMPORARY_ERROR, code="busy")
    answers: list[Any] = [program.made(f"/texts/{text}/retry") for _ in range(3)]
    assert len({one["id"] for one in answers}) == 1


def test_whether_clients_are_told_how_to_send_a_file_is_a_setting(office: Office, program: Program) -> None:
    assert program.got("/settings")["explains_refusals"] is False
    for chosen in (True, False):
        answer = program.ask("PATCH", "/settings", {"explains_refusals": chosen})
        assert answer.json["explains_refusals"] is chosen, answer.text
    assert program.ask("PATCH", "/settings", {"phone": "+13125550188"}).json["explains_refusals"] is False

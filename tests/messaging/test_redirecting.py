"""A number that cannot be reached: the text goes to the contact's new one, under the same checks as any text."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import consent, conversations, redirecting, retrying
from flask_firmtext.ports.gateway import Reason
from flask_firmtext.ports.values import PhoneNumber
from flask_firmtext.store import keys
from flask_firmtext.store.models import Conversation, Message, OptOut
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading, shared
from office import ADMIN, STAFF, Office
from outbound import actions, message, rewrite, words
from racing import race

NEW, WRONG = "+13125550177", "+18335550100"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def unreachable(office: Office, code: str | None = "absent", **more: Any) -> uuid.UUID:
    text = office.sends()
    office.becomes(text, State.FAILED, reason=Reason.UNREACHABLE_NUMBER, code=code, **more)
    return text


def moves(office: Office, *numbers: str) -> None:
    """Rosa's numbers are these now, the first of them for texts."""
    contact = office.host.for_firm("harbor").contacts.get("rosa")
    known = tuple(PhoneNumber(number) for number in numbers)
    office.host.put_contact("harbor", replace(contact, numbers=known, texting_number=numbers[0]))


def key(number: str = NEW) -> str:
    return keys.index_of("harbor", number).hex()


def send(office: Office, text: uuid.UUID, number: str = NEW, by: str = STAFF) -> uuid.UUID:
    with own() as session:
        return redirecting.to_new_number(session, text, user=office.host.users.all[by], key=key(number)).id


def refused(office: Office, text: uuid.UUID, number: str = NEW) -> str:
    with own() as session, pytest.raises(TextRefused) as found:
        redirecting.to_new_number(session, text, user=office.host.users.all[STAFF], key=key(number))
    assert found.value.sentence
    return found.value.code


def repeats(text: uuid.UUID) -> list[uuid.UUID]:
    with reading() as session:
        return list(session.scalars(select(Message.id).where(Message.retry_of == text)))


@pytest.mark.parametrize("kept", [(), ("+13125550100",)], ids=["the old one is gone", "the old one is kept"])
def test_the_text_is_made_anew_in_the_new_numbers_conversation(kept: tuple[str, ...], office: Office) -> None:
    text = unreachable(office)
    moves(office, NEW, *kept)
    new = send(office, text, by=ADMIN)
    row = message(new)
    assert (row.retry_of, row.state, row.kind, row.author) == (text, "queued", "staff", ADMIN)
    assert row.conversation_id == office.conversation(NEW) != message(text).conversation_id
    assert words(new) == "Hello"
    assert [one[0] for one in actions(text) if one[0] == "message.retry"] == ["message.retry"]


def test_whose_number_is_the_same_yet_is_told_so(office: Office) -> None:
    assert refused(office, unreachable(office)) == "same_number"


def test_another_number_than_the_one_that_was_shown_is_not_texted(office: Office) -> None:
    text = unreachable(office)
    moves(office, "+13125550178")
    assert refused(office, text) == "number_changed"
    assert repeats(text) == []


def test_a_new_number_that_wants_no_texts_gets_none(office: Office) -> None:
    text = unreachable(office)
    moves(office, NEW)
    with own() as session:
        now = firmtext.clock.now()
        index = keys.index_of("harbor", NEW)
        session.add(OptOut(firm="harbor", phone_index=index, opted_out=True, since=now, evidence="client:STOP"))
    assert refused(office, text) == "opted_out"
    assert repeats(text) == []


def test_a_stop_between_the_look_and_the_turn_is_heard(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    text = unreachable(office)
    moves(office, NEW)
    look = conversations.open_with

    def then_a_stop(session: Any, *given: Any, **more: Any) -> Any:
        now, index = firmtext.clock.now(), keys.index_of("harbor", NEW)
        session.add(OptOut(firm="harbor", phone_index=index, opted_out=True, since=now, evidence="client:STOP"))
        session.flush()
        return look(session, *given, **more)

    monkeypatch.setattr(conversations, "open_with", then_a_stop)
    session = firmtext.db.session
    with pytest.raises(TextRefused) as found:
        redirecting.to_new_number(session, text, user=office.host.users.all[STAFF], key=key())
    session.rollback()
    assert (found.value.code, repeats(text)) == ("opted_out", [])


def test_one_that_opted_out_on_the_old_number_may_be_texted_on_the_new(office: Office) -> None:
    """The opt-out is the number's; a person decides with the contact's page before them."""
    text = unreachable(office)
    with own() as session:
        index = keys.index_of("harbor", "+13125550100")
        consent.lock_pair(session, "harbor", index)
        consent.opt_out(session, "harbor", index, consent.Said("client:STOP", "client"))
    moves(office, NEW)
    assert repeats(text) == []
    assert message(send(office, text)).state == "queued"


def test_a_number_of_the_firms_own_is_no_way(office: Office) -> None:
    text = unreachable(office)
    moves(office, WRONG)
    assert refused(office, text, WRONG) == "same_number"


@pytest.mark.parametrize(
    ("code", "columns", "expected"),
    [
        ("busy", {"reason": Reason.TEMPORARY_ERROR}, "not_worth_it"),
        ("absent", {"partly": True}, "not_worth_it"),
        ("absent", {"state": State.DELIVERED}, "not_failed"),
        ("absent", {"kind": "auto_reply"}, "not_worth_it"),
    ],
)
def test_only_a_text_that_failed_because_of_its_number_is_sent_elsewhere(
    code: str, columns: dict[str, Any], expected: str, office: Office
) -> None:
    text = unreachable(office, code)
    rewrite(Message, Message.id == text, **columns)
    moves(office, NEW)
    assert refused(office, text) == expected


def test_a_second_press_names_the_new_text(office: Office) -> None:
    text = unreachable(office)
    moves(office, NEW)
    new = send(office, text)
    with own() as session, pytest.raises(retrying.TriedAgain) as found:
        redirecting.to_new_number(session, text, user=office.host.users.all[ADMIN], key=key())
    assert found.value.text == new


@pytest.mark.parametrize("first", [True, False], ids=["first text there", "conversation there"])
def test_four_presses_at_once_are_one_text(first: bool, office: Office) -> None:
    text = unreachable(office)
    moves(office, NEW)
    if not first:
        office.sends(text="Before")

    def press(by: str) -> uuid.UUID:
        with shared() as session:
            return redirecting.to_new_number(session, text, user=office.host.users.all[by], key=key()).id

    found = race(office.app, *(partial(press, by) for by in (STAFF, ADMIN) * 2))
    (new,) = [one for one in found if isinstance(one, uuid.UUID)]
    assert [type(one) for one in found if one != new] == [retrying.TriedAgain] * 3, found
    assert repeats(text) == [new]
    with reading() as session:
        assert len(session.scalars(select(Conversation.id)).all()) == 2


def test_each_contact_who_shares_the_old_number_has_a_way_of_their_own(office: Office) -> None:
    text = unreachable(office)
    other = office.host.add_contact("harbor", "Ruben", "+13125550100", ref="ruben")
    office.sends("ruben")
    office.host.put_contact("harbor", replace(other, numbers=(PhoneNumber(NEW),), texting_number=NEW))
    with reading() as session:
        everybody, away = redirecting.contacts(session, "harbor", message(text).conversation_id)
    assert [one.ref for one in everybody] == ["rosa", "ruben"]
    assert [(one.contact.ref, one.number) for one in away] == [("ruben", "(312) 555-0177")]

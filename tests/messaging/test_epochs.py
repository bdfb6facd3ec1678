"""A number that has left its people ends their conversation; whoever has it next begins as a stranger."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from evidence import counted, rows
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import closing, receiving, strangers, thread, threads
from flask_firmtext.ports.values import Firm, PhoneNumber, User
from flask_firmtext.store.models import Attachment, Audit, Conversation, ConversationContact, Message
from office import HARBOR, ROSA, Office
from strange import strangers as kept

STAFF, FIRM = User("staff@harbor.example", "Sam Staff", "harbor"), Firm("harbor", "Harbor Law", "America/Chicago")
OTHER, SHARED = "+13125550188", "+13125550101"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def tell(contact: str) -> None:
    """The host's own transaction, in which it says that a contact changed."""
    FirmText().contact_changed(contact)
    firmtext.db.session.commit()


def renumber(office: Office, ref: str, *numbers: str) -> None:
    """Give a contact other numbers."""
    found = office.host.for_firm("harbor").contacts.get(ref)
    changed = {"numbers": tuple(PhoneNumber(number) for number in numbers), "texting_number": numbers[0]}
    office.host.put_contact("harbor", type(found)(ref=ref, name=found.name, **changed))


def epochs() -> list[tuple[int, bool]]:
    found = sorted(rows(Conversation), key=lambda row: row.epoch)
    return [(row.epoch, row.closed_at is None) for row in found]


def lines() -> list[tuple[tuple[str, ...], str | None]]:
    """Names and last words in the table."""
    return [(line.names, line.last.body) for line in threads.table(FIRM, STAFF, may=lambda _: True).lines]


def test_a_number_that_left_its_contact_ends_the_conversation(office: Office) -> None:
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    tell("rosa")
    assert epochs() == [(1, False)]
    [row] = rows(Audit, Audit.action == "conversation.end")
    assert (row.actor, row.evidence) == ("host", "number_left")


def test_the_new_owners_text_is_a_strangers(office: Office) -> None:
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    tell("rosa")
    office.receives("who is this?")
    assert [row.reason for row in kept()] == ["stranger"]
    assert lines() == [(("(312) 555-0100",), "between us")]


def test_the_next_text_opens_the_next_epoch_and_shows_nothing_of_the_old_one(office: Office) -> None:
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    tell("rosa")
    office.sends("newo", "welcome")
    office.receives("thanks")
    assert epochs() == [(1, False), (2, True)]
    assert lines() == [(("New Owner",), "thanks"), (("(312) 555-0100",), "between us")]


def test_kept_texts_of_the_new_owner_go_into_the_new_epoch(office: Office) -> None:
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    tell("rosa")
    texts_in = office.host.for_firm("harbor").contacts.by_number(ROSA)
    make = firmtext.gateway.webhooks.text(ROSA, "+18335550100", "hello")  # type: ignore[attr-defined]
    receiving.receive(make, "inbound")
    assert strangers.attach("harbor", kept()[0], "newo", owners=[one.ref for one in texts_in], by="x").done == 1
    assert epochs() == [(1, False), (2, True)]
    assert lines()[0] == (("New Owner",), "hello")


def test_an_old_and_a_new_epoch_on_one_page_are_two_peoples(office: Office) -> None:
    """Also when the host said nothing: one number is asked for once, and stands for two conversations."""
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    office.sends("newo", "welcome")
    assert epochs() == [(1, False), (2, True)]
    assert lines() == [(("New Owner",), "welcome"), (("(312) 555-0100",), "between us")]


def test_who_shares_the_number_later_has_no_part_in_an_ended_conversation(office: Office) -> None:
    office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    tell("rosa")
    office.host.add_contact("harbor", "Partner", ROSA, ref="partner")
    renumber(office, "rosa", ROSA)
    assert lines() == [(("Rosa Marsh",), "between us")]
    [row] = rows(Conversation)
    shown = thread.show(FIRM, row.id)
    assert shown
    assert shown.names == ("Rosa Marsh",)
    assert shown.closed == closing.ENDED


def test_a_number_that_somebody_of_the_conversation_still_has_goes_on(office: Office) -> None:
    office.sends("grace", "to both of you")
    renumber(office, "grace", OTHER)
    tell("grace")
    office.receives("still me", SHARED)
    assert lines() == [(("Henry Moss",), "still me")]
    assert epochs() == [(1, True)]
    renumber(office, "henry", "+13125550189")
    tell("henry")
    assert epochs() == [(1, False)]


def test_two_who_share_a_number_are_texted_at_once(office: Office, app: Any) -> None:
    """Both are noted as those under whom it is shown; whoever notes them in another order waits for ever."""

    def send(contact: str) -> None:
        with app.app_context():
            for _ in range(5):
                office.sends(contact)

    threads_ = [threading.Thread(target=send, args=[contact]) for contact in ("grace", "henry")]
    for one in threads_:
        one.start()
    for one in threads_:
        one.join()
    assert len(rows(Message)) == 10
    assert {row.contact for row in rows(ConversationContact)} == {"grace", "henry"}


def test_a_contact_that_changed_without_its_number_ends_nothing(office: Office) -> None:
    office.sends("rosa")
    renumber(office, "rosa", OTHER, ROSA)
    tell("rosa")
    tell("nobody")
    assert epochs() == [(1, True)]


def test_a_contact_that_is_gone_ends_its_conversations(office: Office) -> None:
    office.sends("rosa")
    office.host.remove_contact("harbor", "rosa")
    tell("rosa")
    assert epochs() == [(1, False)]


def test_nothing_ends_when_the_host_takes_its_change_back(office: Office) -> None:
    office.sends("rosa")
    renumber(office, "rosa", OTHER)
    FirmText().contact_changed("rosa")
    firmtext.db.session.rollback()
    assert epochs() == [(1, True)]


def test_nothing_is_committed_for_the_host(office: Office) -> None:
    office.sends("rosa")
    renumber(office, "rosa", OTHER)
    FirmText().contact_changed("rosa")
    assert firmtext.db.session().in_transaction()
    firmtext.db.session.rollback()


def test_a_host_that_cannot_say_ends_nothing_and_its_own_change_goes_through(office: Office) -> None:
    office.sends("rosa")
    office.host.fault("Contacts.by_numbers", raises=RuntimeError("down"))
    tell("rosa")
    assert epochs() == [(1, True)]


def test_a_text_that_waits_for_the_old_owner_does_not_go_to_the_new_one(office: Office) -> None:
    message = office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    tell("rosa")
    [row] = rows(Message, Message.id == message)
    assert row.state == "cancelled"


def test_nor_when_the_new_owner_is_texted_before_the_host_says_so(office: Office) -> None:
    message = office.sends("rosa", "between us")
    renumber(office, "rosa", OTHER)
    office.host.add_contact("harbor", "New Owner", ROSA, ref="newo")
    office.sends("newo", "welcome")
    assert sorted((row.id == message, row.state) for row in rows(Message)) == [(False, "queued"), (True, "cancelled")]


def test_another_firms_conversation_with_a_contact_of_the_same_reference_stays(office: Office) -> None:
    office.sends("rosa")
    office.host.add_contact("summit", "Their Rosa", ROSA, ref="rosa")
    office.sends("rosa", "of Summit", by="staff@summit.example")
    renumber(office, "rosa", OTHER)
    tell("rosa")
    open_ = {row.firm: row.closed_at is None for row in rows(Conversation)}
    assert open_ == {"harbor": False, "summit": True}


def test_every_number_of_a_contact_is_looked_at_in_one_question(office: Office) -> None:
    office.sends("rosa")
    office.sends("rosa", to="+13125550110")
    renumber(office, "rosa", "+13125550110")
    before = office.host.calls.count("Contacts.by_numbers")
    tell("rosa")
    assert office.host.calls.count("Contacts.by_numbers") == before + 1
    with firmtext.db.session.begin():
        found = firmtext.db.session.scalars(select(Conversation)).all()
    assert sorted(row.closed_at is None for row in found) == [False, True]


def visit(office: Office, caplog: pytest.LogCaptureFixture, ending: str) -> list[str]:
    """The warnings of a request of the host that tells of Rosa, and ends her transaction in this way."""
    session = firmtext.db.session
    ends = {"nothing": lambda: None, "commit": session.commit, "rollback": session.rollback}

    def save() -> str:
        renumber(office, "rosa", OTHER)
        FirmText().contact_changed("rosa")
        FirmText().contact_changed("rosa")
        ends[ending]()
        return "Saved."

    office.app.add_url_rule(f"/save-{ending}", f"save-{ending}", save)
    caplog.clear()
    assert office.person().get(f"/save-{ending}").status_code == 200
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_a_forgotten_commit_is_named_at_the_end_of_the_request(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.sends("rosa", "between us")
    [warning] = visit(office, caplog, "nothing")
    assert warning.startswith("contact_changed was called")
    assert "Call db.session.commit() after it" in warning
    assert epochs() == [(1, True)]


@pytest.mark.parametrize(("ending", "still"), [("commit", False), ("rollback", True)])
def test_one_that_was_ended_on_purpose_is_not(
    office: Office, caplog: pytest.LogCaptureFixture, ending: str, still: bool
) -> None:
    office.sends("rosa", "between us")
    assert visit(office, caplog, ending) == []
    assert epochs() == [(1, still)]


@pytest.mark.parametrize("words", ["between us", "STOP"])
def test_what_the_carrier_repeats_after_the_end_is_not_there_twice(office: Office, words: str) -> None:
    office.sends("rosa")
    make = firmtext.gateway.webhooks  # type: ignore[attr-defined]
    webhook = make.text(ROSA, HARBOR, words, b"\xff\xd8\xff", carrier_id=str(uuid.uuid4()))
    receiving.receive(webhook, "inbound")
    renumber(office, "rosa", OTHER)
    tell("rosa")
    receiving.receive(webhook, "inbound")
    assert (kept(), len(rows(Message, Message.direction == "in")), len(rows(Attachment))) == ([], 1, 1)
    assert counted("webhook_repeated") == 1

"""Texts of a contact are erased: their keys, their bytes, and everything beside them; what is not theirs stays."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.errors import FormRefused, KeyUnavailable
from flask_firmtext.firm import erasure_requests, erasures, legal_holds
from flask_firmtext.messaging import drafts, epochs, marking, placing, searches, strangers, thread
from flask_firmtext.ports.gateway import InboundText, RawRequest
from flask_firmtext.ports.values import User
from flask_firmtext.store import cells, keys, read_check, rotating
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import (
    Attachment,
    CalendarEvent,
    Conversation,
    Draft,
    Erased,
    Erasure,
    FilePiece,
    Invitation,
    Key,
    Message,
    Notice,
    PaymentLink,
    Quarantine,
    Retention,
    Search,
    SearchMark,
    SearchText,
)
from flask_firmtext.store.states import KeyState, State
from flask_firmtext.store.transactions import own, reading
from mailroom import arrives
from office import ADMIN, HARBOR, ROSA, STAFF, Office

CANARY = "The canary sings at dawn"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def rows(model: Any, *where: Any) -> list[Any]:
    with reading() as session:
        return list(session.scalars(select(model).where(*where)))


def rosa(office: Office) -> Any:
    return office.host.for_firm("harbor").contacts.get("rosa")


def delivered(office: Office, text: str = CANARY) -> uuid.UUID:
    message = office.sends(text=text)
    office.becomes(message, State.DELIVERED)
    return message


def erased(office: Office, **how: Any) -> Erasure:
    row = erasure_requests.begin("harbor", rosa(office), "She asked for it", by=ADMIN, **how)
    assert erasure_requests.go_on(row)
    return row


def test_nothing_of_the_texts_is_left_and_no_key_opens_what_backups_hold(office: Office) -> None:
    delivered(office)
    office.receives(f"{CANARY} too")
    arrives(office)
    conversation = office.conversation()
    before = {row.id: bytes(row.body) for row in rows(Message)}
    erased(office)
    assert {bytes(row.body) for row in rows(Message)} == {b""}
    assert rows(FilePiece) == []
    assert {(row.state, row.reason, bytes(row.url), row.file_id) for row in rows(Attachment)} == {
        ("refused", "erased", b"", None)
    }
    scope = keys.conversation_scope(conversation)
    assert {(row.state, set(bytes(row.wrapped))) == ("destroyed", {0}) for row in rows(Key, Key.scope == scope)} == {
        True
    }
    [row] = rows(Conversation)
    assert (bytes(row.phone), row.last_in_position, row.waiting_since) == (b"", 0, None)
    with reading() as session:
        found = cells.read(
            session, [(cells.place(Message, "body", id_, "harbor"), cell) for id_, cell in before.items()]
        )
    assert [type(one).__name__ for one in found] == ["DecryptError"] * 3


def test_their_words_are_found_no_more_and_are_not_marked_again(office: Office) -> None:
    delivered(office)
    office.receives(f"{CANARY} too")
    assert marking.walk("harbor") == 2
    erased(office)
    assert rows(SearchMark) == []
    assert {row.marks for row in rows(SearchText)} == {b""}
    assert marking.walk("harbor", None) == 0


def test_the_proof_says_what_went_and_is_what_the_record_says(office: Office) -> None:
    delivered(office)
    arrives(office)
    row = erased(office)
    proof = erasures.proof("harbor", row.id)
    assert proof is not None
    assert (proof.row.gone["conversations"], proof.row.gone["texts"], proof.row.gone["files"]) == (1, 2, 1)
    assert (proof.why, proof.row.by, proof.whole, proof.seal) == ("She asked for it", ADMIN, True, None)

    with own() as session:
        session.get_one(Erased, proof.conversations[0]).texts = 1
    changed = erasures.proof("harbor", row.id)
    assert changed is not None
    assert not changed.whole, "a changed row is found by the record"


def test_the_proof_outlives_a_rotation_of_the_firms_keys(office: Office) -> None:
    delivered(office)
    row = erased(office)
    rotating.rotate("harbor", "cli:test", lambda count: None)
    proof = erasures.proof("harbor", row.id)
    assert proof is not None
    assert (proof.why, proof.whole) == ("She asked for it", True)
    with own() as session:
        session.get_one(Erasure, row.id).why = None
    changed = erasures.proof("harbor", row.id)
    assert changed is not None
    assert not changed.whole


def test_what_was_searched_for_under_the_contact_goes_too(office: Office) -> None:
    delivered(office)
    for contact in ("rosa", "husband"):
        assert searches.make("harbor", User(ADMIN, "Ada", "harbor"), "canary", contact=contact, matter=None)
    erased(office)
    assert [row.contact for row in rows(Search)] == ["husband"]


def test_a_text_after_that_begins_anew_under_the_same_contact(office: Office) -> None:
    office.sends()
    office.becomes(rows(Message)[0].id, State.DELIVERED)
    first = office.conversation()
    erased(office)
    office.receives("It is me again")
    assert rows(Quarantine) == []
    [new] = [row for row in rows(Conversation) if row.id != first]
    assert (new.epoch, new.closed_at) == (2, None)
    shown = thread.show(office.host.firms.get("harbor"), new.id)
    assert shown is not None
    assert [text.body for text in shown.texts] == ["It is me again"]
    assert [contact.ref for contact in shown.contacts] == ["rosa"]


def test_the_number_of_erased_texts_that_has_left_is_a_strangers(office: Office) -> None:
    delivered(office)
    erased(office)
    office.host.remove_contact("harbor", "rosa")
    with office.app.test_request_context():
        epochs.contact_changed(firmtext.db.session, "rosa")
        firmtext.db.session.commit()
    office.receives("Who are you?")
    assert len(rows(Quarantine)) == 1
    assert len(rows(Conversation)) == 1


def test_the_carriers_repeat_of_an_erased_text_does_not_come_back(office: Office) -> None:
    delivered(office)
    event = InboundText("carrier-1", ROSA, HARBOR, CANARY, firmtext.clock.now(), media=(), digest=b"d")
    request = RawRequest("POST", {}, b"carrier-1")
    with own() as session:
        placing.store(session, event, request)
    erased(office)
    for _ in range(2):
        with own() as session:
            placing.store(session, event, request)
    assert len(rows(Message)) == 2
    assert rows(Quarantine) == []
    assert len(rows(Conversation)) == 1


def test_what_waits_is_not_sent_and_what_is_being_sent_is_waited_for(office: Office) -> None:
    queued = office.sends(text="Later")
    row = erasure_requests.begin("harbor", rosa(office), "why", by=ADMIN)
    office.becomes(queued, State.SENDING)
    assert not erasure_requests.go_on(row)
    assert rows(Conversation)[0].erased_at is None
    office.becomes(queued, State.QUEUED)
    assert erasure_requests.go_on(row)
    assert rows(Message)[0].state == State.CANCELLED


def test_a_text_in_doubt_is_left_and_said(office: Office) -> None:
    office.becomes(office.sends(), State.UNKNOWN)
    row = erased(office)
    assert rows(Erasure, Erasure.id == row.id)[0].left == {"doubt": 1}
    assert rows(Conversation)[0].erased_at is None


def test_somebody_elses_texts_go_only_when_they_were_named(office: Office) -> None:
    delivered(office)
    office.host.add_contact("harbor", "Her husband", ROSA, ref="husband")
    found = erasure_requests.plan("harbor", rosa(office))
    assert (found.shared, found.others) == (1, ("husband",))
    left = erased(office)
    assert rows(Erasure, Erasure.id == left.id)[0].left == {"shared": 1}
    assert rows(Conversation)[0].erased_at is None
    with pytest.raises(FormRefused):
        erasure_requests.begin("harbor", rosa(office), "why", by=ADMIN, others=["somebody"])
    erased(office, others=["husband"])
    assert rows(Conversation)[0].erased_at is not None


@pytest.mark.parametrize("kind", ["contact", "matter", "firm"])
def test_a_hold_beats_it(office: Office, kind: str) -> None:
    delivered(office)
    matter = office.host.add_matter("harbor", "Rosa v. Landlord", client=rosa(office))
    on = {"contact": "rosa", "matter": matter.ref, "firm": ""}[kind]
    hold = legal_holds.put("harbor", kind, on, "Suit is pending", by=ADMIN)
    with pytest.raises(FormRefused):
        erasure_requests.begin("harbor", rosa(office), "why", by=ADMIN)
    assert legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    erased(office)
    assert rows(Conversation)[0].erased_at is not None


def test_a_hold_that_is_set_after_it_began_wins(office: Office) -> None:
    delivered(office)
    row = erasure_requests.begin("harbor", rosa(office), "why", by=ADMIN)
    legal_holds.put("harbor", "contact", "rosa", "Suit", by=ADMIN)
    assert erasure_requests.go_on(row)
    assert rows(Erasure, Erasure.id == row.id)[0].left == {"held": 1}
    assert rows(Conversation)[0].erased_at is None


def test_a_hold_that_is_set_after_it_began_keeps_what_is_beside_the_conversations(office: Office) -> None:
    office.receives(CANARY, to=HARBOR)
    row = erasure_requests.begin("harbor", rosa(office), "why", by=ADMIN)
    hold = legal_holds.put("harbor", "contact", "rosa", "Suit", by=ADMIN)
    assert erasure_requests.go_on(row)
    assert [kept.reason for kept in rows(Quarantine)] == ["stranger"]
    [done] = rows(Erasure)
    assert (done.left, done.gone["kept"]) == ({"held": 0}, 0)
    legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    erased(office)
    assert [kept.reason for kept in rows(Quarantine)] == ["erased"]


def test_nothing_more_is_stored_under_an_erased_conversation(office: Office) -> None:
    delivered(office)
    conversation = office.conversation()
    erased(office)
    firmtext.active.forget()
    place = drafts.place_of("harbor", ADMIN, contact="rosa", phone_index=b"", conversation=conversation)
    with pytest.raises(KeyUnavailable), own() as session:
        drafts.keep(session, place, drafts.Written("Dear Rosa", "t" * 20, "writer"))
    assert rows(Draft) == []


def test_kept_texts_of_the_number_go_and_do_not_come_back(office: Office) -> None:
    office.receives(CANARY, to=HARBOR)
    assert len(rows(Quarantine)) == 1
    row = erased(office)
    assert rows(Erasure, Erasure.id == row.id)[0].gone["kept"] == 1
    assert {(kept.reason, bytes(kept.body), kept.phone_index) for kept in rows(Quarantine)} == {("erased", b"", None)}


def linked(contact: str, label: str) -> None:
    """A payment link that was made for a contact."""
    row, now = new_id(), firmtext.clock.now()
    with own() as session:
        words = {
            name: cells.seal(session, cells.place(PaymentLink, name, row, "harbor"), label, scope=keys.GENERAL)
            for name in ("address", "label")
        }
        of = {"currency": "USD", "account": "trust", "contact": contact, "by": STAFF, "created_at": now}
        session.add(PaymentLink(id=row, firm="harbor", address_index=row.bytes * 2, **words, **of))


def invited(ref: str, contacts: Sequence[str], days: int) -> None:
    """An event so many days from now, of which these contacts were told."""
    row, now = new_id(), firmtext.clock.now()
    with own() as session:
        facts = cells.seal(session, cells.place(CalendarEvent, "facts", row, "harbor"), CANARY, scope=keys.GENERAL)
        at = {"starts_at": now + timedelta(days=days), "told_at": now}
        session.add(CalendarEvent(id=row, firm="harbor", event=ref, facts=facts, **at))
        session.flush()
        for contact in contacts:
            one, notice = new_id(), new_id()
            session.add(Invitation(id=one, firm="harbor", event_id=row, contact=contact, created_at=now))
            session.flush()
            told = cells.seal(session, cells.place(Notice, "facts", notice, "harbor"), CANARY, scope=keys.GENERAL)
            about = {"invitation_id": one, "purpose": "created", "sequence": 1, "created_at": now}
            session.add(Notice(id=notice, firm="harbor", facts=told, **about))


def test_payment_links_made_for_them_lose_address_and_words(office: Office) -> None:
    delivered(office)
    linked("rosa", "Balance of Rosa Marsh")
    linked("grace", "Balance of Grace Moss")
    assert erased_parts(erased(office), "links") == 1
    assert {row.contact: (bytes(row.address), bytes(row.label)) == (b"", b"") for row in rows(PaymentLink)} == {
        "rosa": True,
        "grace": False,
    }


def test_what_past_events_were_about_goes_unless_somebody_else_was_invited(office: Office) -> None:
    delivered(office)
    invited("past", ["rosa"], -1)
    invited("shared", ["rosa", "grace"], -1)
    invited("to come", ["rosa"], 1)
    assert erased_parts(erased(office), "events") == 1
    assert {row.event: bytes(row.facts) == b"" for row in rows(CalendarEvent)} == {
        "past": True,
        "shared": False,
        "to come": False,
    }
    event, whose = ({row.id: row for row in rows(one)} for one in (CalendarEvent, Invitation))
    told = {
        (event[whose[row.invitation_id].event_id].event, whose[row.invitation_id].contact): row.facts is not None
        for row in rows(Notice)
    }
    assert told == {
        ("past", "rosa"): False,
        ("shared", "rosa"): False,
        ("shared", "grace"): True,
        ("to come", "rosa"): True,
    }


def test_texts_that_were_begun_go_in_a_conversation_and_before_there_was_one(office: Office) -> None:
    delivered(office)
    index, conversation = keys.index_of("harbor", ROSA), office.conversation()
    with own() as session:
        for user, contact, number, where in (
            (STAFF, "rosa", index, conversation),
            (ADMIN, "rosa", index, None),
            (ADMIN, "grace", keys.index_of("harbor", "+13125550101"), None),
        ):
            place = drafts.place_of("harbor", user, contact=contact, phone_index=number, conversation=where)
            drafts.keep(session, place, drafts.Written(f"{CANARY} for {contact}", uuid.uuid4().hex, "writer"))
    assert len(rows(Draft)) == 3
    assert erased_parts(erased(office), "drafts") == 1, "the one in the conversation is part of that"
    [left] = rows(Draft)
    with reading() as session:
        assert cells.unseal(session, cells.place(Draft, "body", left.id, "harbor"), left.body).endswith("for grace")


def erased_parts(row: Erasure, part: str) -> int:
    return int(rows(Erasure, Erasure.id == row.id)[0].gone[part])


def test_everything_left_can_be_read(office: Office) -> None:
    delivered(office)
    arrives(office)
    erased(office)
    assert read_check.unreadable(lambda count: None) == {}
    assert {row.state for row in rows(Key, Key.firm == "harbor", Key.scope.startswith("conversation"))} == {
        KeyState.DESTROYED
    }


def test_a_hold_on_the_firm_keeps_strangers_texts(office: Office) -> None:
    office.receives(CANARY, "+13125550188")
    [kept] = rows(Quarantine)
    hold = legal_holds.put("harbor", "firm", "", "Suit", by=ADMIN)
    assert strangers.discard("harbor", kept, by=ADMIN).done == 0
    assert len(rows(Quarantine)) == 1
    legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    assert strangers.discard("harbor", kept, by=ADMIN).done == 1


def test_a_hold_on_who_has_the_number_now_keeps_its_kept_texts(office: Office) -> None:
    office.receives(CANARY, "+13125550188")
    [kept] = rows(Quarantine)
    hold = legal_holds.put("harbor", "contact", "late", "Suit", by=ADMIN)
    [before] = rows(Retention)
    assert strangers.discard("harbor", kept, owners=["late"], by=ADMIN).done == 0
    legal_holds.lift("harbor", hold, "Settled", by=ADMIN)
    assert strangers.discard("harbor", kept, owners=["late"], by=ADMIN).done == 1
    assert rows(Retention)[0].turn > before.turn + 1  # whoever sets a hold at that moment is waited for

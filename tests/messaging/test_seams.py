"""Where receiving, consent, strangers and automatic answers meet."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest

from evidence import counted, rows
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.firm import replies
from flask_firmtext.messaging import (
    auto_replies,
    consent,
    conversations,
    hearing,
    placing,
    proof,
    receiving,
    strangers,
    thread,
    threads,
)
from flask_firmtext.ports.values import Firm, PhoneNumber
from flask_firmtext.store import queries
from flask_firmtext.store.models import AnswerDue, Attachment, Audit, ConsentEvent, Conversation, Message, OptOut
from flask_firmtext.store.transactions import own, reading
from hearing import ROSA, text_from
from office import Office
from rows import STAFF, accepted, changed, verified_number
from strange import HARBOR, SARA, came, texts
from strange import strangers as kept

FIRM = Firm("harbor", "Harbor Law", "America/Chicago")
SHARED = "+13125550101"
SECOND = "+18335550102"
BY = "admin@harbor.example"


@pytest.fixture
def rosa(app: Any) -> None:
    """Harbor has texted Rosa."""
    verified_number()
    changed(accepted("Hello"), state="delivered")


def may_go(message: uuid.UUID) -> bool:
    with reading() as session:
        return bool(queries.due(session, Message.id == message, limit=1))


def settled() -> list[Message]:
    """The automatic answers that are written now."""
    found = []
    for due in rows(AnswerDue):
        with own() as session:
            found.append(auto_replies.settle(session, due, "Words"))
    return [text for text in found if text is not None]


def test_how_to_send_a_file_is_not_told_while_somebody_has_to_decide_about_texts(rosa: None) -> None:
    text_from("please stop texting me")
    refused = text_from("here is the pdf")
    [conversation] = rows(Conversation)
    with own() as session:
        auto_replies.explain_refusal(session, conversation.id, refused)
    assert settled() == []
    assert counted("automatic_skipped") == 1


def test_an_automatic_text_that_waits_for_a_decision_keeps_no_person_waiting(rosa: None) -> None:
    [conversation] = rows(Conversation)
    with own() as session:
        automatic = auto_replies.queue(session, conversation, "Automatic", answers=None, token="x")
    assert automatic
    text_from("please stop texting me")
    person = accepted("Understood, I will call you")
    assert (may_go(automatic.id), may_go(person)) == (False, True)


def test_of_two_identical_confirmations_one_goes_out(rosa: None) -> None:
    for words in ("END", "Start!", "END."):
        text_from(words)
    assert [text.client_token.partition(":")[0] for text in settled()] == ["stopped"]


def test_one_firms_silent_host_leaves_the_others_their_answers(rosa: None) -> None:
    before = firmtext.clock.now() - timedelta(minutes=1)
    with own() as session:
        for _ in range(replies.AT_ONCE):
            answer = {"message_id": uuid.uuid4(), "answer": "help", "conversation_id": uuid.uuid4()}
            session.add(AnswerDue(firm="broken", language="en", created_at=before, **answer))
    text_from("HELP")
    assert "harbor" in {due.firm for due in replies.due()}


def test_a_plain_request_to_the_firms_other_number_is_not_overlooked(rosa: None) -> None:
    with own() as session:
        session.query(queries.Number).update({"main": False})
    verified_number("harbor", SECOND)
    text_from("please stop texting me", to=SECOND)
    assert kept() == []
    assert [row.asked_at is not None for row in rows(OptOut)] == [True]
    assert len(rows(Conversation)) == 2


def renumber(office: Office, ref: str, *numbers: str) -> None:
    found = office.host.for_firm("harbor").contacts.get(ref)
    owned = tuple(PhoneNumber(number) for number in numbers)
    texting = numbers[0] if numbers else None
    office.host.put_contact("harbor", type(found)(ref=ref, name=found.name, numbers=owned, texting_number=texting))


def test_what_an_earlier_owner_of_the_number_said_is_not_said_by_the_new_one(app: Any) -> None:
    office = Office(app)
    office.sends("rosa", "Between us")
    text_from("END")
    renumber(office, "rosa", "+13125550188")
    FirmText().contact_changed("rosa")
    firmtext.db.session.commit()
    renumber(office, "sara", ROSA)
    texts("Hi, I am new here", sender=ROSA)
    assert strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY).done == 1
    newest = max(rows(Conversation), key=lambda row: row.epoch)
    page, shown = proof.show(FIRM, newest.id), thread.show(FIRM, newest.id)
    assert page
    assert shown
    name = shown.names[0]
    assert page.first
    assert page.first[0] == name, "she texted first; the old owner's conversation is none of hers"
    for words in (page.answer, shown.closed or "", *(event.by for event in page.events)):
        assert name not in words
        assert "Whoever had this number" in words


def test_who_of_those_who_share_a_number_said_stop_is_not_guessed(app: Any) -> None:
    office = Office(app)
    sharing = list(office.host.for_firm("harbor").contacts.by_number(SHARED))
    office.sends(sharing[0].ref, "Hello", to=SHARED)
    office.receives("END", SHARED)
    for contact in sharing:
        shown = thread.show(FIRM, office.conversation(SHARED), contact=contact.ref)
        assert shown
        assert " or ".join(one.name for one in shown.contacts) in (shown.closed or "")


def test_a_strangers_stop_is_heeded_once_also_when_its_texts_are_attached(app: Any) -> None:
    verified_number()
    texts("STOP", sender=SARA)
    texts("Bonjour", sender=SARA)
    before = [(event.change, event.at) for event in rows(ConsentEvent)]
    assert strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY).done == 2
    assert [(event.change, event.at) for event in rows(ConsentEvent)] == before
    assert [row.opted_out for row in rows(OptOut)] == [True]


def test_a_strangers_plain_request_is_asked_about_when_its_texts_are_attached(app: Any) -> None:
    verified_number()
    texts("please stop texting me", sender=SARA)
    strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY)
    assert [row.asked_at is not None for row in rows(OptOut)] == [True]


def test_a_strangers_plain_request_pauses_what_is_automatic_at_once(app: Any) -> None:
    verified_number()
    texts("please stop texting me", sender=SARA)
    changed(accepted("Hello Sara", contact="sara"), state="delivered")
    [conversation] = rows(Conversation)
    with own() as session:
        assert auto_replies.queue(session, conversation, "Automatic", answers=None, token="x") is None
    shown, page = thread.show(FIRM, conversation.id), proof.show(FIRM, conversation.id)
    assert shown
    assert page
    for question in (shown.question, page.question):
        assert question
        assert (question.id, question.position) == (None, None)
    with own() as session:
        assert consent.not_an_opt_out(session, conversation, None, user=STAFF)
    with own() as session:
        assert auto_replies.queue(session, conversation, "Automatic", answers=None, token="x")


@pytest.mark.parametrize("decided", [False, True])
def test_a_strangers_request_is_asked_about_once_and_under_its_text_once_that_is_attached(
    app: Any, decided: bool
) -> None:
    verified_number()
    for words in ("please stop texting me", "I said stop texting me", "Bonjour"):
        texts(words, sender=SARA)
    changed(accepted("Hello Sara", contact="sara"), state="delivered")
    [conversation] = rows(Conversation)
    if decided:
        with own() as session:
            assert consent.not_an_opt_out(session, conversation, None, user=STAFF)
    before = len(rows(ConsentEvent))
    assert strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY).done == 3
    assert len(rows(ConsentEvent)) == before
    shown = thread.show(FIRM, conversation.id)
    assert shown
    assert [text.body for text in shown.texts if text.asks] == ([] if decided else ["I said stop texting me"])
    assert shown.question is None
    assert [row.asked_at is None for row in rows(OptOut)] == [decided]


def test_a_question_ends_with_the_conversation_in_which_it_was_asked(app: Any) -> None:
    office = Office(app)
    office.sends()
    text_from("please stop texting me")
    renumber(office, "rosa", "+13125550188")
    FirmText().contact_changed("rosa")
    firmtext.db.session.commit()
    renumber(office, "sara", ROSA)
    office.sends("sara", "Hello")
    newest = max(rows(Conversation), key=lambda row: row.epoch)
    [row] = rows(OptOut)
    assert (row.opted_out, row.asked_at, row.asked_by) == (False, None, None)
    page = proof.show(FIRM, newest.id)
    assert page
    assert page.question is None
    assert [(event.what, event.body) for event in page.events][-1] == ("Nobody decided; automatic texts go on", None)
    assert [record.action for record in rows(Audit, Audit.action == "consent.undecided")] == ["consent.undecided"]


def test_a_question_of_another_number_of_the_firm_stays_when_a_conversation_ends(rosa: None) -> None:
    [conversation] = rows(Conversation)
    with own() as session:
        session.query(queries.Number).update({"main": False})
    verified_number("harbor", SECOND)
    text_from("please stop texting me", to=SECOND)
    assert len(rows(Conversation)) == 2
    with own() as session:
        conversations.close(session, session.get_one(Conversation, conversation.id))
    assert [row.asked_at is not None for row in rows(OptOut)] == [True]


def test_texts_that_are_attached_late_stand_where_they_came_and_are_not_the_newest_words(app: Any) -> None:
    verified_number()
    texts("Words of the day before", sender=ROSA)
    came(kept()[0].id, timedelta(days=1))
    changed(accepted("Hello Rosa"), state="delivered")
    text_from("Thank you")
    assert strangers.attach("harbor", kept()[0], "rosa", owners=["rosa"], by=BY).done == 1
    [conversation] = rows(Conversation)
    shown = thread.show(FIRM, conversation.id)
    assert shown
    assert [text.body for text in shown.texts] == ["Words of the day before", "Hello Rosa", "Thank you"]
    assert shown.newest == shown.texts[0].position, "seen up to here, the attached one is read, too"
    [line] = threads.table(FIRM, STAFF, may=lambda subject: True).lines
    assert (line.last.body, line.unread) == ("Thank you", 2)


def test_a_text_that_waited_while_its_conversation_ended_is_the_next_owners(
    rosa: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("there, one writes at a time")
    listen, ended = hearing.listen, []

    def ends_first(*arguments: Any) -> Any:
        if not ended:
            ended.append(True)
            with own() as session:
                conversations.close(session, session.query(Conversation).one())
        return listen(*arguments)

    monkeypatch.setattr(placing.hearing, "listen", ends_first)
    text_from("I am the new owner")
    assert [row.direction for row in rows(Message)] == ["out"]
    assert len(kept()) == 1


def test_a_repeat_that_comes_while_a_strangers_text_is_attached_is_no_second_text(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("there, one writes at a time")
    verified_number()
    webhook = firmtext.gateway.webhooks.text(ROSA, HARBOR, "hello", b"\xff\xd8\xffx")  # type: ignore[attr-defined]
    receiving.receive(webhook, "inbound")
    reach, started = strangers.points.reach, threading.Event()

    def again() -> None:
        with app.app_context():
            started.set()
            receiving.receive(webhook, "inbound")

    beside = threading.Thread(target=again)

    def reached(name: str) -> None:
        if name == "attach.before_commit" and not beside.ident:
            beside.start()
            started.wait(5)
            beside.join(0.5)  # it waits for our commit
        reach(name)

    monkeypatch.setattr(strangers.points, "reach", reached)
    strangers.attach("harbor", kept()[0], "rosa", owners=["rosa"], by=BY)
    beside.join(20)
    assert (len(kept()), len(rows(Message)), len(rows(Attachment))) == (0, 1, 1)

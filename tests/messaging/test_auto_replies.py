"""Automatic texts: few, wanted, and each answer once."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from evidence import counted, rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import auto_replies, overdue
from flask_firmtext.store import keys, queries
from flask_firmtext.store.models import AnswerDue, Conversation, Message, Number
from flask_firmtext.store.states import Answer
from flask_firmtext.store.transactions import own, reading
from hearing import ROSA, text_from
from rows import accepted, changed, verified_number


@pytest.fixture(autouse=True)
def phone(app: Any) -> bytes:
    verified_number()
    changed(accepted("How are you?"), state="delivered")
    return keys.index_of("harbor", ROSA)


def queued(*, answers: uuid.UUID | None = None, token: str | None = None) -> uuid.UUID | None:
    with own() as session:
        row = session.query(Conversation).first()
        text = auto_replies.queue(session, row, "Words", answers=answers, token=token or uuid.uuid4().hex)
        return text.id if text else None


def settle() -> list[uuid.UUID | None]:
    found = []
    for due in rows(AnswerDue):
        with own() as session:
            text = auto_replies.settle(session, due, "Words")
            found.append(text.id if text else None)
    return found


def may_go(message: uuid.UUID) -> bool:
    with reading() as session:
        return bool(queries.due(session, Message.id == message, limit=1))


def test_it_is_a_text_of_the_systems_that_lasts_ten_minutes() -> None:
    [text] = rows(Message, Message.id == queued())
    assert (text.kind, text.author, text.state) == ("auto_reply", "system", "queued")
    assert abs(text.expires_at - text.created_at - timedelta(minutes=10)) < timedelta(seconds=5)


def test_the_same_token_again_is_the_first_text() -> None:
    assert queued(token="one") == queued(token="one")
    assert len(rows(Message, Message.kind == "auto_reply")) == 1


@pytest.mark.attack("A40")
def test_five_an_hour_go_to_a_phone_whichever_number_they_come_from(app: Any) -> None:
    """A40."""
    second = verified_number("harbor", "+18335550102")
    made = [queued() for _ in range(3)]
    with own() as session:
        session.query(Conversation).one().number_id = second.id
    changed(accepted("from the first number again"), state="delivered")
    assert len(rows(Conversation)) == 2
    made += [queued() for _ in range(5)]
    assert [text is not None for text in made] == [True] * 5 + [False] * 3
    assert counted("automatic_limited") == 3
    with own() as session:
        session.query(Message).update({"created_at": Message.created_at})
        for text in session.query(Message).filter(Message.kind == "auto_reply"):
            text.created_at -= timedelta(hours=1, minutes=1)
    assert queued() is not None


@pytest.mark.parametrize("words", ["END", "please stop texting me"])
def test_what_answers_nobody_is_skipped_and_counted_while_it_is_not_wanted(words: str) -> None:
    text_from(words)
    assert queued() is None
    assert counted("automatic_skipped") == 1


def test_the_one_confirmation_goes_out_despite_the_opt_out_and_nothing_withdraws_it() -> None:
    """R9."""
    text_from("END")
    [confirmation] = settle()
    assert confirmation is not None
    text_from("QUIT")
    overdue.withdraw_unwanted()
    [row] = rows(Message, Message.id == confirmation)
    assert row.state == "queued"
    assert may_go(confirmation)
    assert rows(AnswerDue) == []


def test_a_new_opt_out_withdraws_an_answer_that_waits() -> None:
    text_from("HELP")
    [answer] = settle()
    text_from("END")
    [row] = rows(Message, Message.id == answer)
    assert row.state == "cancelled"


def test_an_answer_that_is_owed_is_written_once() -> None:
    text_from("HELP")
    [due] = rows(AnswerDue)
    written = []
    for _ in range(2):
        with own() as session:
            written.append(auto_replies.settle(session, due, "Words"))
    assert [text is not None for text in written] == [True, False]


def test_a_confirmation_that_is_no_longer_true_is_not_written() -> None:
    text_from("END")
    text_from("Start!")
    assert sorted(str(due.answer) for due in rows(AnswerDue)) == ["started", "stopped"]
    assert [text is not None for text in settle()].count(True) == 1
    [text] = rows(Message, Message.kind == "auto_reply")
    assert text.client_token.startswith("started:")


def test_help_is_answered_to_somebody_who_has_opted_out() -> None:
    text_from("STOP")
    text_from("HELP")
    [answer] = settle()
    assert answer is not None
    assert may_go(answer)


@pytest.mark.parametrize(("stop", "answered"), [(3, True), (1, False)])
@pytest.mark.parametrize("late", [False, True])
def test_help_is_answered_only_behind_a_stop_not_before_it(stop: int, answered: bool, late: bool) -> None:
    now = firmtext.clock.now()
    said = [("HELP", 2), ("END", stop)]
    for word, ago in reversed(said) if late else said:
        text_from(word, at=now - timedelta(minutes=ago))
    settle()
    tokens = sorted(row.client_token.partition(":")[0] for row in rows(Message, Message.kind == "auto_reply"))
    assert tokens == (["help", "stopped"] if answered else ["stopped"])


def test_the_one_confirmation_of_a_stop_is_none_of_the_five_an_hour() -> None:
    """R9, A40."""
    for _ in range(5):
        text_from("HELP")
        settle()
    text_from("HELP")
    assert settle() == [None]
    text_from("END")
    [confirmation] = settle()
    assert confirmation is not None
    assert may_go(confirmation)
    assert counted("automatic_limited") == 1


def test_a_refused_file_is_explained_once_a_day_in_a_conversation() -> None:
    first, second = text_from("a file"), text_from("another")
    [conversation] = rows(Conversation)
    for message in (first, second):
        with own() as session:
            auto_replies.explain_refusal(session, conversation.id, message)
    assert [(due.message_id, due.answer) for due in rows(AnswerDue)] == [(first, Answer.REFUSED)]
    settle()
    with own() as session:
        auto_replies.explain_refusal(session, conversation.id, second)
    assert rows(AnswerDue) == []
    with own() as session:
        for text in session.query(Message).filter(Message.kind == "auto_reply"):
            text.created_at -= timedelta(hours=25)
    with own() as session:
        auto_replies.explain_refusal(session, conversation.id, second)
    assert [due.message_id for due in rows(AnswerDue)] == [second]


def test_nothing_goes_out_of_a_number_that_does_not_send() -> None:
    text = queued()
    assert text is not None
    with own() as session:
        session.query(Number).update({"state": "linked"})
    assert not may_go(text)

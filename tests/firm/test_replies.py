"""Automatic answers in the firm's words: complete, short, and written whatever the host does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evidence import counted, rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import details, replies
from flask_firmtext.firm.details import Details
from flask_firmtext.firm.replies_words import REPLIES
from flask_firmtext.firm.templates_answers import offers
from flask_firmtext.firm.templates_syntax import render
from flask_firmtext.firm.templates_words import LANGUAGES, LONGEST, MOST_SEGMENTS
from flask_firmtext.messaging.consent_words import OPT_OUT_WORDS
from flask_firmtext.messaging.segments import Encoding, measure
from flask_firmtext.store import cells
from flask_firmtext.store.models import AnswerDue, Message, Texting
from flask_firmtext.store.states import Answer
from flask_firmtext.store.transactions import own, reading
from hearing import text_from
from rows import accepted, changed, verified_number

every_reply = pytest.mark.parametrize(("answer", "language"), REPLIES, ids=str)


@pytest.fixture
def harbor(app: Any) -> Any:
    """Harbor, whose number has texted Rosa, and how to reach it otherwise."""
    verified_number()
    changed(accepted("How are you?"), state="delivered")
    with own() as session:
        row = session.get_one(Texting, "harbor")
        sealed = details.sealed(session, "harbor", Details("office@harbor.example", "+13125550199"))
        for name, value in sealed.items():
            setattr(row, name, value)
    return app


def written() -> list[str]:
    """The automatic texts, decrypted."""
    for due in replies.due():
        replies.write(due)
    found = sorted(rows(Message, Message.kind == "auto_reply"), key=lambda row: row.position)
    with reading() as session:
        return [cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body) for row in found]


def test_there_are_words_for_every_answer_in_every_language() -> None:
    assert set(REPLIES) == {(answer, language) for answer in Answer for language in LANGUAGES}


@every_reply
def test_a_reply_is_cheap_and_at_most_two_segments_at_its_longest(answer: Answer, language: str) -> None:
    size = measure(render(REPLIES[answer, language], LONGEST[language]))
    assert (size.encoding, size.count <= MOST_SEGMENTS) == (Encoding.GSM7, True), size


@every_reply
def test_a_reply_names_the_firm_and_offers_a_way_out_for_nothing_else(answer: Answer, language: str) -> None:
    body = REPLIES[answer, language]
    assert body.startswith("{firm}")
    offered = offers(body)
    assert all(offer.opts_out for offer in offered if offer.word in OPT_OUT_WORDS)
    ways_out = [offer.word for offer in offered if offer.opts_out]
    assert bool(ways_out) is (answer in (Answer.HELP, Answer.STARTED))


@pytest.mark.parametrize(
    ("word", "begins"),
    [
        (
            "HELP",
            "Harbor Law: texts about your matter. Call (312) 555-0199. Write to office@harbor.example. Msg & data",
        ),
        ("Aide", "Harbor Law : textos au sujet de votre dossier. Tél. (312) 555-0199."),
        ("ayuda", "Harbor Law: mensajes sobre su caso."),
        ("END", "Harbor Law: you will get no more texts from this number. Reply START"),
        ("Arrêt !", "Harbor Law : vous ne recevrez plus de textos"),
    ],
)
def test_a_word_is_answered_with_the_firms_name_and_contact(harbor: Any, word: str, begins: str) -> None:
    text = text_from(word)
    [words] = written()
    assert words.startswith(begins)
    [row] = rows(Message, Message.kind == "auto_reply")
    assert row.answers == text
    assert written() == [words]


def test_end_is_confirmed_once_and_stop_by_the_network_alone(harbor: Any) -> None:
    text_from("STOP")
    text_from("END")
    assert written() == []
    text_from("UNSTOP")
    text_from("END")
    text_from("END")
    assert len(written()) == 1


def test_a_host_that_fails_leaves_the_answer_owed_until_it_would_answer_nothing(
    harbor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F75."""

    def fail(_: Any, __: str) -> None:
        raise RuntimeError("the host is away")

    text_from("HELP")
    with monkeypatch.context() as away:
        away.setattr(type(firmtext.host.firms), "get", fail)
        assert written() == []
        assert (len(rows(AnswerDue)), counted("answer_waits")) == (1, 1)
    assert len(written()) == 1
    text_from("HELP")
    with own() as session:
        session.query(AnswerDue).one().created_at -= timedelta(minutes=11)
    assert len(written()) == 1
    assert (rows(AnswerDue), counted("answer_late")) == ([], 1)

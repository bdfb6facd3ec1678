"""Words for again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.errors import FormRefused
from flask_firmtext.firm import saved_replies
from flask_firmtext.firm.saved_replies import Reply
from flask_firmtext.store import writing_queries
from flask_firmtext.store.models import Audit, SavedReply
from flask_firmtext.store.transactions import own, reading

SAM = "staff@harbor.example"


def add(name: str = "Call", text: str = "Please call.", *, user: str = SAM, firm: str = "harbor") -> None:
    with own() as session:
        saved_replies.add(session, firm, user=user, name=name, text=text, by=SAM)


def listed(user: str = SAM, firm: str = "harbor") -> tuple[Reply, ...]:
    with reading() as session:
        return saved_replies.listed(session, firm, user)


def test_a_user_sees_the_own_ones_and_the_firms_each_by_name(app: Any) -> None:
    add("b", user="")
    add("Z")
    add("a")
    add("not mine", user="admin@harbor.example")
    add("not ours", firm="summit", user="")
    assert [reply.name for reply in listed()] == ["a", "Z", "b"]


def test_name_and_words_are_encrypted_and_changes_are_recorded_without_them(app: Any) -> None:
    add("Zanzibar", "Quillfeather")
    with reading() as session:
        row = session.scalars(select(SavedReply)).one()
        audit = session.scalars(select(Audit)).one()
    assert b"Zanzibar" not in row.name
    assert b"Quillfeather" not in row.body
    assert (audit.action, audit.actor, audit.evidence) == ("saved_reply.add", SAM, "own")


@pytest.mark.parametrize(
    ("name", "text", "field", "words"),
    [
        (" ", "Words", "name", "Give it a name"),
        ("x" * 61, "Words", "name", "at most 60 characters"),
        ("Call", " ", "text", "Write a message first"),
        ("Call", "x" * 3201, "text", "at most 3,200"),
        ("Call", "Dear {contact}", "text", "There is no field {contact}. Did you mean {contact_name}?"),
        ("Call", "Dear {Contact_Name}", "text", "Did you mean {contact_name}?"),
        ("Call", "Dear {xyzzy}", "text", "There are {contact_name}, {firm}, {user_name}"),
        ("Call", "Dear {}", "text", "There is no field {}."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(app: Any, name: str, text: str, field: str, words: str) -> None:
    with pytest.raises(FormRefused) as refused:
        add(name, text)
    assert words in refused.value.faults[field]
    assert listed() == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Reply CANCEL to cancel your appointment.", "CANCEL"),
        ("Your visit is Monday. Answer end if that is too early", "END"),
        ("Répondez ARRET pour annuler le rendez-vous.", "ARRET"),
        ("Responda CANCELAR si no puede venir.", "CANCELAR"),
    ],
)
def test_a_word_that_stops_texts_is_offered_for_nothing_else(text: str, word: str) -> None:
    with pytest.raises(FormRefused) as refused:
        saved_replies.check("Visit", text)
    assert f"A client who answers {word} gets no more texts" in refused.value.faults["text"]


@pytest.mark.parametrize(
    "text",
    [
        "Reply STOP to opt out.",
        "Can you stop by at 5?",
        "We asked the court to end it. Reply Y.",
        "ALTO is the opponent.",
    ],
)
def test_a_word_that_stops_texts_may_be_used_otherwise(text: str) -> None:
    assert saved_replies.check("Visit", text) == ("Visit", text)


def test_a_brace_or_bracket_alone_is_a_sign_like_any_other(app: Any) -> None:
    add(text="[see] {: and :]")
    assert listed()[0].text == "[see] {: and :]"


def test_fields_are_filled_in_once_and_what_is_missing_is_named() -> None:
    reply = Reply(uuid.uuid4(), SAM, "Call", "Dear {contact_name}, call {contact_phone}. {firm}")
    found = saved_replies.filled(reply, {"contact_name": "{firm}", "firm": "Harbor Law", "contact_phone": ""})
    assert found.text == "Dear {firm}, call {contact_phone}. Harbor Law"
    assert found.missing == ("contact_phone",)


def test_it_is_changed_and_deleted_and_a_change_after_that_says_so(app: Any) -> None:
    add()
    reply = listed()[0]
    with own() as session:
        assert saved_replies.change(session, "harbor", reply.id, name="Call me", text="Call", by=SAM)
        assert not saved_replies.change(session, "summit", reply.id, name="x", text="x", by=SAM)
    assert [(one.name, one.text) for one in listed()] == [("Call me", "Call")]
    with own() as session:
        saved_replies.delete(session, "harbor", reply.id, by=SAM)
        saved_replies.delete(session, "harbor", reply.id, by=SAM)
    with own() as session:
        assert not saved_replies.change(session, "harbor", reply.id, name="x", text="x", by=SAM)
    assert listed() == ()


def test_there_is_an_end_to_how_many(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_queries, "MOST_REPLIES", 2)
    add()
    add()
    with pytest.raises(FormRefused, match="Delete one first"):
        add()


def test_one_that_cannot_be_read_hides_no_other(app: Any) -> None:
    add("a")
    add("b")
    with own() as session:
        row = session.scalars(select(SavedReply)).first()
        assert row is not None
        row.body = row.body[:-1] + bytes([row.body[-1] ^ 1])
    assert sorted(reply.text for reply in listed()) == ["", "Please call."]

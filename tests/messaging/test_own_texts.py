"""A host's own code sends a text in its transaction: with a commit it is there once, without one not at all."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import pytest

from evidence import rows
from flask_firmtext import FirmText, TextRefused, User
from flask_firmtext.current import firmtext
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import Kind, State
from flask_firmtext.worker import drain
from office import STAFF, Office


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


def test_a_text_goes_out_once_when_the_host_commits(office: Office) -> None:
    rung: list[str] = []
    office.app.extensions["firmtext"].ring = rung.extend
    sent = FirmText().send_text("rosa", "Your papers are ready.", by=office.host.users.all[STAFF])
    assert rung == []
    firmtext.db.session.commit()
    assert rung == [sent]
    drain.run(uuid.UUID(sent))
    (row,) = rows(Message)
    assert (row.state, row.kind, row.author) == (State.SUBMITTED, Kind.STAFF, STAFF)
    assert [(one.to, one.text) for one in firmtext.gateway.sent] == [("+13125550100", "Your papers are ready.")]


def test_each_call_is_a_text_of_its_own_and_who_is_signed_in_sends_it(office: Office) -> None:
    office.host.users.sign_in(STAFF)
    sent = {FirmText().send_text("rosa", "Hello") for _ in range(2)}
    firmtext.db.session.commit()
    assert ({str(row.id) for row in rows(Message)}, {row.author for row in rows(Message)}) == (sent, {STAFF})


@pytest.mark.parametrize("end", ["rollback", "close"])
def test_without_a_commit_nothing_is_sent_and_a_forgotten_one_is_told(
    office: Office, caplog: pytest.LogCaptureFixture, end: str
) -> None:
    with caplog.at_level(logging.WARNING):
        FirmText().send_text("rosa", "Hello", by=office.host.users.all[STAFF])
        getattr(firmtext.db.session, end)()
    assert rows(Message) == []
    assert ("send_text was called, and its transaction ended without a commit" in caplog.text) is (end == "close")
    assert "Hello" not in caplog.text


def test_who_wants_no_texts_gets_none(office: Office) -> None:
    office.sends()
    office.receives("STOP")
    with pytest.raises(TextRefused) as caught:
        FirmText().send_text("rosa", "Hello", by=office.host.users.all[STAFF])
    assert caught.value.code == "opted_out"


@pytest.mark.parametrize("contact", ["paul", "nobody", 7])
def test_another_firms_contact_is_none(office: Office, contact: Any) -> None:
    with pytest.raises(ValueError, match="has no contact"):
        FirmText().send_text(contact, "Hello", by=office.host.users.all[STAFF])


def test_nobody_sends_nothing(office: Office) -> None:
    office.host.users.sign_in(None)
    with pytest.raises(ValueError, match="nobody is signed in"):
        FirmText().send_text("rosa", "Hello")
    with pytest.raises(ValueError, match="is no flask_firmtext"):
        FirmText().send_text("rosa", "Hello", by=STAFF)  # type: ignore[arg-type]


def test_what_has_a_key_is_sent_once_by_one_sender(office: Office) -> None:
    by = office.host.users.all[STAFF]
    sent = []
    for contact, key in (("rosa", "papers-7"), ("rosa", "papers-7"), ("rosa", "papers-8")):
        sent.append(FirmText().send_text(contact, "Your papers are ready.", by=by, key=key))
        firmtext.db.session.commit()
    assert sent[0] == sent[1] != sent[2]
    assert len(rows(Message)) == 2


def test_a_firm_that_is_none_texts_nobody(office: Office) -> None:
    with pytest.raises(ValueError, match="knows no firm 'nowhere'"):
        FirmText().send_text("rosa", "Hello", by=User("x", "X", "nowhere"))

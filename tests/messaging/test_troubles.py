"""A failure that only an operator can mend is told once an hour for each code, however many texts fail for it."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

import pytest

from attempts import claimed
from carrier import Carrier
from evidence import heard
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import troubles
from flask_firmtext.store.models import Counter, Message
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import drain
from outbound import people, rewrite, state
from rows import accepted, adopt, verified_number
from signing import Signer, told


def note(*codes: str, lost: bool = False) -> None:
    with own() as session:
        for code in codes:
            troubles.note(session, code)
        if lost:
            session.rollback()


@pytest.fixture
def tell(carrier_app: Any, sandbox: Carrier) -> Any:
    """Post a signed failure of a new text; returns the text."""
    verified_number()
    signer, client = Signer.of(sandbox), carrier_app.test_client()

    def post(code: str) -> uuid.UUID:
        attempt = claimed()
        status = told("rejected", reference=attempt.id, code=code)
        assert signer.post(client, "status", status).status_code == 200
        return attempt.message_id

    return post


def test_ten_texts_that_fail_for_one_cause_are_one_warning_and_one_alarm(
    tell: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with heard() as said, caplog.at_level(logging.WARNING):
        for code in ("1060", "1060", "1470", "1060", "1190"):
            tell(code)
    assert said == [
        {"kind": "carrier_code", "detail": "1060 Partner account barred"},
        {"kind": "carrier_code", "detail": "1470 Fraud Defender traffic rule"},
    ]
    assert len([line for line in caplog.messages if line.startswith("carrier_code: 1060")]) == 1


def test_a_refusal_of_the_post_itself_is_told_too(carrier_app: Any, sandbox: Carrier) -> None:
    adopt()
    sandbox.fault("post", "answer", status=413)
    with heard() as said:
        text = accepted("Hello")
        drain.run()
    assert state(text) == "failed"
    assert said == [{"kind": "carrier_code", "detail": "http-413 Request too large"}]


def test_another_process_has_told_it_this_hour(tell: Any) -> None:
    tell("1060")
    firmtext.told_hourly._kept.clear()
    with heard() as said:
        tell("1060")
    assert said == []


def test_an_hour_later_it_is_told_again(tell: Any) -> None:
    tell("1060")
    firmtext.told_hourly._kept.clear()
    rewrite(Counter, Counter.name == "carrier_code.1060", last_at=firmtext.clock.now() - timedelta(hours=1))
    with heard() as said:
        tell("1060")
    assert len(said) == 1


def test_what_is_rolled_back_is_not_told_and_silences_nothing(carrier_app: Any) -> None:
    with heard() as said:
        note("1060", lost=True)
        assert said == []
        note("1060", "1060")
    assert len(said) == 1


def test_what_is_to_be_mended_is_counted_for_all_firms_and_for_one(carrier_app: Any) -> None:
    adopt()
    for contact, code in zip(people(carrier_app, 5), ("1060", "1060", "1470", "1190", None), strict=True):
        text = accepted("Hello", contact=contact)
        rewrite(Message, Message.id == text, state="failed", code=code, state_at=firmtext.clock.now())
    old = accepted("Hello")
    eight_days_ago = firmtext.clock.now() - timedelta(days=8)
    rewrite(Message, Message.id == old, state="failed", code="1242", state_at=eight_days_ago)
    with reading() as session:
        everywhere = troubles.lately(session)
        assert [(one.code, one.texts) for one in everywhere] == [("1060", 2), ("1470", 1)]
        assert everywhere[0].title == "Partner account barred"
        assert "barred the account" in everywhere[0].cure
        assert troubles.lately(session, "harbor") == everywhere
        assert troubles.lately(session, "summit") == []

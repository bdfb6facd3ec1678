"""A client writes a word on a phone, and reads the answer there: over HTTPS, by the sweep, in the firm's name."""

from __future__ import annotations

from typing import Any

import pytest

from carrier import Carrier
from evidence import rows
from flask_firmtext.store.models import AnswerDue, Message, OptOut
from flask_firmtext.worker import drain, sweep
from rows import accepted, verified_number
from servers import until
from signing import HARBOR, ROSA


def texts_on(sandbox: Carrier, phone: str) -> list[str]:
    """What the phone has received, the oldest first."""
    [found] = [one for one in sandbox.get("/_sandbox/phones") if one["msisdn"] == phone]
    return [text["text"] for text in found["texts"] if text["direction"] == "in"]


@pytest.fixture
def phone(carrier_app: Any, served: str, sandbox: Carrier) -> Any:
    """Rosa's phone, on which Harbor's first text has arrived; writes a word and lets the sweep answer."""
    verified_number()
    accepted("Hello")
    drain.run()
    until(lambda: texts_on(sandbox, ROSA) == ["Hello"])
    heard = 0

    def write(word: str) -> list[str]:
        nonlocal heard
        before = len(texts_on(sandbox, ROSA))
        sandbox.text(ROSA, HARBOR, word)
        heard += 1
        until(lambda: len(rows(Message, Message.direction == "in")) == heard)
        sweep.once()
        assert rows(AnswerDue) == []
        return texts_on(sandbox, ROSA)[before:]

    return write


def test_end_is_confirmed_on_the_phone_once_and_start_by_the_network(phone: Any) -> None:
    [confirmation] = phone("End.")
    assert confirmation.startswith("Harbor Law: you will get no more texts from this number. Reply START")
    assert phone("quit") == []
    [network] = phone("START")
    assert network.startswith("NETWORK MSG")
    assert [row.opted_out for row in rows(OptOut)] == [False]


def test_stop_is_answered_by_the_network_alone_and_help_by_us(phone: Any) -> None:
    [answer] = phone("HELP")
    assert answer.startswith("Harbor Law: texts about your matter.")
    [network] = phone("STOP")
    assert network.startswith("NETWORK MSG")
    assert [row.evidence for row in rows(OptOut)] == ["network:STOP"]

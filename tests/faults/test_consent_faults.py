"""F78: a STOP that arrives exactly at the claim. Either the text is sent once and shown as such, or not at all."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.store import keys
from flask_firmtext.store.models import Attempt, ConsentEvent, Message, OptOut
from hearing import text_from
from outbound import FAST, people
from rows import accepted, adopt
from servers import until

SUPPORT = Path(__file__).parent.parent / "support"


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


def phone_of(contact: str) -> str:
    known = firmtext.host.for_firm("harbor").contacts.get(contact)
    assert known is not None
    return known.numbers[0].e164


def check(text: uuid.UUID, phone: str) -> str:
    """What became of a text whose client wrote END meanwhile."""
    [message] = rows(Message, Message.id == text)
    attempts = rows(Attempt, Attempt.message_id == text)
    index = keys.index_of("harbor", phone)
    [event] = rows(ConsentEvent, ConsentEvent.phone_index == index)
    assert [row.opted_out for row in rows(OptOut, OptOut.phone_index == index)] == [True]
    assert (message.state, len(attempts)) in {("sending", 1), ("cancelled", 0)}
    assert all(attempt.claimed_at <= event.noted_at for attempt in attempts), "R9: claimed behind the opt-out"
    return str(message.state)


@pytest.mark.fault("F78")
def test_f78_an_end_that_comes_at_the_claim_lets_a_text_go_once_or_not_at_all(
    harbor: Any, host_environment: dict[str, str]
) -> None:
    clients = people(harbor, 40)
    texts = {ref: accepted("Hello", contact=ref) for ref in clients}
    command = [sys.executable, str(SUPPORT / "claimers.py"), "3", *map(str, texts.values())]
    with subprocess.Popen(command, env=host_environment, stdout=subprocess.PIPE, text=True) as claimers:
        last, *others = reversed(clients)
        text_from("END", sender=phone_of(last))
        until(lambda: rows(Attempt))
        for ref in others:
            text_from("END", sender=phone_of(ref))
        told, _ = claimers.communicate(timeout=60)
    found = json.loads(told)
    assert set(found) <= {"won", "lost"}, "no error, above all no `database is locked`"
    ends = [check(text, phone_of(ref)) for ref, text in texts.items()]
    assert ends.count("sending") == found["won"]
    assert set(ends) == {"sending", "cancelled"}

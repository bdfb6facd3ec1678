"""What a person says about an unknown text: kept with who and why, and later evidence wins all the same."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from evidence import everything
from flask_firmtext.errors import TextRefused
from flask_firmtext.messaging import resolving
from flask_firmtext.messaging.moves import Move, move
from flask_firmtext.store import cells
from flask_firmtext.store.models import Resolution
from flask_firmtext.store.states import State
from flask_firmtext.store.transactions import own, reading
from office import STAFF, Office
from outbound import message

WHY = "Rosa said so on the phone"


@pytest.fixture
def office(app: Any) -> Office:
    return Office(app)


@pytest.fixture
def text(office: Office) -> uuid.UUID:
    found = office.sends()
    office.becomes(found, State.UNKNOWN)
    return found


def says(office: Office, text: uuid.UUID, verb: Any, why: str = WHY) -> Any:
    with own() as session:
        more = {"token": "again"} if verb is resolving.resend else {}
        return verb(session, text, user=office.host.users.all[STAFF], why=why, **more)


@pytest.mark.parametrize(
    ("verb", "answer"),
    [(resolving.arrived, "arrived"), (resolving.lost, "lost"), (resolving.resend, "resent")],
)
def test_who_said_what_and_why_is_kept_and_the_why_is_not_in_clear(
    verb: Any, answer: str, office: Office, text: uuid.UUID
) -> None:
    assert says(office, text, verb)
    with reading() as session:
        row = session.get_one(Resolution, text)
        assert (row.answer, row.by, row.firm) == (answer, STAFF, "harbor")
        assert row.why is not None
        assert cells.unseal(session, cells.place(Resolution, "why", text, "harbor"), row.why) == WHY
    assert WHY not in repr(everything())
    assert WHY.encode() not in row.why


def test_a_reason_may_be_missing_and_may_not_be_a_novel(office: Office, text: uuid.UUID) -> None:
    with pytest.raises(TextRefused) as found:
        says(office, text, resolving.arrived, "x" * 501)
    assert found.value.code == "why_too_long"
    assert message(text).state == "unknown"
    assert says(office, text, resolving.arrived, "  ")
    with reading() as session:
        assert session.get_one(Resolution, text).why is None


def test_the_second_to_say_something_says_nothing(office: Office, text: uuid.UUID) -> None:
    assert says(office, text, resolving.lost)
    assert not says(office, text, resolving.arrived, "Another")
    with reading() as session:
        assert session.get_one(Resolution, text).answer == "lost"


@pytest.mark.parametrize(
    ("verb", "evidence", "expected"),
    [
        (resolving.lost, State.DELIVERED, "delivered"),
        (resolving.arrived, State.DELIVERED, "delivered"),
        (resolving.arrived, State.FAILED, "failed"),
        (resolving.resend, State.DELIVERED, "delivered"),
        (resolving.lost, State.SUBMITTED, "failed"),
    ],
)
def test_evidence_that_comes_later_wins(
    verb: Any, evidence: State, expected: str, office: Office, text: uuid.UUID
) -> None:
    says(office, text, verb)
    with own() as session:
        move(session, text, Move.EVIDENCE, evidence, evidence="status", actor="carrier", reason=None, code=None)
    assert message(text).state == expected
    with reading() as session:
        assert session.get_one(Resolution, text).by == STAFF, "and what was said stands"

"""Whatever is signed is stored or kept, whatever is not changes nothing; no body makes a 500."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attempts import claimed
from evidence import everything, kept, rows
from flask_firmtext import turnstile
from flask_firmtext.store.models import Attempt, Message, StatusEvent
from flask_firmtext.web import webhooks
from rows import accepted, verified_number
from signing import Signer, told, words

FEW = settings(
    max_examples=60,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(FEW, max_examples=3000)

texts = st.text(st.characters(codec=None), max_size=60)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(leaves, lambda deeper: st.lists(deeper) | st.dictionaries(texts, deeper), max_leaves=8)
names = st.sampled_from([
    "message_uuid", "to", "from", "timestamp", "channel", "message_type", "text", "image", "content", "mms",
    "status", "error", "client_ref", "sms", "usage", "origin", "context_status", "image",
])  # fmt: skip
changes = st.dictionaries(names, values, max_size=4)
gone = st.sets(names, max_size=2)
kinds = st.sampled_from(["inbound", "status"])


@st.composite
def bodies(draw: Any) -> bytes:
    """A good webhook with some of it changed, missing, or cut; or anything at all."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.binary(max_size=200)) if draw(st.booleans()) else json.dumps(draw(values)).encode()
    said = words() if draw(st.booleans()) else told(draw(st.sampled_from(["delivered", "rejected", "submitted", "x"])))
    said |= draw(changes)
    for name in draw(gone):
        said.pop(name, None)
    body = json.dumps(said).encode()
    return body[: draw(st.integers(1, len(body)))] if draw(st.integers(0, 4)) == 0 else body


@pytest.fixture
def posting(carrier_app: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(webhooks, "unsigned", turnstile.Turnstile(10**9))
    verified_number()
    accepted("How are you?")
    signer, client = Signer.of(sandbox), carrier_app.test_client()
    return lambda kind, body, **how: signer.post(client, kind, body, **how)


def stored() -> int:
    return len(rows(Message)) + len(kept()) + len(rows(StatusEvent))


def check_signed(posting: Any, kind: str, body: bytes) -> None:
    before = stored()
    response = posting(kind, body)
    assert (response.status_code, response.data) == (200, b"")
    assert stored() - before <= 1
    after = everything()
    assert posting(kind, body).status_code == 200
    for table in ("firmtext_message", "firmtext_quarantine", "firmtext_status_event", "firmtext_audit"):
        assert everything()[table] == after[table]


@pytest.mark.fault("F70")
@pytest.mark.attack("A09")
def test_f70_any_signed_body_is_200_and_its_repeat_has_no_effect(posting: Any) -> None:
    FEW(given(kinds, bodies())(lambda kind, body: check_signed(posting, kind, body)))()


@pytest.mark.fault("F70")
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_thousands_of_signed_bodies_are_200(posting: Any) -> None:
    def check(kind: str, body: bytes) -> None:
        assert posting(kind, body).status_code == 200

    MANY(given(kinds, bodies())(check))()


def test_a_signed_status_of_our_text_is_stored_whatever_stands_beside_it(posting: Any) -> None:
    attempt = claimed()

    def check(changed: dict[str, Any]) -> None:
        said = told("delivered", reference=attempt.id) | changed
        assert posting("status", json.dumps(said).encode()).status_code == 200

    FEW(given(changes)(check))()
    assert len(rows(Attempt)) == 1


@pytest.mark.attack("A01")
def test_any_unsigned_body_changes_nothing(posting: Any) -> None:
    before = everything()

    def check(kind: str, body: bytes) -> None:
        assert posting(kind, body, token="").status_code in (401, 503)

    FEW(given(kinds, bodies())(check))()
    assert everything() == before

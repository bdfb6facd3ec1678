"""Every row of the carrier-answer table, from a person's text over TLS to what the row, the attempt and holds say."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import answers, sending
from flask_firmtext.store import queries
from flask_firmtext.store.models import Account, Message, Number
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain
from outbound import (
    FAST,
    HARBOR,
    alarms,
    attempt,
    attempts,
    due_now,
    holds,
    message,
    people,
    rewrite,
    slots_free,
    state,
    states,
)
from rows import accepted, adopt
from servers import free_port

THROTTLING = "https://developer.vonage.com/api-errors/messages#1000"


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST, "FIRMTEXT_REDIS_URL": ""}


@pytest.fixture(autouse=True)
def no_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jitter could make a wait so short that the same drain tries again."""
    monkeypatch.setattr(answers.random, "uniform", lambda low, high: high)


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


@dataclass(frozen=True)
class Row:
    """What is said and what must become of it. ``posted``: texts in the carrier's ledger."""

    answer: dict[str, Any]
    outcome: str
    evidence: str
    state: str
    posted: int = 0
    hold: tuple[str, str, str] | None = None
    tries: int = 0
    reason: str | None = None


def answer(status: int, **more: Any) -> dict[str, Any]:
    return {"do": "answer", "status": status, **more}


ACCOUNT = ("account", "default")
UNSURE = {"outcome": "unsure", "state": "unknown"}

ROWS = {
    "202_with_a_uuid": Row({"do": "delay", "seconds": 0}, "accepted", "receipt", "submitted", posted=1),
    "202_with_an_empty_object": Row(answer(202, body={}, accept=True), evidence="unreadable_2xx", posted=1, **UNSURE),
    "202_with_html": Row(answer(202, body="<html>", accept=True), evidence="unreadable_2xx", posted=1, **UNSURE),
    "202_cut_in_half": Row({"do": "answer", "how": "half"}, evidence="unreadable_2xx", posted=1, **UNSURE),
    "202_with_a_huge_uuid": Row(
        answer(202, body={"message_uuid": "x" * 10_000}, accept=True), evidence="unreadable_2xx", posted=1, **UNSURE
    ),
    "307": Row(answer(307), evidence="redirect", hold=(*ACCOUNT, "redirect"), **UNSURE),
    "400": Row(answer(400), "refused", "refused", "failed", reason="carrier_error"),
    "413": Row(answer(413), "refused", "refused", "failed", reason="carrier_error"),
    "415": Row(answer(415), "refused", "refused", "failed", reason="carrier_error"),
    "422": Row(answer(422), "refused", "refused", "failed", reason="carrier_error"),
    "422_about_the_sender": Row(
        {"do": "code", "code": 1120}, "not_sent", "number", "queued", hold=("number", HARBOR, "number")
    ),
    "401": Row(answer(401), "not_sent", "auth", "queued", hold=(*ACCOUNT, "auth")),
    "402": Row(answer(402), "not_sent", "balance", "queued", hold=(*ACCOUNT, "balance")),
    "403_naming_the_number": Row(
        answer(403, body={"title": "Forbidden", "detail": "The `from` number is not yours."}),
        "not_sent", "number", "queued", hold=("number", HARBOR, "number"),
    ),
    "403_otherwise": Row(answer(403, body={"title": "No"}), "not_sent", "odd_4xx", "queued", tries=1),
    "404": Row(answer(404), "not_sent", "wrong_address", "queued", tries=1),
    "405": Row(answer(405), "not_sent", "wrong_address", "queued", tries=1),
    "418": Row(answer(418), "not_sent", "odd_4xx", "queued", tries=1),
    "429": Row(answer(429), "not_sent", "throttled", "queued"),
    "500": Row(answer(500), evidence="server_error", **UNSURE),
    "500_after_accepting": Row(answer(500, accept=True), evidence="server_error", posted=1, **UNSURE),
    "502_with_html": Row(answer(502, body="<html>"), evidence="server_error", **UNSURE),
    "503": Row(answer(503), evidence="server_error", **UNSURE),
    "503_of_throttling": Row(
        answer(503, body={"type": THROTTLING, "title": "Rate Limit Hit"}), "not_sent", "throttled", "queued"
    ),
    "504": Row(answer(504, body=""), evidence="server_error", **UNSURE),
    "closed_before_reading_it": Row({"do": "drop_before"}, evidence="reset", **UNSURE),
    "closed_without_an_answer": Row({"do": "drop_after"}, evidence="reset", posted=1, **UNSURE),
    "reset_without_an_answer": Row({"do": "drop_after", "how": "reset"}, evidence="reset", posted=1, **UNSURE),
    "bad_gzip": Row({"do": "answer", "how": "bad_gzip"}, evidence="unreadable_2xx", posted=1, **UNSURE),
}  # fmt: skip


@pytest.mark.fault("F47", "F48", "F49", "F52", "F53", "F54", "F55", "F56", "F57")
@pytest.mark.parametrize("name", ROWS)
def test_answer(name: str, harbor: Any, sandbox: Any) -> None:
    row = ROWS[name]
    sandbox.fault("post", times=1, **row.answer)
    text = accepted("Hello")
    drain.run()
    made, found = attempt(text), message(text)
    assert (made.outcome, made.evidence, found.state) == (row.outcome, row.evidence, row.state)
    assert (found.tries, found.reason) == (row.tries, row.reason)
    assert holds() == ([row.hold] if row.hold else [])
    assert made.closed_at is not None
    if row.state != "queued":
        drain.run()
        assert len(attempts(text)) == 1, "it was sent again"
    assert [post["client_ref"] for post in sandbox.posts] == [str(made.id)] * row.posted


@pytest.mark.fault("F50")
@pytest.mark.parametrize("how", ["drip", "stall", "never"])
def test_an_answer_that_does_not_come_in_time_is_unknown(
    how: str, harbor: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "EXCHANGE", 1.0)
    fault = {"do": "never", "seconds": 3} if how == "never" else {"do": "answer", "how": how}
    sandbox.fault("post", times=1, **fault)
    text = accepted("Hello")
    drain.run()
    assert (attempt(text).outcome, attempt(text).evidence, state(text)) == ("unsure", "timeout", "unknown")
    drain.run()
    assert len(attempts(text)) == 1


@pytest.mark.fault("F58")
def test_a_uuid_that_we_have_already_is_unknown_and_an_alarm(harbor: Any, sandbox: Any) -> None:
    first = accepted("Hello")
    drain.run()
    sandbox.fault("post", "answer", how="reused_uuid", accept=True, times=1)
    second = accepted("Again")
    with alarms() as heard:
        drain.run()
    assert (state(first), state(second)) == ("submitted", "unknown")
    assert (attempt(second).outcome, attempt(second).evidence, attempt(second).carrier_id) == (
        "unsure",
        "uuid_reused",
        None,
    )
    assert "uuid_reused" in heard


def elsewhere(new_app: Callable[..., Any], settings: dict[str, str], **other: str | None) -> Any:
    changed = {**settings, **FAST, **other}
    return new_app(**{name: value for name, value in changed.items() if value is not None})


@pytest.mark.fault("F43", "F44")
@pytest.mark.parametrize(
    "other",
    [
        {"FIRMTEXT_VONAGE_API_HOST": "closed"},
        {"FIRMTEXT_VONAGE_API_HOST": "nowhere.invalid", "FIRMTEXT_PUBLIC_URL": None},
    ],
    ids=["refused", "name_does_not_resolve"],
)
def test_no_connection_is_not_sent_and_tried_again(
    other: dict[str, str | None], new_app: Callable[..., Any], carrier_settings: dict[str, str], sandbox: Any
) -> None:
    if other["FIRMTEXT_VONAGE_API_HOST"] == "closed":
        other = {"FIRMTEXT_VONAGE_API_HOST": f"127.0.0.1:{free_port()}"}
    with elsewhere(new_app, carrier_settings, **other).app_context():
        adopt()
        text = accepted("Hello")
        drain.run()
        assert {(row.outcome, row.evidence) for row in attempts(text)} == {("not_sent", "connect")}
        assert state(text) == "queued"
        assert message(text).tries == len(attempts(text))
    with new_app(**carrier_settings).app_context():
        due_now(text)
        drain.run()
        assert state(text) == "submitted"
        assert len(sandbox.posts) == 1


@pytest.mark.fault("F45")
def test_a_certificate_that_we_do_not_trust_holds_the_account_after_three_in_a_row(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("tls", "forge", how="authority", times=None)
    text = accepted("Hello")
    for n in range(1, 4):
        due_now(text)
        assert holds() == []
        sending.send(_due(text))
        assert (attempts(text)[-1].outcome, attempts(text)[-1].evidence) == ("not_sent", "tls")
        assert message(text).tries == n
    assert holds() == [("account", "default", "tls")]
    assert state(text) == "queued"
    assert sandbox.posts == []


def _due(text: uuid.UUID) -> Any:
    with reading() as session:
        (due,) = queries.due(session, Message.id == text, limit=1)
    return due


def test_a_private_key_that_is_not_there_holds_the_account(
    new_app: Callable[..., Any], carrier_settings: dict[str, str], tmp_path: Path, sandbox: Any
) -> None:
    key = tmp_path / "key.pem"
    key.write_text(Path(carrier_settings["FIRMTEXT_VONAGE_PRIVATE_KEY"]).read_text())
    with elsewhere(new_app, carrier_settings, FIRMTEXT_VONAGE_PRIVATE_KEY=str(key)).app_context():
        key.unlink()
        adopt()
        text = accepted("Hello")
        drain.run()
        assert (attempt(text).outcome, attempt(text).evidence, state(text)) == ("not_sent", "local", "queued")
        assert holds() == [("account", "default", "local")]
        assert sandbox.posts == []


def test_a_gateway_that_cannot_be_made_holds_the_account(
    new_app: Callable[..., Any], carrier_settings: dict[str, str]
) -> None:
    with elsewhere(new_app, carrier_settings, FIRMTEXT_GATEWAY="no_such_module:Gateway").app_context():
        adopt()
        text = accepted("Hello")
        drain.run()
        assert (attempt(text).outcome, attempt(text).evidence, state(text)) == ("not_sent", "local", "queued")
        assert holds() == [("account", "default", "local")]


def test_a_request_that_cannot_be_built_fails_that_text_alone(harbor: Any, sandbox: Any) -> None:
    rewrite(Number, Number.e164 == HARBOR, e164="not a number")
    poisoned = accepted("Hello")
    drain.run()
    rewrite(Number, Number.e164 == "not a number", e164=HARBOR)
    good = accepted("Hello")
    drain.run()
    assert (attempt(poisoned).outcome, attempt(poisoned).evidence) == ("refused", "local")
    assert (state(poisoned), message(poisoned).reason, state(good)) == ("failed", "carrier_error", "submitted")
    assert holds() == []


def test_a_bug_before_the_post_is_tried_three_times(harbor: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = accepted("Hello")
    monkeypatch.setattr(sending, "_outbound", lambda _: 1 // 0)
    for _ in range(5):
        due_now(text)
        drain.run()
    assert [(row.outcome, row.evidence) for row in attempts(text)] == [("not_sent", "bug")] * 3
    assert (state(text), message(text).reason, sandbox.posts) == ("failed", "unknown_error", [])


def test_a_text_that_cannot_be_read_is_tried_for_long_and_is_then_the_systems_fault(harbor: Any) -> None:
    text = accepted("Hello")
    body = message(text).body
    rewrite(Message, Message.id == text, body=body[:-1] + bytes([body[-1] ^ 1]))
    for _ in range(11):
        slots_free()
        due_now(text)
        drain.run()
    assert (state(text), message(text).tries) == ("queued", 11)
    slots_free()
    due_now(text)
    drain.run()
    assert (state(text), message(text).reason) == ("failed", "carrier_error")


def test_a_database_that_is_away_before_the_post_is_no_try(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = accepted("Hello")

    def away(*_: Any) -> Any:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(sending, "_outbound", away)
    drain.run()
    assert (state(text), message(text).tries) == ("queued", 0)
    assert [row.evidence for row in attempts(text)] == ["database"]


@pytest.mark.fault("F12")
@pytest.mark.parametrize("place", ["the text is read", "the gateway is made"])
def test_f12_no_more_memory_before_the_post_costs_no_try_holds_nothing_and_ends_the_drain(
    harbor: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    text = accepted("Hello")

    def starved(*_: Any) -> Any:
        raise MemoryError

    if place == "the text is read":
        monkeypatch.setattr(sending, "_outbound", starved)
    else:
        monkeypatch.setattr(type(firmtext._get_current_object()), "gateway", property(starved))  # type: ignore[attr-defined]
    with pytest.raises(MemoryError):
        drain.run()
    assert (state(text), message(text).tries, holds()) == ("queued", 0, [])
    assert [row.evidence for row in attempts(text)] == ["memory"]


def test_a_bug_at_the_post_is_unknown(harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("the library fell over")

    monkeypatch.setattr(firmtext.gateway, "send", broken)
    text = accepted("Hello")
    drain.run()
    assert (attempt(text).outcome, attempt(text).evidence, state(text)) == ("unsure", "bug", "unknown")


def test_three_different_texts_with_an_odd_refusal_hold_the_account(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=404, times=None)
    first, second, third = (accepted("Hello", contact=ref) for ref in people(harbor, 3))
    for text in (first, second, first, second, first):
        due_now(text)
        sending.send(_due(text))
        assert holds() == [], "two texts say nothing about the account"
    sending.send(_due(third))
    assert holds() == [("account", "default", "wrong_address")]


@pytest.mark.fault("F52")
def test_five_unsure_answers_in_a_minute_open_the_breaker(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=502, times=None)
    for ref in people(harbor, 12):
        accepted("Hello", contact=ref)
    drain.run()
    assert holds() == [("account", "default", "breaker")]
    assert states() == {"unknown": 5, "queued": 7}


def test_an_old_unsure_answer_does_not_disarm_the_breaker(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=502, times=None)
    accepted("Hello")
    drain.run()
    rewrite(Account, Account.id == "default", run_since=firmtext.clock.now() - timedelta(hours=1))
    for ref in people(harbor, 10):
        accepted("Hello", contact=ref)
    drain.run()
    assert holds() == [("account", "default", "breaker")]


def test_a_good_answer_ends_a_run(harbor: Any, sandbox: Any) -> None:
    clients = people(harbor, 9)
    for n, ref in enumerate(clients):
        if n != 4:
            sandbox.fault("post", "answer", status=502, times=1)
        accepted("Hello", contact=ref)
        drain.run()
    assert holds() == []


@dataclass
class Waits:
    """Seconds until the next try, as the database keeps them."""

    found: list[float] = field(default_factory=list)

    def note(self, text: uuid.UUID) -> None:
        row = message(text)
        assert row.not_before is not None
        self.found.append((row.not_before - row.state_at).total_seconds())


def test_the_backoff_doubles_up_to_ten_minutes(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=404, times=None)
    text, waits = accepted("Hello"), Waits()
    for _ in range(11):
        due_now(text)
        sending.send(_due(text))
        waits.note(text)
    due_now(text)
    sending.send(_due(text))
    expected = [2.0, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert waits.found == pytest.approx(expected, abs=0.1)
    assert len(attempts(text)) == 12
    assert (state(text), message(text).reason) == ("failed", "temporary_error")


@pytest.mark.fault("F51")
@pytest.mark.parametrize(("seconds", "kept"), [(7, 7), (86_400, 300)])
def test_retry_after_is_obeyed_up_to_five_minutes(seconds: int, kept: int, harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=429, seconds=seconds, times=1)
    text, waits = accepted("Hello"), Waits()
    drain.run()
    waits.note(text)
    assert waits.found == pytest.approx([kept], abs=0.1)
    assert message(text).tries == 0


def test_the_jitter_is_full(harbor: Any, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(answers.random, "uniform", lambda low, high: asked.append((low, high)) or high)
    sandbox.fault("post", "answer", status=404, times=1)
    accepted("Hello")
    drain.run()
    assert asked == [(0, 2.0)]


@pytest.mark.fault("F51")
def test_too_fast_without_retry_after_backs_off_further_each_time(harbor: Any, sandbox: Any) -> None:
    sandbox.fault("post", "answer", status=429, headers={"Retry-After": None}, times=None)
    text, waits = accepted("Hello"), Waits()
    for _ in range(20):
        due_now(text)
        sending.send(_due(text))
        waits.note(text)
    assert waits.found[:4] == pytest.approx([2, 4, 8, 16], abs=0.1)
    assert (state(text), message(text).tries) == ("queued", 0), "too fast is no try"

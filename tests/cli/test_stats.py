"""``stats``: the figures that an operator watches; what needs a person is among them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from administering import held, kept
from flask_firmtext.current import firmtext
from flask_firmtext.store import counters
from flask_firmtext.store.transactions import own
from flask_firmtext.worker import heartbeats
from rows import accepted, changed

Cli = Callable[..., Any]
KEYS = {
    *("at", "firm", "since", "states", "holds", "operator_codes", "quarantine", "oldest_due_seconds", "bell_failures"),
    *("contradictions", "webhooks_refused", "failed_orders", "newest_webhook", "newest_status", "newest_text"),
    *("heartbeats", "reasons", "outgoing_due_seconds", "outgoing_addresses"),
}


def figures(cli: Cli, *arguments: str) -> dict[str, Any]:
    result = cli("stats", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.stdout))


def test_nothing_has_happened_yet(cli: Cli, number: Any) -> None:
    found = figures(cli)
    assert set(found) == KEYS
    assert set(found["states"].values()) == {0}
    assert (found["holds"], found["oldest_due_seconds"], found["newest_webhook"]) == ([], 0, None)
    assert found["heartbeats"] == {"sweep": None, "send": None, "media": None, "filing": None, "webhooks": None}
    assert "sweep" in found["reasons"]


def test_texts_are_counted_by_state_and_what_is_over_only_lately(cli: Cli, number: Any) -> None:
    now = firmtext.clock.now()
    for state, at in (
        *(("delivered", now), ("delivered", now - timedelta(days=2)), ("failed", now)),
        *(("unknown", now - timedelta(days=9)), ("submitted", now - timedelta(days=2)), ("queued", now)),
    ):
        changed(accepted("Hello"), state=state, state_at=at, not_before=at)
    states = figures(cli)["states"]
    assert {name: count for name, count in states.items() if count} == {
        "queued": 1,
        "unknown": 1,
        "submitted": 1,
        "delivered": 1,
        "failed": 1,
    }
    assert figures(cli, "--since", "3d")["states"]["delivered"] == 2
    assert figures(cli, "--since", "2001-01-01")["states"]["delivered"] == 2
    assert figures(cli, "--firm", "harbor")["states"] == states
    assert set(figures(cli, "--firm", "summit")["states"].values()) == {0}


def test_what_needs_a_person_is_there_at_once(cli: Cli, number: Any) -> None:
    """R11."""
    changed(accepted("Hello"), not_before=firmtext.clock.now() - timedelta(seconds=130))
    assert figures(cli)["oldest_due_seconds"] in range(130, 140)
    assert "oldest_due" in figures(cli)["reasons"]
    held(code="balance")
    kept()
    changed(accepted("Hello", contact="grace"), state="failed", code="request")
    with own() as session:
        for name in ("bell_failed", "contradiction", "contradiction", "webhook_refused.secret_rotated"):
            counters.count(session, name)
    heartbeats.beat(heartbeats.SWEEP)
    found = figures(cli)
    assert [(one["kind"], one["object"], one["code"], one["waiting"]) for one in found["holds"]] == [
        ("account", "account", "balance", 1)
    ]
    assert found["quarantine"] == {"inbound": 1, "status": 0}
    assert found["operator_codes"] == {"request": 1}
    assert (found["bell_failures"], found["contradictions"]) == (1, 2)
    assert found["webhooks_refused"] == ["secret_rotated"]
    assert found["heartbeats"]["sweep"] in range(10)
    assert "holds" in found["reasons"]
    assert "sweep" not in found["reasons"]


@pytest.mark.parametrize("firm", ["harbor", ""])
def test_a_webhook_without_a_place_is_a_webhook(cli: Cli, number: Any, firm: str) -> None:
    kept(firm=firm)
    found = figures(cli)
    assert found["newest_webhook"] is not None
    assert (found["newest_text"], found["newest_status"]) == (None, None)


def test_a_person_reads_a_line_a_figure(cli: Cli, number: Any) -> None:
    held()
    result = cli("stats")
    assert result.exit_code == 0
    lines = dict(line.split("\t") for line in result.stdout.splitlines())
    assert lines["states.queued"] == "0"
    assert lines["holds"] == "account account: balance"


@pytest.mark.parametrize("arguments", [["--firm", "nobody"], ["--since", "yesterday"]])
def test_wrong_usage(cli: Cli, number: Any, arguments: list[str]) -> None:
    assert cli("stats", *arguments).exit_code == 2

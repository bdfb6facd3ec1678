"""``flask firmtext retention …``: what is over, holds, and a contact's texts erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from ending import ended_at
from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.firm import retention
from flask_firmtext.store.models import Conversation, Erasure, Key, LegalHold, Message
from flask_firmtext.store.states import KeyState, State
from flask_firmtext.store.transactions import own
from rows import accepted, changed, verified_number

Cli = Callable[..., Any]


@pytest.fixture
def old(app: Any) -> None:
    """A firm with a rule and one conversation, which is over."""
    verified_number()
    changed(accepted("Canary"), state=State.DELIVERED)
    retention.set_rule("harbor", "365", by="admin@harbor.example")
    with own() as session:
        session.execute(update(Conversation).values(last_at=firmtext.clock.now() - timedelta(days=400)))


def test_status_says_what_is_over(cli: Cli, old: None) -> None:
    [row] = json.loads(cli("retention", "status", "--json").stdout)
    assert {name: row[name] for name in ("firm", "days", "conversations", "over", "over_texts", "percent", "held")} == {
        "firm": "harbor", "days": 365, "conversations": 1, "over": 1, "over_texts": 1, "percent": 100, "held": 0,
    }  # fmt: skip
    assert cli("retention", "status", "--firm", "summit").exit_code == 2


def test_without_a_rule_it_says_that_everything_is_kept(cli: Cli) -> None:
    found = cli("retention", "status")
    assert (found.exit_code, "everything is kept" in found.stderr) == (0, True)
    assert json.loads(cli("retention", "status", "--json").stdout) == []


def test_a_dry_run_changes_nothing_and_off_a_terminal_yes_is_needed(cli: Cli, old: None) -> None:
    dry = cli("retention", "run", "--dry-run", "--json")
    assert dry.exit_code == 0
    assert json.loads(dry.stdout)["planned"][0]["over"] == 1
    assert cli("retention", "run").exit_code == 2
    assert rows(Conversation)[0].erased_at is None
    assert rows(Erasure) == []


def test_with_yes_it_erases_and_says_how_much(cli: Cli, old: None) -> None:
    done = cli("retention", "run", "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    [erased] = json.loads(done.stdout)["erased"]
    assert (erased["firm"], erased["conversations"], erased["left"]) == ("harbor", 1, {})
    assert {bytes(row.body) for row in rows(Message)} == {b""}
    again = json.loads(cli("retention", "run", "--yes", "--json").stdout)
    assert again["planned"][0]["over"] == 0


def test_a_hold_is_set_listed_and_lifted(cli: Cli, old: None) -> None:
    made = cli("retention", "hold", "--firm", "harbor", "--whole-firm", "--why", "Suit", "--yes", "--json")
    assert made.exit_code == 0, made.stderr
    hold = json.loads(made.stdout)["id"]
    assert json.loads(cli("retention", "holds", "--firm", "harbor", "--json").stdout)[0]["why"] == "Suit"
    assert json.loads(cli("retention", "run", "--yes", "--json").stdout)["planned"][0]["held"] == 1
    assert rows(Conversation)[0].erased_at is None
    assert cli("retention", "lift", hold, "--firm", "summit", "--why", "x", "--yes").exit_code == 1
    assert cli("retention", "lift", hold, "--firm", "harbor", "--why", "Settled", "--yes").exit_code == 0
    assert rows(LegalHold)[0].lifted_at is not None
    assert cli("retention", "hold", "--firm", "harbor", "--why", "x", "--yes").exit_code == 2


def test_a_contacts_texts_are_erased(cli: Cli, old: None) -> None:
    named = ("--firm", "harbor", "--contact", "rosa", "--why", "She asked")
    dry = cli("retention", "erase", *named, "--dry-run", "--json")
    assert json.loads(dry.stdout)["planned"]["texts"] == 1
    assert cli("retention", "erase", *named).exit_code == 2
    assert rows(Conversation)[0].erased_at is None
    done = cli("retention", "erase", *named, "--yes", "--json")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["done"], said["gone"]["texts"], said["left"]) == (True, 1, {})
    assert cli("retention", "erase", "--firm", "harbor", "--contact", "nobody", "--why", "x", "--yes").exit_code == 2


ENDS = ("erase.taking", "erase.taken", "erase.emptying", "erase.emptied", "erase.finishing")


@pytest.mark.fault("F10")
@pytest.mark.parametrize("point", ENDS)
def test_an_erasing_that_is_ended_anywhere_is_gone_on_with_by_the_same_command(cli: Cli, old: None, point: str) -> None:
    erase = ("retention", "erase", "--firm", "harbor", "--contact", "rosa", "--why", "She asked", "--yes", "--json")
    with ended_at(point) as came:
        assert cli(*erase).exit_code == 143
    assert came[-1] == point
    done = cli(*erase)
    assert done.exit_code == 0, done.stderr
    assert (json.loads(done.stdout)["done"], {bytes(row.body) for row in rows(Message)}) == (True, {b""})
    first, second = rows(Erasure)
    assert f"Proof: {first.id}." in done.stderr
    assert (first.gone["texts"], second.gone["texts"], first.done_at is None) == (1, 0, False)
    assert rows(Key, Key.scope.startswith("conversation/"), Key.state != KeyState.DESTROYED) == []

"""``tokens create``, ``list`` and ``revoke``: shown once, listed without it, and exit codes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

Cli = Callable[..., Any]
FOR = ("--firm", "harbor", "--for", "admin@harbor.example")
MAKE = ("tokens", "create", *FOR, "--name", "Nightly", "--scope", "texts:read", "--scope", "texts:send")


def test_a_token_is_made_listed_and_revoked(cli: Cli) -> None:
    made = cli(*MAKE, "--yes", "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["token"].startswith(f"ftx_{uuid.UUID(told['id']).hex}_")
    listed = cli("tokens", "list", "--firm", "harbor", "--json")
    (row,) = json.loads(listed.stdout)
    assert (row["id"], row["name"], row["for"]) == (told["id"], "Nightly", "admin@harbor.example")
    assert (row["scopes"], row["revoked_at"]) == ("texts:read texts:send", None)
    assert told["token"] not in listed.stdout
    for expected in (True, False):
        revoked = cli("tokens", "revoke", told["id"], "--firm", "harbor", "--yes", "--json")
        assert (revoked.exit_code, json.loads(revoked.stdout)) == (0, {"revoked": expected})


def test_another_firms_token_is_none(cli: Cli) -> None:
    told = json.loads(cli(*MAKE, "--yes", "--json").stdout)
    assert cli("tokens", "revoke", told["id"], "--firm", "summit", "--yes").exit_code == 1
    assert json.loads(cli("tokens", "list", "--firm", "summit", "--json").stdout) == []


@pytest.mark.parametrize(
    "arguments",
    [
        MAKE,
        (*MAKE, "--scope", "everything", "--yes"),
        (*MAKE, "--days", "1", "--yes"),
        (*MAKE, "--for", "staff@harbor.example", "--yes"),
        ("tokens", "revoke", "no-id", "--firm", "harbor", "--yes"),
    ],
)
def test_wrong_usage_makes_nothing(cli: Cli, arguments: tuple[str, ...]) -> None:
    result = cli(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(cli("tokens", "list", "--firm", "harbor", "--json").stdout) == []

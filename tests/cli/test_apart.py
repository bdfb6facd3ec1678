"""Each command with ``--firm`` sees that firm's; each command is in the table."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest
from flask_firmtext.cli import firmtext

from administering import failed_order, held_number
from flask_firmtext.store.states import State
from matrix import CANARY, digest
from office import HARBOR, ROSA, Office

TEXT, ORDER = "TEXT", "ORDER"
#: With --firm, tried for Summit with Harbor's ids: exit code, and arguments after the command's name.
OF_A_FIRM: dict[str, tuple[int, tuple[str, ...]]] = {
    "audit export": (0, ("--format", "jsonl")),
    "audit verify": (0, ("--json",)),
    "keys rotate": (2, ("--yes", "--json")),  # nothing of Summit's is stored
    "messages failed": (0, ("--json",)),
    "messages resolve": (1, (TEXT, "lost", "--reason", "known", "--yes", "--json")),
    "messages retry": (1, (TEXT, "--yes", "--json")),
    "messages show": (1, (TEXT,)),
    "numbers buy": (0, ("--country", "US", "--dry-run", "--json")),
    "numbers link": (1, (HARBOR, "--yes")),
    "numbers list": (0, ("--json",)),
    "retention erase": (2, ("--contact", "rosa", "--why", "x", "--yes", "--json")),
    "retention hold": (2, ("--contact", "rosa", "--why", "x", "--yes", "--json")),
    "retention holds": (0, ("--json",)),
    "retention lift": (1, ("00000000-0000-7000-8000-000000000001", "--why", "x", "--yes", "--json")),
    "retention run": (2, ("--yes", "--json")),  # Summit has no rule
    "retention status": (2, ("--json",)),
    "stats": (0, ("--json",)),
    "templates export": (0, ()),
    "templates list": (0, ("--json",)),
    "templates reset": (0, ("created", "--yes", "--json")),
    "templates set": (2, ("created", "/no/such/file", "--yes")),
    "templates show": (0, ("created", "--json")),
    "tokens create": (2, ("--for", "admin@harbor.example", "--name", "x", "--scope", "texts:read", "--yes")),
    "tokens list": (0, ("--json",)),
    "tokens revoke": (1, ("00000000-0000-7000-8000-000000000001", "--yes", "--json")),
    "webhooks list": (0, ("--json",)),
}
#: An operator's for the whole installation, and why.
OF_ALL = {
    **dict.fromkeys(("db check", "db current", "db downgrade", "db upgrade"), "tables are every firm's"),
    **dict.fromkeys(("doctor", "sandbox", "sweep", "worker"), "processes are every firm's"),
    **dict.fromkeys(("holds lift", "holds list"), "a hold names its firm or number, or the account of all"),
    **dict.fromkeys(("keys generate", "keys status"), "configured keys are every firm's"),
    **dict.fromkeys(("numbers release", "numbers search", "numbers sync"), "a number names its firm"),
    **{f"numbers verification {name}": "a number names its firm" for name in ("export", "set", "show")},
    **dict.fromkeys(("templates check", "templates import"), "what is read comes from a file"),
    **dict.fromkeys(("webhooks expire", "webhooks retry", "webhooks test"), "an address names its firm"),
}


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command


def test_every_command_is_in_the_table() -> None:
    there = dict(commands(firmtext))
    of_a_firm = {name for name, command in there.items() if any("--firm" in one.opts for one in command.params)}
    assert of_a_firm == OF_A_FIRM.keys()
    assert there.keys() - of_a_firm == OF_ALL.keys()


@pytest.fixture
def harbors_ids(app: Any) -> dict[str, str]:
    """A text of Harbor's that failed, an order that stands still, a hold."""
    office = Office(app)
    failed, unknown = office.sends("rosa", f"{CANARY} words"), office.sends("rosa", f"{CANARY} more")
    office.becomes(failed, State.FAILED, reason="unreachable_number", code="1170")
    office.becomes(unknown, State.UNKNOWN)
    held_number()
    return {
        TEXT: str(failed),
        "unknown": str(unknown),
        "conversation": str(office.conversation()),
        ORDER: str(failed_order()),
    }


@pytest.mark.parametrize("name", OF_A_FIRM)
@pytest.mark.attack("A11")
def test_a11_a_command_for_one_firm_says_and_changes_nothing_of_another(
    cli: Callable[..., Any], harbors_ids: dict[str, str], name: str
) -> None:
    code, given = OF_A_FIRM[name]
    before, said = digest(), []
    for ids in (harbors_ids, {key: str(uuid.uuid4()) for key in harbors_ids}):
        arguments = [ids.get(one, one) for one in given]
        result = cli(*name.split(), *arguments, "--firm", "summit")
        said.append(f"{result.exit_code} {result.output}".replace(ids[TEXT], TEXT))
        assert result.exit_code == code, result.output
        for canary in (CANARY, ROSA, *harbors_ids.values(), *([] if HARBOR in given else [HARBOR])):
            assert canary not in said[-1]
    if TEXT in given:
        assert said[0] == said[1]
    assert digest() == before


@pytest.mark.slow
@pytest.mark.parametrize("name", OF_A_FIRM)
def test_a_firm_that_the_host_does_not_know_is_told_so_or_has_nothing(
    cli: Callable[..., Any], harbors_ids: dict[str, str], name: str
) -> None:
    arguments = [harbors_ids.get(one, one) for one in OF_A_FIRM[name][1]]
    result = cli(*name.split(), *arguments, "--firm", "no-such-firm")
    assert result.exit_code in (0, 1, 2)
    assert CANARY not in result.output
    if result.exit_code == 0 and "--json" in arguments:
        assert harbors_ids[TEXT] not in json.dumps(json.loads(result.stdout))

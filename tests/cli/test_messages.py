"""``messages failed`` and ``messages show``."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.current import firmtext
from flask_firmtext.store import cells, keys
from flask_firmtext.store.models import Audit, Message
from flask_firmtext.store.transactions import own, reading
from rows import accepted, changed

KEYS = [
    "id",
    "firm",
    "contact",
    "to",
    "state",
    "reason",
    "code",
    "kind",
    "created_at",
    "failed_at",
    "retry_of",
    "tries",
]

Cli = Callable[..., Any]


@pytest.fixture
def failed(number: Any) -> uuid.UUID:
    """A text to Rosa that could not be delivered."""
    message = accepted("Your hearing moved.")
    changed(message, state="failed", reason="unreachable_number", code="1190", tries=1)
    return message


def listed(cli: Cli, *arguments: str) -> list[dict[str, Any]]:
    result = cli("messages", "failed", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def test_a_failed_text_is_listed_with_the_fixed_keys(cli: Cli, failed: uuid.UUID) -> None:
    (row,) = listed(cli)
    assert list(row) == KEYS
    assert row["id"] == str(failed)
    assert (row["firm"], row["contact"], row["to"]) == ("harbor", "rosa", "+13125550100")
    assert (row["state"], row["reason"], row["code"], row["kind"]) == ("failed", "unreachable_number", "1190", "staff")
    assert row["created_at"].endswith("Z")
    assert row["failed_at"].endswith("Z")
    assert (row["retry_of"], row["tries"]) == (None, 1)


def test_the_text_itself_is_not_in_the_list(cli: Cli, failed: uuid.UUID) -> None:
    assert "hearing" not in cli("messages", "failed").output
    assert "hearing" not in cli("messages", "failed", "--json").output


def test_nothing_failed_is_an_empty_array(cli: Cli, number: Any) -> None:
    accepted("On its way")
    assert listed(cli) == []
    result = cli("messages", "failed")
    assert (result.stdout, result.stderr) == ("", "No such texts.\n")


def test_an_unknown_text_is_listed_when_asked_for(cli: Cli, failed: uuid.UUID) -> None:
    unknown = accepted("Did this arrive?")
    changed(unknown, state="unknown")
    (row,) = listed(cli, "--state", "unknown")
    assert (row["id"], row["failed_at"]) == (str(unknown), None)
    assert len(listed(cli, "--state", "unknown", "--state", "failed")) == 2


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--firm", "harbor"], 1),
        (["--firm", "summit"], 0),
        (["--reason", "unreachable_number"], 1),
        (["--reason", "Unreachable number"], 1),
        (["--reason", "carrier_error"], 0),
        (["--since", "2h"], 1),
        (["--since", "3d"], 1),
        (["--since", "2001-01-01T00:00:00Z"], 1),
        (["--since", "2099-01-01"], 0),
    ],
)
def test_the_list_can_be_narrowed(cli: Cli, failed: uuid.UUID, arguments: list[str], found: int) -> None:
    assert len(listed(cli, *arguments)) == found


def test_since_looks_at_when_it_failed(cli: Cli, failed: uuid.UUID) -> None:
    changed(failed, state_at=firmtext.clock.now() - timedelta(hours=3))
    assert listed(cli, "--since", "2h") == []
    assert len(listed(cli, "--since", "4h")) == 1


@pytest.mark.parametrize(
    "arguments",
    [["--since", "yesterday"], ["--reason", "bad luck"], ["--state", "queued"], ["--frim", "harbor"]],
)
def test_a_wrong_filter_is_wrong_usage(cli: Cli, number: Any, arguments: list[str]) -> None:
    result = cli("messages", "failed", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_show_decrypts_one_text_with_its_attempts(cli: Cli, failed: uuid.UUID) -> None:
    row = json.loads(cli("messages", "show", str(failed), "--json").stdout)
    assert row["text"] == "Your hearing moved."
    assert (row["from"], row["to"], row["direction"]) == ("+18335550100", "+13125550100", "out")
    assert row["attempts"] == []
    assert set(KEYS) <= set(row)


def test_show_is_noted_in_the_audit(cli: Cli, failed: uuid.UUID) -> None:
    assert cli("messages", "show", str(failed)).exit_code == 0
    with reading() as session:
        (noted,) = session.scalars(sa.select(Audit).where(Audit.action == "message.show"))
    assert (noted.firm, noted.object_id) == ("harbor", str(failed))
    assert noted.actor.startswith("cli:")


def test_control_characters_of_a_text_never_reach_the_terminal(cli: Cli, number: Any) -> None:
    message = accepted("plain")
    shown = _shown_with_body(cli, message, "\x1b]0;owned\x07 red \u202etfel")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b]0;owned\\x07 red \\u202etfel" in shown


def _shown_with_body(cli: Cli, message: uuid.UUID, body: str) -> str:
    with own() as session:
        row = session.get_one(Message, message)
        where = cells.place(Message, "body", row.id, row.firm)
        row.body = cells.seal(session, where, body, scope=keys.conversation_scope(row.conversation_id))
    return str(cli("messages", "show", str(message)).stdout)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_text_that_does_not_exist_is_one_line_on_stderr(cli: Cli, number: Any, arguments: list[str]) -> None:
    result = cli("messages", "show", str(uuid.uuid4()), *arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: There is no text ")
    assert result.stderr.count("\n") == 1


def test_a_text_of_another_firm_is_not_shown(cli: Cli, failed: uuid.UUID) -> None:
    assert cli("messages", "show", str(failed), "--firm", "summit").exit_code == 1


def test_what_is_no_id_is_wrong_usage(cli: Cli, number: Any) -> None:
    assert cli("messages", "show", "12").exit_code == 2


def test_a_cell_that_cannot_be_read_hides_no_other(cli: Cli, failed: uuid.UUID) -> None:
    changed(failed, body=b"\x01" + bytes(60))
    result = cli("messages", "show", str(failed), "--json")
    row = json.loads(result.stdout)
    assert (row["text"], row["to"]) == (None, "+13125550100")
    assert result.stderr.startswith("Not readable: firmtext_message.body")

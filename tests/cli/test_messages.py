"""``messages failed`` and ``messages show``: what is listed, what is shown, and what cannot be read."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_firmtext.cli import firmtext as group

from attempts import claimed
from flask_firmtext.current import firmtext
from flask_firmtext.memory import Memory
from flask_firmtext.store import cells, keys, portions
from flask_firmtext.store.models import Attempt, Audit, Message
from flask_firmtext.store.transactions import own, reading
from office import Statements
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
    """A text to Rosa that could not be delivered: one attempt, which the carrier took."""
    attempt = claimed("Your hearing moved.")
    changed(attempt.message_id, state="failed", reason="unreachable_number", code="1190")
    return attempt.message_id


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
    [
        ["--since", "yesterday"],
        ["--reason", "bad luck"],
        ["--state", "queued"],
        ["--frim", "harbor"],
        ["--firm", "nosuch"],
    ],
)
def test_a_wrong_filter_is_wrong_usage(cli: Cli, number: Any, arguments: list[str]) -> None:
    result = cli("messages", "failed", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_show_decrypts_one_text_with_its_attempts(cli: Cli, failed: uuid.UUID) -> None:
    row = json.loads(cli("messages", "show", str(failed), "--json").stdout)
    assert row["text"] == "Your hearing moved."
    assert (row["from"], row["to"], row["direction"]) == ("+18335550100", "+13125550100", "out")
    (attempt,) = row["attempts"]
    assert (attempt["n"], attempt["outcome"], row["tries"]) == (1, "open", 1)
    assert set(KEYS) <= set(row)


def test_attempts_are_lines_that_a_person_can_read(cli: Cli, failed: uuid.UUID) -> None:
    lines = cli("messages", "show", str(failed)).stdout.splitlines()
    assert re.fullmatch(r"tries +1", next(line for line in lines if line.startswith("tries")))
    shown = lines[lines.index("attempts") + 1 :]
    assert [line.split()[0] for line in shown] == [
        *("id", "n", "claimed_at", "claimed_by", "outcome", "evidence", "carrier_id", "closed_at")
    ]
    assert all(line.startswith("  ") for line in shown)
    assert re.fullmatch(r"  claimed_at  20\d\d-\d\d-\d\dT\S+Z", shown[2])


def test_a_text_that_was_never_attempted_says_so(cli: Cli, number: Any) -> None:
    message = accepted("Not yet")
    changed(message, state="expired")
    lines = cli("messages", "show", str(message)).stdout.splitlines()
    assert [line.split() for line in lines if line.startswith(("tries", "attempts"))] == [
        ["tries", "0"],
        ["attempts", "-"],
    ]


def test_tries_are_the_attempts_made_also_those_that_do_not_count_towards_giving_up(
    cli: Cli, failed: uuid.UUID
) -> None:
    changed(failed, tries=0)
    now = firmtext.clock.now()
    post = {"firm": "harbor", "message_id": failed, "claimed_at": now, "claimed_by": "x", "deadline": now}
    with own() as session:
        session.add_all(Attempt(n=n, outcome="not_sent", **post) for n in (2, 3))
    other = accepted("Never attempted", contact="sara")
    changed(other, state="failed", tries=12)
    assert {row["id"]: row["tries"] for row in listed(cli)} == {str(failed): 3, str(other): 0}


def test_a_list_of_any_length_is_asked_for_in_portions(
    app: Any, cli: Cli, failed: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database takes only so many values in one statement."""
    second = claimed("Another", contact="grace").message_id
    for text in (failed, second):
        changed(text, state="failed")
    monkeypatch.setattr(portions, "MOST", 1)
    monkeypatch.setattr(app.extensions["firmtext"], "unwrapped", Memory(60))
    with Statements(app) as statements:
        found = [(row["contact"], row["to"], row["tries"]) for row in listed(cli)]
    assert sorted(found) == [("henry", "+13125550101", 1), ("rosa", "+13125550100", 1)], "Henry had that number last"
    assert [one for one in statements.seen if re.search(r"\bIN \((?!SELECT)\S+, ", one)] == []


def test_a_list_costs_the_same_with_one_text_and_with_many(
    app: Any, cli: Cli, failed: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = []
    for contact in ("sara", "henry", "rosa"):
        monkeypatch.setattr(app.extensions["firmtext"], "unwrapped", Memory(60))
        with Statements(app) as statements:
            listed(cli)
        costs.append(len(statements.seen))
        changed(accepted("Another", contact=contact), state="failed")
    assert len(listed(cli)) == 4
    assert len(set(costs)) == 1, costs


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_show_with_a_firm_that_there_is_not_is_wrong_usage(cli: Cli, failed: uuid.UUID, arguments: list[str]) -> None:
    result = cli("messages", "show", str(failed), "--firm", "nosuch", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "knows no firm 'nosuch'" in result.stderr


def test_show_names_the_text_that_repeats_it_and_the_one_that_it_repeats(cli: Cli, failed: uuid.UUID) -> None:
    second = accepted("Your hearing moved.")
    changed(second, retry_of=failed)
    shown = [json.loads(cli("messages", "show", str(text), "--json").stdout) for text in (failed, second)]
    assert [(row["retry_of"], row["retried_as"]) for row in shown] == [(None, str(second)), (str(failed), None)]


def test_show_says_where_else_there_may_be_evidence_of_an_unknown_text(cli: Cli, failed: uuid.UUID) -> None:
    assert "client reference" not in cli("messages", "show", str(failed)).stderr
    changed(failed, state="unknown", reason=None, code=None)
    result = cli("messages", "show", str(failed))
    assert "claimed_at, UTC" in result.stderr
    assert "messages resolve" in result.stderr
    with reading() as session:
        (attempt,) = session.scalars(sa.select(Attempt))
    assert re.search(rf"^  id +{attempt.id}$", result.stdout, re.MULTILINE), "what the carrier got as client_ref"
    for name in ("from +\\+18335550100", "to +\\+13125550100", "  claimed_at +\\S+Z", "  carrier_id +-"):
        assert re.search(rf"^{name}$", result.stdout, re.MULTILINE), name
    assert cli("messages", "show", str(failed), "--json").stderr == ""


def test_show_is_noted_in_the_audit(cli: Cli, failed: uuid.UUID) -> None:
    assert cli("messages", "show", str(failed)).exit_code == 0
    with reading() as session:
        (noted,) = session.scalars(sa.select(Audit).where(Audit.action == "message.show"))
    assert (noted.firm, noted.object_id) == ("harbor", str(failed))
    assert noted.actor.startswith("cli:")


@pytest.mark.attack("A44")
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


def test_a_damaged_cell_hides_no_other(cli: Cli, failed: uuid.UUID) -> None:
    changed(failed, body=b"\x01" + bytes(60))
    result = cli("messages", "show", str(failed), "--json")
    row = json.loads(result.stdout)
    assert (row["text"], row["to"]) == (None, "+13125550100")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "Error: 1 cell could not be read although the keys are right: firmtext_message.body"
    )
    assert re.search(r"^text +\(not readable\)$", cli("messages", "show", str(failed)).stdout, re.MULTILINE)


@pytest.fixture
def other_keys(new_app: Callable[..., Any]) -> Iterator[Cli]:
    """Runs a command on the same database with other keys than wrote there."""
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_ENCRYPTION_KEYS="other:ZWluIGFuZGVyZXIgU2NobHVlc3NlbCwgMzIgQnl0ZXM=",
    )
    with app.app_context():
        yield lambda *arguments: app.test_cli_runner().invoke(group, arguments)


def test_with_other_keys_the_list_is_shown_the_setting_named_and_the_exit_code_1(
    failed: uuid.UUID, other_keys: Cli
) -> None:
    result = other_keys("messages", "failed")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"{failed}\tharbor\trosa\t(not readable)\tfailed\tunreachable_number")
    assert result.stderr.endswith(
        "Error: 1 cell could not be read. "
        "FIRMTEXT_ENCRYPTION_KEYS lacks the key test1, which still protects a firm; add it again.\n"
    )


def test_with_other_keys_json_stays_one_document(failed: uuid.UUID, other_keys: Cli) -> None:
    listing = other_keys("messages", "failed", "--json")
    assert (listing.exit_code, [row["to"] for row in json.loads(listing.stdout)]) == (1, [None])
    one = other_keys("messages", "show", str(failed), "--json")
    assert (one.exit_code, json.loads(one.stdout)["text"]) == (1, None)
    assert one.stderr.startswith("Error: 2 cells could not be read. FIRMTEXT_ENCRYPTION_KEYS ")

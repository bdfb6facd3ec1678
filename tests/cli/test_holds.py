"""``holds list`` and ``holds lift``: what stands still, how much waits for it, and that it goes on."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_firmtext.cli import firmtext as group
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import holds as verbs
from flask_firmtext.store.models import Audit, Hold, Message
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own, reading
from outbound import holds, rewrite
from rows import accepted

Cli = Callable[..., Any]
KEYS = ["id", "kind", "object", "code", "waiting", "since", "by", "next_probe", "lifted_before", "label", "meaning"]
KEYS += ["next_step"]


def put(kind: HoldKind = HoldKind.ACCOUNT, object_: str = "default", code: str = "balance") -> uuid.UUID:
    with own() as session:
        assert verbs.put(session, kind, object_, code, by="worker")
    with reading() as session:
        return session.scalars(select(Hold.id).where(Hold.lifted_at.is_(None), Hold.object == object_)).one()


def listed(cli: Cli) -> list[dict[str, Any]]:
    result = cli("holds", "list", "--json")
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout))


def test_nothing_stands_still(cli: Cli, number: Any) -> None:
    assert listed(cli) == []
    assert cli("holds", "list").stderr == "Nothing stands still.\n"


def test_a_hold_is_listed_in_the_words_of_the_pages_with_what_waits(cli: Cli, number: Any) -> None:
    accepted("Hello")
    late = accepted("Too late", contact="grace")
    rewrite(Message, Message.id == late, expires_at=firmtext.clock.now() - timedelta(seconds=1))
    put()
    (row,) = listed(cli)
    assert list(row) == KEYS
    assert (row["kind"], row["object"], row["code"], row["by"]) == ("account", "account", "balance", "worker")
    assert row["label"] == "the carrier account has no credit"
    assert row["waiting"] == 1, "what would come too late does not wait"
    assert row["next_probe"] > row["since"]
    assert row["lifted_before"] is None


@pytest.mark.parametrize(
    ("kind", "object_", "waits"),
    [(HoldKind.NUMBER, "+18335550100", 1), (HoldKind.NUMBER, "+18335550109", 0), (HoldKind.FIRM, "harbor", 1)],
)
def test_what_waits_is_counted_for_the_number_and_the_firm(
    cli: Cli, number: Any, kind: HoldKind, object_: str, waits: int
) -> None:
    accepted("Hello")
    put(kind, object_, "number")
    (row,) = listed(cli)
    assert (row["object"], row["waiting"]) == (object_, waits)


def test_a_hold_is_lifted_once_and_that_is_recorded(cli: Cli, number: Any) -> None:
    hold = put()
    result = cli("holds", "lift", str(hold), "--yes", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"lifted": [str(hold)], "skipped": []})
    assert holds() == []
    again = cli("holds", "lift", str(hold), "--yes", "--json")
    assert again.exit_code == 0, "safe to repeat"
    assert json.loads(again.stdout)["skipped"] == [{"id": str(hold), "why": "It was lifted before."}]
    with reading() as session:
        (actor,) = session.scalars(select(Audit.actor).where(Audit.action == "hold.lift"))
    assert actor.startswith("cli:")


def test_all_are_lifted_at_once(cli: Cli, number: Any) -> None:
    put()
    put(HoldKind.FIRM, "harbor", "operator")
    result = cli("holds", "lift", "--all", "--yes", "--json")
    assert (result.exit_code, len(json.loads(result.stdout)["lifted"])) == (0, 2)
    assert cli("holds", "lift", "--all", "--json").exit_code == 0, "there is nothing to confirm"


def test_a_dry_run_says_and_does_nothing(cli: Cli, number: Any) -> None:
    hold = put()
    result = cli("holds", "lift", "--all", "--dry-run", "--json")
    assert (result.exit_code, json.loads(result.stdout)["lifted"]) == (0, [str(hold)])
    assert len(holds()) == 1


def test_an_id_that_is_nothing_is_a_failure_and_stops_no_other(cli: Cli, number: Any) -> None:
    hold, nothing = put(), uuid.uuid4()
    result = cli("holds", "lift", str(nothing), str(hold), "--yes", "--json")
    assert result.exit_code == 1
    assert [one["id"] for one in json.loads(result.stdout)["skipped"]] == [str(nothing)]
    assert holds() == []


@pytest.mark.parametrize("arguments", [[], ["--yes"], ["not-an-id"], ["--all"]])
def test_wrong_usage_changes_nothing(cli: Cli, number: Any, arguments: list[str]) -> None:
    """No ids and no --all; an id that is none; off a terminal without --yes."""
    put()
    result = cli("holds", "lift", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(holds()) == 1


def test_ids_beside_all_are_wrong_usage(cli: Cli, number: Any) -> None:
    assert cli("holds", "lift", str(put()), "--all", "--yes").exit_code == 2


def test_a_hold_that_returns_at_once_says_so(cli: Cli, number: Any) -> None:
    cli("holds", "lift", str(put()), "--yes")
    put()
    (row,) = listed(cli)
    assert row["lifted_before"] is not None
    rewrite(Hold, Hold.lifted_at.is_not(None), lifted_at=firmtext.clock.now() - timedelta(hours=1))
    assert listed(cli)[0]["lifted_before"] is None, "an hour later it is another trouble"


def test_the_group_is_known(cli: Cli) -> None:
    assert "holds" in group.commands

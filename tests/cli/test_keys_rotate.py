"""``keys status`` and ``keys rotate``: what protects how much, and new keys for all of it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask_firmtext.cli import firmtext as group

from ending import ended_at
from evidence import rows
from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.ports.values import User
from flask_firmtext.store import configured, rewrapping
from flask_firmtext.store.models import Audit, Key, Message
from flask_firmtext.store.states import KeyState
from flask_firmtext.store.transactions import own
from hostapp import KEYS
from rows import accepted, verified_number
from sealed import PHOTO, contents, fill, forget_keys, named_keys

Cli = Callable[..., Any]
STAN = User("staff@summit.example", "Stan Staff", "summit")
NEW_KEK = "test2:Zm9yIHRlc3RzIG9ubHk6IGFub3RoZXIga2V5IC4uLi4="


@pytest.fixture
def full(cli: Cli) -> dict[str, Any]:
    verified_number()
    fill()
    verified_number("summit", "+18335550101")
    accepted("at summit", contact="rosa-of-summit", by=STAN)
    return contents()


def told(cli: Cli, *arguments: str, code: int = 0) -> Any:
    result = cli("keys", *arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def later(by: timedelta) -> None:
    state: Any = firmtext._get_current_object()  # type: ignore[attr-defined]
    state.clock = ShiftedClock(by)


def test_status_says_which_key_protects_how_much(cli: Cli, full: dict[str, Any]) -> None:
    found = told(cli, "status")
    [one] = found["keys"]
    assert (one["key"], one["role"], one["firms"]) == ("test1", "first", ["harbor", "summit"])
    assert one["data_keys"] == {"active": 4, "replaced": 0, "retired": 0, "destroyed": 0}
    assert one["cells"] == {"active": len(full) - 2 + 2, "replaced": 0, "retired": 0, "destroyed": 0}
    assert (one["files"], one["file_bytes"]) == (2, 2 * len(PHOTO))
    assert (found["lost_cells"], found["rotations"], found["faults"], found["next_steps"]) == (0, [], [], [])
    result = cli("keys", "status")
    assert result.stdout.split("\t")[:3] == ["test1", "first", "2"]


def test_rotate_encrypts_all_firms_anew_and_can_be_repeated(cli: Cli, full: dict[str, Any]) -> None:
    before = {firm: named_keys(firm) for firm in ("harbor", "summit")}
    done = told(cli, "rotate", "--yes")
    assert [(one["firm"], one["unreadable"], one["waiting"] > 0, one["done"]) for one in done["rotated"]] == [
        ("harbor", 0, True, False),
        ("summit", 0, True, False),
    ]
    assert contents() == full
    for firm, names in before.items():
        assert all(names[column].isdisjoint(now) for column, now in named_keys(firm).items() if now)
    assert told(cli, "status")["rotations"][0]["second_look_at"] is not None
    later(timedelta(minutes=11))
    assert all(one["done"] for one in told(cli, "rotate", "--yes")["rotated"])
    assert told(cli, "status")["keys"][0]["data_keys"]["replaced"] == 0
    assert {row.actor.partition(":")[0] for row in rows(Audit, Audit.action.like("key.%"))} == {"cli"}


#: The copy of a file that an end leaves behind goes with the sweep's tidying, and not with the next rotation.
ENDS = ("keys.beginning", "keys.renewing", "keys.writing", "keys.cells", "keys.settled", "keys.copied")


@pytest.mark.slow
@pytest.mark.fault("F10")
def test_a_rotation_that_is_ended_anywhere_loses_nothing_and_goes_on(cli: Cli, full: dict[str, Any]) -> None:
    for n, point in enumerate(ENDS):
        before = named_keys("harbor")
        with ended_at(point) as came:
            assert cli("keys", "rotate", "--yes").exit_code == 143, (point, came)
        assert (came[-1], contents()) == (point, full)
        told(cli, "rotate", "--yes")
        assert contents() == full
        kept = {column: now & before[column] for column, now in named_keys("harbor").items()}
        assert not any(kept.values()), (point, kept)
        later(timedelta(minutes=11 * (n + 1)))
        assert all(one["done"] for one in told(cli, "rotate", "--yes")["rotated"])


def test_one_firm_alone(cli: Cli, full: dict[str, Any]) -> None:
    before = named_keys("summit")
    assert [one["firm"] for one in told(cli, "rotate", "--yes", "--firm", "harbor")["rotated"]] == ["harbor"]
    assert named_keys("summit") == before
    result = cli("keys", "rotate", "--yes", "--firm", "nobody")
    assert (result.exit_code, "nothing is stored of a firm 'nobody'" in result.stderr) == (2, True)


def test_without_yes_nothing_happens_off_a_terminal(cli: Cli, full: dict[str, Any]) -> None:
    before = named_keys()
    assert cli("keys", "rotate").exit_code == 2
    assert named_keys() == before


def test_what_cannot_be_read_ends_with_1_and_is_left_as_it_is(cli: Cli, full: dict[str, Any]) -> None:
    message = accepted("lost")
    with own() as session:
        row = session.get_one(Message, message)
        row.body = damaged = row.body[:-1] + b"x"
    done = told(cli, "rotate", "--yes", code=1)
    assert [one["unreadable"] for one in done["rotated"]] == [1, 0]
    assert rows(Message, Message.id == message)[0].body == damaged
    assert "not readable, and left as it was: 1." in cli("keys", "rotate", "--yes").stderr


def test_a_firm_whose_key_is_damaged_is_left_and_the_others_go_on(cli: Cli, full: dict[str, Any]) -> None:
    with own() as session:
        session.query(Key).filter_by(firm="harbor", scope=configured.FIRM).update({"wrapped": bytes(61)})
    forget_keys()
    done = told(cli, "rotate", "--yes", code=1)
    assert [one["firm"] for one in done["rotated"]] == ["summit"]
    assert [one["id"] for one in done["skipped"]] == ["harbor"]


def with_keys(new_app: Any, value: str) -> Any:
    return new_app(FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway", FIRMTEXT_ENCRYPTION_KEYS=value)


def runner_of(app: Any, *arguments: str) -> Any:
    with app.app_context():
        return app.test_cli_runner().invoke(group, ["keys", *arguments])


def test_a_wrapping_key_is_replaced_in_four_deployments(full: dict[str, Any], new_app: Any) -> None:
    old = KEYS["FIRMTEXT_ENCRYPTION_KEYS"]
    deployed = [with_keys(new_app, value) for value in (f"{old},{NEW_KEK}", f"{NEW_KEK},{old}", NEW_KEK)]
    first = json.loads(runner_of(deployed[0], "status", "--json").stdout)
    assert [(one["key"], one["role"]) for one in first["keys"]] == [("test1", "first"), ("test2", "unused")]
    assert "a new one comes first in the list, once every process has it" in first["next_steps"][0]
    second = json.loads(runner_of(deployed[1], "status", "--json").stdout)
    assert [(one["key"], one["role"]) for one in second["keys"]] == [("test2", "first"), ("test1", "decrypts")]
    assert "`flask firmtext keys rotate` moves what is under the key test1" in second["next_steps"][0]
    too_early = runner_of(deployed[2], "status", "--json")
    assert (too_early.exit_code, json.loads(too_early.stdout)["keys"][1]["role"]) == (1, "missing")
    assert "lacks the key test1" in json.loads(too_early.stdout)["faults"][0]
    done = runner_of(deployed[1], "rotate", "--yes", "--wrapping", "--json")
    assert json.loads(done.stdout)["rewrapped"] == 2
    third = json.loads(runner_of(deployed[1], "status", "--json").stdout)
    assert [(one["key"], one["role"]) for one in third["keys"]] == [("test2", "first"), ("test1", "unused")]
    assert "Nothing is under the key test1." in third["next_steps"][0]
    assert runner_of(deployed[2], "status").exit_code == 0
    with deployed[2].app_context():
        assert contents() == full


def test_destroying_takes_the_name_again_and_yes_is_not_enough(cli: Cli, full: dict[str, Any]) -> None:
    told(cli, "rotate", "--yes")
    later(timedelta(minutes=11))
    told(cli, "rotate", "--yes")
    key = rows(Key, Key.state == KeyState.RETIRED)[0].id
    for typed in ([], ["--confirm", "other"]):
        assert cli("keys", "rotate", "--destroy", key, "--yes", *typed).exit_code == 2
        assert rows(Key, Key.state == KeyState.DESTROYED) == []
    assert told(cli, "rotate", "--destroy", key, "--confirm", key) == {"destroyed": key}
    assert [row.id for row in rows(Key, Key.state == KeyState.DESTROYED)] == [key]
    result = cli("keys", "rotate", "--destroy", "test1", "--confirm", "test1")
    assert (result.exit_code, "still in FIRMTEXT_ENCRYPTION_KEYS" in result.stderr) == (1, True)
    assert contents() == full


def test_a_key_may_stand_in_a_file(full: dict[str, Any], new_app: Any, tmp_path: Any) -> None:
    file = tmp_path / "keys"
    file.write_text(f"# rotated in May\n{NEW_KEK}\n{KEYS['FIRMTEXT_ENCRYPTION_KEYS']}\n")
    with with_keys(new_app, str(file)).app_context():
        assert rewrapping.firm_keys(None, "cli:test").done == 2
        assert contents() == full


def test_nothing_of_a_key_is_printed(cli: Cli, full: dict[str, Any]) -> None:
    said = cli("keys", "status").output + cli("keys", "rotate", "--yes").output
    for secret in (*firmtext.settings.encryption_keys.values(), *(row.wrapped for row in rows(Key))):
        assert secret.hex() not in said
    assert KEYS["FIRMTEXT_ENCRYPTION_KEYS"].partition(":")[2] not in said


@pytest.mark.slow
def test_on_a_terminal_the_name_is_asked_for(full: dict[str, Any], host_environment: dict[str, str]) -> None:
    main, end = pty.openpty()
    command = [sys.executable, "-m", "flask", "firmtext", "keys", "rotate", "--destroy", "test9"]
    asked = subprocess.Popen(command, env=host_environment, stdin=end, stdout=end, stderr=end)
    os.write(main, b"no\n")
    assert asked.wait(60) == 2
    assert b"Type its name again" in os.read(main, 10_000)


NEW_INDEX = NEW_KEK.partition(":")[2]


def test_the_index_key_is_replaced_one_step_a_run(full: dict[str, Any], new_app: Any, cli: Cli) -> None:
    assert cli("keys", "rotate", "--index", "--yes").exit_code == 2, "there is one key only"
    both = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_INDEX_KEY=f"{NEW_INDEX},{KEYS['FIRMTEXT_INDEX_KEY']}",
    )
    assert runner_of(both, "rotate", "--index").exit_code == 2
    first = runner_of(both, "rotate", "--index", "--yes")
    assert "The new index key is announced.\nRun this again after" in first.stderr
    both.extensions["firmtext"].clock = ShiftedClock(timedelta(minutes=3))
    second = json.loads(runner_of(both, "rotate", "--index", "--yes", "--json").stdout)
    assert (second["switched"], second["moved"], second["unreadable"], second["done"]) == (True, 3, {}, False)
    both.extensions["firmtext"].clock = ShiftedClock(timedelta(hours=30))
    runner_of(both, "rotate", "--index", "--yes")
    last = runner_of(both, "rotate", "--index", "--yes")
    assert "take it out of FIRMTEXT_INDEX_KEY everywhere" in last.stderr

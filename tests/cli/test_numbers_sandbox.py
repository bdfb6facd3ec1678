"""``numbers`` against the sandbox over TLS, in the process and as processes of their own that are killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask_firmtext.cli import firmtext as group

from flask_firmtext.current import firmtext
from flask_firmtext.ports.gateway import Webhooks
from ordering import number, numbers, time_passes
from servers import until

OWNED = {"+18335550100", "+18335550101"}

Cli = Callable[..., Any]


@pytest.fixture
def cli(carrier_app: Any) -> Cli:
    """The commands on the sandbox; the answer is the JSON document."""

    def run(*arguments: str, code: int = 0) -> Any:
        result = carrier_app.test_cli_runner().invoke(group, ["numbers", *arguments, "--json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    return run


@pytest.fixture
def start(host_environment: dict[str, str], carrier_app: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """``start("buy", …, FIRMTEXT_TEST_PAUSE=…)`` runs ``flask firmtext numbers …`` as a process of its own."""
    with ExitStack() as started:

        def run(*arguments: str, **environment: str) -> Any:
            process = subprocess.Popen(
                [sys.executable, "-m", "flask", "firmtext", "numbers", *arguments],
                env={**host_environment, **environment},
                cwd=tmp_path,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            started.enter_context(process)
            started.callback(process.kill)
            return process

        yield run


def bought(sandbox: Any) -> set[str]:
    return {f"+{row['msisdn']}" for row in sandbox.get("/_sandbox/numbers")} - OWNED


def test_from_the_search_to_the_release(cli: Cli, sandbox: Any) -> None:
    offered = cli("search", "--count", "3")
    assert {row["monthly_cost"] for row in offered} == {"1.25"}
    shown = cli("buy", "--count", "2", "--dry-run")
    assert bought(sandbox) == set()
    done = cli("buy", "--count", "2", "--yes")
    assert [row["number"] for row in done["bought"]] == [row["number"] for row in shown["would_buy"]]
    assert bought(sandbox) == {row["number"] for row in done["bought"]}
    assert cli("buy", "--firm", "harbor", "--yes")["bought"][0]["number"] in bought(sandbox)
    assert number("harbor").state == "verified"
    assert len(bought(sandbox)) == 2, "the firm's came from the pool"
    cli("release", number("").e164, "--yes")
    assert bought(sandbox) == {number("harbor").e164}


def test_a_number_of_the_account_is_linked_for_a_firm(cli: Cli) -> None:
    row = cli("link", "(833) 555-0100", "--firm", "harbor", "--yes")
    assert (row["firm"], row["state"]) == ("harbor", "verified")


def test_sync_mends_what_is_safe_and_then_nothing_differs(cli: Cli) -> None:
    firmtext.gateway.point(Webhooks(*(f"https://elsewhere.example/{name}" for name in ("in", "status", "answer"))))
    found = {(row["difference"], row["number"]) for row in cli("sync", code=1)}
    assert found == {("unknown_here", "+18335550100"), ("unknown_here", "+18335550101"), ("webhooks", None)}
    assert {(row["difference"], row["state"]) for row in cli("sync", "--fix", "--yes", code=1)} == {
        ("unknown_here", "stands"),
        ("webhooks", "mended"),
    }
    for number_of_nobody in sorted(OWNED):
        cli("link", number_of_nobody, "--yes")
    assert cli("sync") == []


def test_no_credit_is_the_cause_and_the_repeat_buys_what_is_missing(cli: Cli, sandbox: Any) -> None:
    fault = sandbox.fault("number_buy", "answer", status=402, times=1)
    done = cli("buy", "--count", "2", "--yes", code=1)
    assert len(done["bought"]) == 1
    assert "balance" in done["failed"][0]["why"], fault
    cli("buy", "--count", "2", "--yes")
    assert len(bought(sandbox)) == len(numbers("")) == 2


@pytest.mark.parametrize("point", ["order.buy.after", "order.link.after"])
def test_a_run_that_is_killed_is_repeated_and_buys_nothing_twice(
    start: Any, sandbox: Any, point: str, carrier_app: Any
) -> None:
    killed = start("buy", "--count", "2", "--yes", FIRMTEXT_TEST_PAUSE=f"kill:{point}")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    time_passes()
    repeated = start("buy", "--count", "2", "--yes", "--json")
    out, err = repeated.communicate(timeout=60)
    assert repeated.returncode == 0, err
    assert len(json.loads(out)["bought"]) == 2
    assert bought(sandbox) == {row.e164 for row in numbers("")}
    assert len(bought(sandbox)) == 2


@pytest.mark.slow
def test_ctrl_c_ends_with_130_and_leaves_what_can_be_gone_on_with(start: Any, sandbox: Any, carrier_app: Any) -> None:
    running = start("buy", "--firm", "harbor", "--yes", "--json", FIRMTEXT_TEST_PAUSE="order.buy.after")
    until(lambda: psutil.Process(running.pid).status() == psutil.STATUS_STOPPED, seconds=60)
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGCONT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert "Traceback" not in err
    assert "run the same command again" in err
    time_passes()
    repeated = start("buy", "--firm", "harbor", "--yes")
    repeated.communicate(timeout=60)
    assert repeated.returncode == 0
    assert bought(sandbox) == {number("harbor").e164}


def test_a_closed_pipe_is_no_stack_trace(start: Any) -> None:
    listing = start("search", "--count", "100", "--json")
    listing.stdout.close()
    _, err = listing.communicate(timeout=60)
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_json_can_be_piped_into_another_program(start: Any) -> None:
    listing = start("search", "--count", "3", "--json")
    counted = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(len(json.load(sys.stdin)))"],
        stdin=listing.stdout,
        capture_output=True,
        text=True,
        timeout=60,
    )
    listing.communicate(timeout=60)
    assert (listing.returncode, counted.stdout) == (0, "3\n")


def test_without_an_application_it_says_how_to_name_one(start: Any) -> None:
    lost = start("list", FLASK_APP="")
    out, err = lost.communicate(timeout=60)
    assert (lost.returncode, out) == (1, "")
    assert "flask" in err.lower()
    assert "Traceback" not in err

"""R11: whether an operator sees what needs one: in ``stats``, and in ``/readyz`` once a process is gone."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from flask_firmtext.cli import firmtext as commands

from .processes import SWEEP, WORKER
from .stack import Stack
from .witnesses import Tables

#: The longest that a silence may stay unseen, and a look.
SEEN_WITHIN, LOOK = 60.0, 2.0


def unshown(stack: Stack, rows: Tables) -> list[str]:
    """What the tables have and ``flask firmtext stats --json`` does not show."""
    said = stack.app.test_cli_runner().invoke(commands, ["stats", "--json"])
    try:
        return missed(json.loads(said.stdout), rows)
    except (ValueError, KeyError) as error:
        return [f"stats ended with {said.exit_code} ({error!r}): {said.output[-300:]}"]


def missed(shown: Mapping[str, Any], rows: Tables) -> list[str]:
    """What the tables have and these figures do not show."""
    out = [row for row in rows.messages.values() if row.direction == "out"]
    quarantined = {kind: sum(row.kind == kind for row in rows.quarantine) for kind in ("inbound", "status")}
    wanted = {
        "unknown": (shown["states"].get("unknown"), sum(row.state == "unknown" for row in out)),
        "failed": (shown["states"].get("failed"), sum(row.state == "failed" for row in out)),
        "holds": (len(shown["holds"]), sum(row.lifted_at is None for row in rows.holds)),
        "contradictions": (shown["contradictions"], rows.counters.get("contradiction", 0)),
        **{f"{kind} in quarantine": (shown["quarantine"].get(kind), many) for kind, many in quarantined.items()},
    }
    return [f"stats shows {has} {name}, and there are {many}" for name, (has, many) in wanted.items() if has != many]


def silences(stack: Stack) -> list[str]:
    """Stop each kind of process in turn: which silence ``/readyz`` never told. It takes minutes."""
    wrong = []
    if stack.scale.sweeps > 1:  # else the worker starts the sweep, and both go
        wrong += _silence(stack, "sweep", lambda: stack.crew.rest(SWEEP), lambda: stack.crew.back(SWEEP))
        wrong += _silence(stack, "worker", lambda: stack.crew.rest(WORKER), lambda: stack.crew.back(WORKER))
    wrong += _silence(stack, "redis", stack.valkey.stop, stack.valkey.start)
    return wrong


def _silence(stack: Stack, reason: str, stop: Callable[[], object], start: Callable[[], object]) -> list[str]:
    stop()
    try:
        limit = time.monotonic() + SEEN_WITHIN + 2 * LOOK
        while time.monotonic() < limit:
            if reason in _reasons(stack):
                return []
            time.sleep(LOOK)
        return [f"{reason} was gone for {SEEN_WITHIN:g} s, and /readyz did not say so"]
    finally:
        start()


def _reasons(stack: Stack) -> list[str]:
    with contextlib.suppress(requests.RequestException, ValueError, KeyError):
        return list(requests.get(f"{stack.web}/texting/readyz", timeout=10).json()["reasons"])
    return []

"""``flask firmtext holds …``: what stands still, and letting it go on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..messaging import held
from ..messaging import holds as verbs
from ..messaging.held import Held
from ..store.models import Hold
from ..store.states import HoldKind
from ..store.transactions import own, reading
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option

NONE = "Nothing stands still."
NO_SUCH = "There is no such hold; `flask firmtext holds list` shows those that stand."
LIFTED = "It was lifted before."


@click.group(cls=AppGroup)
def holds() -> None:
    """See what stands still, and let it go on."""


@holds.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List what stands still: why, since when, and how many texts wait. Nothing is lost meanwhile."""
    require_current(firmtext.engine)
    with reading() as session:
        rows = [_row(one) for one in held.standing(session)]
    listing(rows, as_json=as_json, nothing=NONE)


@holds.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@click.option("--all", "all_", is_flag=True, help="Every hold that stands.")
@click.option("--dry-run", is_flag=True, help="Only say what would be lifted.")
@yes_option
@json_option
def lift(ids: Sequence[uuid.UUID], all_: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Let sending go on: what waits is sent at once, the oldest first, without texts that would come too late.

    Mend the cause first; where the carrier still refuses, sending stands still again with the next text. Safe to
    repeat.
    """
    if bool(ids) == all_:
        raise click.UsageError("Name the holds to lift by their ids, or --all.")
    require_current(firmtext.engine)
    with reading() as session:
        standing = {one.id: one for one in held.standing(session)}
    wanted = [*standing] if all_ else [*dict.fromkeys(ids)]
    found = [standing[hold] for hold in wanted if hold in standing]
    for one in found:
        say(f"{_what(one)}: {one.words.label}; {_texts(one.waiting)}.")
    if found and not dry_run:
        confirm("Let sending go on?", yes=yes)
    done = _would(wanted, standing) if dry_run else _lifted(wanted, standing)
    _tell(done, dry_run=dry_run, as_json=as_json)


def _would(wanted: Sequence[uuid.UUID], standing: Mapping[uuid.UUID, Held]) -> dict[str, list[Any]]:
    absent = [hold for hold in wanted if hold not in standing]
    return {"lifted": [hold for hold in wanted if hold in standing], "skipped": _skipped(absent)}


def _lifted(wanted: Sequence[uuid.UUID], standing: Mapping[uuid.UUID, Held]) -> dict[str, list[Any]]:
    done = []
    for hold in wanted:
        if hold in standing:
            with own() as session:
                if verbs.lift(session, hold, by=actor()):
                    done.append(hold)
    return {"lifted": done, "skipped": _skipped([hold for hold in wanted if hold not in done])}


def _skipped(absent: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    with reading() as session:
        return [{"id": hold, "why": LIFTED if session.get(Hold, hold) else NO_SUCH} for hold in absent]


def _tell(done: dict[str, list[Any]], *, dry_run: bool, as_json: bool) -> None:
    """What was lifted before is as it should be; an id that is nothing is a failure."""
    if as_json:
        document(done)
    else:
        for skipped in done["skipped"]:
            say(f"{skipped['id']}: {skipped['why']}")
        count = len(done["lifted"])
        lifted = f"{count} {'hold' if count == 1 else 'holds'}"
        say(f"{lifted} would be lifted." if dry_run else f"{lifted} lifted." if count else "Nothing was changed.")
    if any(skipped["why"] == NO_SUCH for skipped in done["skipped"]):
        raise click.exceptions.Exit(1)


def _row(one: Held) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "object": one.object or "account",
        "code": one.code,
        "waiting": one.waiting,
        "since": one.since,
        "by": one.by,
        "next_probe": one.next_probe,
        "lifted_before": one.returned,
        "label": one.words.label,
        "meaning": one.words.meaning,
        "next_step": one.words.next_step,
    }


def _what(one: Held) -> str:
    return "The account" if one.kind == HoldKind.ACCOUNT else f"{one.kind.capitalize()} {one.object}"


def _texts(count: int) -> str:
    return "1 text waits" if count == 1 else f"{count} texts wait"

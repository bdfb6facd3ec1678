"""``flask firmtext keys status``: which key protects how much, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..store import ciphers, indexes, key_status, read_check
from ..store.key_status import Going, Status, Wrapping
from ..store.models import KeyCheck
from ..store.states import KeyState
from ..store.transactions import reading
from .db import require_current
from .output import document, json_option, listing, say
from .progress import progress


@click.command()
@click.option("--read", is_flag=True, help="Open every cell and every file, too, as after a restore: minutes.")
@json_option
@with_appcontext
def status(read: bool, as_json: bool) -> None:
    """Show which configured key protects how much, how far a rotation has come, and what to do next.

    Ends with 1 when something stored needs a key that is not configured, was written with another key, or, with
    --read, cannot be read.
    """
    require_current(firmtext.engine)
    with reading() as session:
        found = key_status.look(session)
    steps = [*next_steps(found), *_index_steps()]
    lost = _unreadable() if read else {}
    if as_json:
        document(_document(found, steps) | ({"unreadable": lost} if read else {}))
    else:
        listing([_line(one) for one in found.wrappings], as_json=False, nothing="There are no keys.")
        for sentence in [*found.faults, *map(_going, found.going), *steps]:
            say(sentence)
        for name, count in lost.items():
            say(f"{count} of {name} cannot be read.")
        if read and not lost:
            say("Everything that is stored can be read.")
    if found.faults or lost:
        raise click.exceptions.Exit(1)


def _unreadable() -> Mapping[str, int]:
    with progress("Opening what is stored", read_check.size()) as advance:

        def tell(count: int) -> None:
            for _ in range(count):
                advance()

        return read_check.unreadable(tell)


def _index_steps() -> Iterator[str]:
    """What the marks say of the index key."""
    with reading() as session:
        marks = {row.name: row for row in indexes.marks(session)}
    announced = marks.get(indexes.NEXT)
    if announced is not None:
        yield "A new index key is announced; `flask firmtext keys rotate --index` goes on with it."
    elif any(name.startswith(indexes.OLD) for name in marks):
        yield (
            "An old index key is still needed, for a day at least: `flask firmtext keys rotate --index` says what for. "
            "Keep it in FIRMTEXT_INDEX_KEY until then."
        )
    elif len(firmtext.settings.index_key) > 1 and _writes_first(marks):
        yield "Nothing needs the old index key any more: take it out of FIRMTEXT_INDEX_KEY everywhere."
    elif len(firmtext.settings.index_key) > 1:
        yield "A new index key is configured; `flask firmtext keys rotate --index` begins to use it."


def _writes_first(marks: Mapping[str, KeyCheck]) -> bool:
    mark = marks.get(indexes.WRITES)
    return mark is not None and mark.value == ciphers.check_value(firmtext.settings.index_key[0])


def next_steps(found: Status) -> Iterator[str]:
    """What an operator does next, in words."""
    for one in found.wrappings:
        if not one.configured:
            cure = f"Put the key {one.name} back into FIRMTEXT_ENCRYPTION_KEYS"
            yield f"{cure}; until then what is under it is not readable."
        elif one.used and not one.first:
            yield (
                f"`flask firmtext keys rotate` moves what is under the key {one.name} to the first one in the list, "
                "once every process has that one."
            )
        elif not one.used and not one.first:
            yield (
                f"Nothing is under the key {one.name}. Take it out of FIRMTEXT_ENCRYPTION_KEYS where it is an old one; "
                "a new one comes first in the list, once every process has it."
            )
    if found.lost:
        yield f"{found.lost} cells name a key that is not in the database: restore firmtext_key from a backup."


def _line(one: Wrapping) -> dict[str, Any]:
    return {
        "key": one.name,
        "role": _role(one),
        "firms": len(one.firms),
        "data_keys": sum(one.keys.values()) - one.keys[KeyState.DESTROYED],
        "cells": sum(one.cells.values()),
        "files": one.files,
        "file_bytes": one.file_bytes,
    }


def _role(one: Wrapping) -> str:
    if not one.configured:
        return "missing"
    return "first" if one.first else "decrypts" if one.used else "unused"


def _document(found: Status, steps: list[str]) -> dict[str, Any]:
    return {
        "keys": [
            _line(one) | {"data_keys": one.keys, "cells": one.cells, "firms": sorted(one.firms)}
            for one in found.wrappings
        ],
        "lost_cells": found.lost,
        "rotations": [
            {
                "firm": one.firm,
                "by": one.by,
                "started_at": one.started_at,
                "rewritten": one.done,
                "unreadable": one.unreadable,
                "second_look_at": one.second_look,
            }
            for one in found.going
        ],
        "faults": found.faults,
        "next_steps": steps,
    }


def _going(one: Going) -> str:
    whose = one.firm or "the installation"
    done = f"The keys of {whose} are being rotated since {one.started_at:%Y-%m-%d %H:%M} UTC: {one.done} encrypted anew"
    left = f", {one.unreadable} not readable and left as they are" if one.unreadable else ""
    when = "" if one.second_look is None else f"; old keys can be retired from {one.second_look:%H:%M} UTC on"
    return f"{done}{left}{when}."

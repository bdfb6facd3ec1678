"""``flask firmtext keys rotate``: new keys for what is stored, while everything goes on."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..errors import KeyUnavailable
from ..store import configured, key_queries, retiring, rewrapping, rotating
from ..store.rewrapping import Wrapped
from ..store.rotating import Rotated
from ..store.transactions import own, reading
from . import keys_index
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, on_terminal, say, yes_option
from .progress import progress

QUESTION = (
    "Every web server, worker and sweep must have the first key of FIRMTEXT_ENCRYPTION_KEYS in its own list by now. "
    "Rotate?"
)


@dataclass(slots=True)
class Done:
    """What a run has done; ``refused`` are firms of which nothing was changed, with the reason."""

    wrapped: Wrapped
    rotated: list[Rotated] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def unreadable(self) -> int:
        return len(self.wrapped.unreadable) + sum(one.unreadable for one in self.rotated)


@click.command()
@click.option("--firm", metavar="REF", help="The keys of this firm alone; the practice system's reference.")
@click.option("--wrapping", is_flag=True, help="Only wrap the firms' keys with the first configured one: seconds.")
@click.option("--index", is_flag=True, help="Replace the index key, by which numbers are found, one step a run.")
@click.option("--destroy", metavar="KEY", help="Destroy a retired key, or one that is no longer configured, for good.")
@click.option("--confirm", "typed", metavar="KEY", help="The name of the key to destroy, typed again.")
@yes_option
@json_option
@with_appcontext
def rotate(
    firm: str | None, wrapping: bool, index: bool, destroy: str | None, typed: str | None, yes: bool, as_json: bool
) -> None:
    """Encrypt everything stored anew: with the first configured key, new firm keys and new data keys.

    Nothing stops meanwhile. Interrupted or killed, it goes on when it is run again. Old keys are retired when nothing
    was under them twice, ten minutes apart: run it again then, or leave that to the sweep. What cannot be read is left
    as it is, counted, and ends this with 1.
    """
    require_current(firmtext.engine)
    if destroy is not None:
        _destroy(destroy, typed, as_json=as_json)
        return
    if typed is not None:
        raise click.UsageError("--confirm goes with --destroy.")
    if index:
        keys_index.replace(yes=yes, as_json=as_json)
        return
    confirm(QUESTION, yes=yes)
    with own() as session:
        configured.verify(session)
    done = Done(rewrapping.firm_keys(firm, actor()))
    for ref in [] if wrapping else _firms(firm):
        _rotated(ref, done)
    _tell(done, as_json=as_json)


def _firms(firm: str | None) -> Sequence[str]:
    with reading() as session:
        known = key_queries.firms(session)
    if firm is not None and firm not in known:
        raise click.BadParameter(f"nothing is stored of a firm {firm!r}.", param_hint="--firm")
    return known if firm is None else [firm]


def _rotated(ref: str, done: Done) -> None:
    with progress(f"Encrypting anew: {ref or 'the installation'}", rotating.size(ref)) as advance:

        def tell(count: int) -> None:
            for _ in range(count):
                advance()

        try:
            done.rotated.append(rotating.rotate(ref, actor(), tell))
        except KeyUnavailable as error:
            done.refused.append((ref, str(error)))


def _tell(done: Done, *, as_json: bool) -> None:
    if as_json:
        document(_document(done))
    else:
        for sentence in _sentences(done):
            say(sentence)
    if done.unreadable or done.refused:
        raise click.exceptions.Exit(1)


def _sentences(done: Done) -> list[str]:
    said = [f"Firm keys wrapped anew: {done.wrapped.done}."]
    for one in done.rotated:
        whose = one.firm or "the installation"
        said.append(f"{whose}: {one.cells} cells and {one.files} files were encrypted anew.")
        if one.unreadable:
            said.append(f"{whose}: not readable, and left as it was: {one.unreadable}.")
            said.append("`flask firmtext keys status --read` says which.")
        if one.settled.waiting:
            waiting = f"{one.settled.waiting} old keys are empty"
            said.append(f"{whose}: {waiting}; the sweep retires them in ten minutes, or run this again then.")
        if one.settled.retired:
            said.append(f"{whose}: {one.settled.retired} old keys were retired.")
    said += [f"{ref or 'the installation'} was left as it is: {why}" for ref, why in done.refused]
    return said


def _document(done: Done) -> dict[str, Any]:
    return {
        "rewrapped": done.wrapped.done,
        "unreadable_keys": done.wrapped.unreadable,
        "rotated": [
            {
                "firm": one.firm,
                "cells": one.cells,
                "files": one.files,
                "unreadable": one.unreadable,
                "retired": one.settled.retired,
                "waiting": one.settled.waiting,
                "needed": one.settled.needed,
                "done": one.done,
            }
            for one in done.rotated
        ],
        "skipped": [{"id": ref, "why": why} for ref, why in done.refused],
    }


def _destroy(key: str, typed: str | None, *, as_json: bool) -> None:
    """``--yes`` is not enough: what is under a destroyed key is lost, in every copy."""
    if typed is None:
        if not on_terminal(sys.stdin):
            raise click.UsageError(f"This cannot be undone: add --confirm {key}.")
        lost = f"What is under the key {key} is lost for good, in every copy."
        typed = click.prompt(f"{lost} Type its name again", err=True)
    if typed != key:
        raise click.UsageError("That is another name. Nothing was changed.")
    with reading() as session:
        configurable = retiring.is_configurable(session, key)
    (retiring.bury if configurable else retiring.destroy)(key, actor())
    if as_json:
        document({"destroyed": key})
    elif configurable:
        say(f"No process begins with the key {key} any more. Now destroy every copy of it that was kept.")
    else:
        say(f"The key {key} is destroyed.")

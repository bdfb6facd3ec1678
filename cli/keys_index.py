"""``flask firmtext keys rotate --index``: another key for what is found by a digest, one step a run."""

from __future__ import annotations

from typing import Any

import click

from ..current import firmtext
from ..messaging import reindexing
from ..messaging.reindexing import Reindexed
from ..store import configured
from ..store.transactions import own
from .operator import actor
from .output import confirm, document, say

QUESTION = (
    "Every web server, worker and sweep must have both index keys in its list by now: one that lacks the new one "
    "stores nothing from now on. Go on?"
)


def replace(*, yes: bool, as_json: bool) -> None:
    """Take the next step towards the first key of ``FIRMTEXT_INDEX_KEY``."""
    if len(firmtext.settings.index_key) < 2:
        raise click.UsageError("FIRMTEXT_INDEX_KEY lists one key: put the new one before it, everywhere, then go on.")
    confirm(QUESTION, yes=yes)
    with own() as session:
        configured.verify(session)
    done = reindexing.run(actor())
    if as_json:
        document(_document(done))
    else:
        for sentence in _sentences(done):
            say(sentence)
    if done.again or done.conflicts or any(not name.endswith("opt_out") for name in done.unreadable):
        raise click.exceptions.Exit(1)


def _document(done: Reindexed) -> dict[str, Any]:
    return {
        "announced": done.announced,
        "switched": done.switched,
        "moved": done.moved,
        "busy": done.again,
        "conflicts": done.conflicts,
        "unreadable": done.unreadable,
        "next_run_at": done.until,
        "done": done.done,
    }


def _sentences(done: Reindexed) -> list[str]:
    said = []
    if done.announced:
        said.append("The new index key is announced.")
    if done.switched:
        said.append("The new index key writes from now on.")
    if done.moved:
        said.append(f"{done.moved} numbers, payment links and payments were moved to it.")
    if done.marked:
        said.append(f"{done.marked} texts are searched for under it.")
    if done.again:
        said.append(f"{done.again} numbers were in use for too long; they are moved by the next run.")
    if done.conflicts:
        said.append(f"{done.conflicts} numbers are there under both keys and were left as they are.")
    for table, count in done.unreadable.items():
        said.append(f"{count} rows of {table} cannot be read and stay under the old key: keep it in the list.")
    if done.until is not None:
        said.append(f"Run this again after {done.until:%Y-%m-%d %H:%M} UTC.")
    elif not done.unreadable and not done.conflicts:
        said.append("Nothing needs the old index key any more: take it out of FIRMTEXT_INDEX_KEY everywhere.")
    return said

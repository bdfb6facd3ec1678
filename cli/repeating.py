"""``flask firmtext messages retry``: failed texts once more, where that can help."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..errors import TextRefused
from ..messaging import retrying
from ..messaging.retrying import InDoubt
from ..store import operator_queries as queries
from ..store.states import State
from ..store.transactions import shared
from . import bulk
from .db import require_current
from .filters import firm_option, moment_of, reason_option, since_option
from .firms import named
from .output import confirm, document, json_option, say, yes_option
from .rehearsing import DryRun

UNSURE = "It may already have arrived; use `flask firmtext messages resolve {} resend --reason TEXT --yes`."
#: Nothing is left to do for it.
FINE = ("tried_again",)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@reason_option
@since_option
@firm_option
@click.option("--dry-run", is_flag=True, help="Only say which would be sent again, and why others not.")
@yes_option
@json_option
@with_appcontext
def retry(
    ids: Sequence[uuid.UUID],
    reason: str | None,
    after: timedelta | datetime | None,
    firm: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Send failed texts again, as new ones: those named by their ids, or all that the options leave.

    Each once for its failure, and only where it can help: not what may have arrived, not to a client who wants no
    texts. An automatic text waits for the end of quiet hours. Safe to repeat, also after an interruption.
    """
    if not ids and reason is None and after is None and firm is None:
        raise click.UsageError("Name texts by their ids, or narrow them down by --reason, --since or --firm.")
    require_current(firmtext.engine)
    wanted = queries.Filters([State.FAILED], named(firm), reason, moment_of(after))
    found = bulk.chosen(ids, wanted)
    if not found:
        return document({"retried": [], "skipped": []}) if as_json else say("No such texts.")
    if not dry_run:
        confirm(f"Send {'1 text' if len(found) == 1 else f'{len(found)} texts'} again?", yes=yes)

    each = DryRun(found) if dry_run else partial(_again, found)
    label = "Looking at what failed" if dry_run else "Sending again"
    done = bulk.each("retried", [*found], _in_full(each), label=label, as_json=as_json)
    if dry_run:
        done.said = "would be sent again"
        say("Nothing was sent: this was a dry run.")
    done.end(as_json=as_json, fine=FINE)
    return None


def _again(found: Mapping[uuid.UUID, str | None], text: uuid.UUID) -> None:
    firm = found[text]
    if firm is None:
        bulk.nothing_there()
    with shared() as session:
        retrying.again(session, text, user=bulk.operator(firm))


def _in_full(again: Callable[[uuid.UUID], None]) -> Callable[[uuid.UUID], None]:
    """With the way on for a text of which nobody knows."""

    def told(text: uuid.UUID) -> None:
        try:
            again(text)
        except InDoubt as refusal:
            raise TextRefused(refusal.code, UNSURE.format(text)) from refusal

    return told

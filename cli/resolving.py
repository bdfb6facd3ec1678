"""``flask firmtext messages resolve``: what a person knows of texts of which nobody is sure."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..errors import TextRefused
from ..messaging import resolving
from ..messaging.resolving import Decision
from ..store import operator_queries as queries
from ..store.models import Resolution
from ..store.states import State
from ..store.transactions import own, reading, shared
from . import bulk
from .db import require_current
from .filters import firm_option, moment_of, since_option, until_option
from .firms import named
from .output import confirm, document, json_option, on_terminal, say, yes_option

#: As the row keeps the answer.
KEPT: Mapping[str, str] = {
    Decision.ARRIVED: resolving.ARRIVED.word,
    Decision.LOST: resolving.LOST.word,
    Decision.RESEND: resolving.RESENT.word,
}
QUESTIONS: Mapping[str, str] = {
    Decision.ARRIVED: "Note that {} arrived?",
    Decision.LOST: "Note that {} did not arrive?",
    Decision.RESEND: "Send {} again? The first may have arrived: the client may get it twice.",
}
DECIDED = "It is no longer in doubt: a report came, or somebody was first. `flask firmtext messages show` has it."
SAID = "That was said before."


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1, type=click.UUID)
@click.argument("answer", type=click.Choice([*map(str, Decision)]))
@click.option(
    "--reason",
    "why",
    metavar="TEXT",
    default="",
    help="How you know, or why it goes out again; colleagues read it later. Asked for at a terminal.",
)
@since_option
@until_option
@firm_option
@yes_option
@json_option
@with_appcontext
def resolve(
    ids: Sequence[uuid.UUID],
    answer: str,
    why: str,
    after: timedelta | datetime | None,
    before: timedelta | datetime | None,
    firm: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Say what became of texts of which nobody is sure: that they arrived, were lost, or are to be sent again.

    Those named by their ids, or all that have been in doubt since --since. Nothing but a report of the carrier, or a
    person like this, moves them. Each is recorded by itself with your name. Safe to repeat.
    """
    if not ids and after is None and before is None:
        raise click.UsageError("Name texts by their ids, or narrow them down by --since or --until.")
    if not why.strip() and not on_terminal(sys.stdin):
        raise click.UsageError("Say how you know, or why it is to be sent again: add --reason TEXT.")
    require_current(firmtext.engine)
    wanted = queries.Filters([State.UNKNOWN], named(firm), None, moment_of(after), moment_of(before))
    found = bulk.chosen(ids, wanted)
    if not found:
        return document({"resolved": [], "skipped": []}) if as_json else say("No such texts.")
    confirm(QUESTIONS[answer].format("1 text" if len(found) == 1 else f"{len(found)} texts"), yes=yes)
    why = why.strip() or click.prompt("How do you know?", err=True)

    def say_so(text: uuid.UUID) -> None:
        _say_so(text, found[text], answer, why)

    done = bulk.each("resolved", [*found], say_so, label="Noting", as_json=as_json)
    done.end(as_json=as_json, fine=("said_before",))
    return None


def _say_so(text: uuid.UUID, firm: str | None, answer: str, why: str) -> None:
    if firm is None:
        bulk.nothing_there()
    # The host is asked whose the number is before a text goes there once more.
    with shared() if answer == Decision.RESEND else own() as session:
        done = resolving.decide(session, text, answer, user=bulk.operator(firm), why=why)
    if done is None:
        raise _refusal(text, answer)


def _refusal(text: uuid.UUID, answer: str) -> TextRefused:
    with reading() as session:
        said = session.get(Resolution, text)
    before = said is not None and said.answer == KEPT[answer]
    return TextRefused("said_before", SAID) if before else TextRefused("decided", DECIDED)

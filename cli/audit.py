"""``flask firmtext audit …``: whether the record is what was recorded, and a copy of it for others."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..firm import audit_check, audit_export, sealing
from ..firm.audit_check import Seen
from ..firm.breaks import Break, Checked
from ..store import audit as record
from ..store import erasure_queries, seal_queries
from ..store.models import Audit, AuditSeal
from ..store.transactions import own, reading
from ..worker import ends
from .db import require_current
from .filters import moment_of, since_option
from .new_files import created
from .operator import actor
from .output import confirm, document, json_option, on_terminal, say, yes_option
from .progress import progress

INSTALLATION = "the installation"
#: Stands before the mark of a firm whose reference nobody can tell any more.
GONE = "(gone) "
HEAD = re.compile(r"(\d{1,15}):([0-9a-f]{64})")
GONE_ON = "Take the ends of these chains as they are now, and note it in the record?"


@click.group(cls=AppGroup)
def audit() -> None:
    """Check the record of who did what, and copy it."""


def seen(given: str | None) -> Seen | None:
    """A chain's end as ``verify`` prints it."""
    if given is None:
        return None
    if (found := HEAD.fullmatch(given.strip())) is None:
        raise click.BadParameter(f"{given!r} is no end of a chain: give what `audit verify` printed, like 12:5f0a….")
    return int(found[1]), found[2]


@audit.command()
@click.option("--firm", metavar="REF", help='Only this firm; "" is what belongs to no firm. Default: all.')
@click.option(
    "--head",
    metavar="N:HASH",
    callback=lambda _, __, value: seen(value),
    help="An end of the firm's chain that was printed before: the chain must still have it.",
)
@click.option("--restored", is_flag=True, help="An older backup was restored: take the ends as they are from now on.")
@yes_option
@json_option
def verify(firm: str | None, head: Seen | None, restored: bool, yes: bool, as_json: bool) -> None:
    """Check every row of the record against its seal, and say where one was changed, deleted or put in.

    Each proof of what was erased is compared with the record, too.

    Exit code 1 when anything is broken. Rows of the last minutes are not sealed yet. Keep the printed ends elsewhere,
    on paper for example: a chain that was cut off at its end is noticed by them, and by what the sweep notes in Redis
    and in a file.
    """
    if head is not None and firm is None:
        raise click.UsageError("--head is an end of one firm's chain: add --firm.")
    require_current(firmtext.engine)
    known, firms = ends.known(), [firm] if firm is not None else _firms()
    checked = [_checked(one, [*filter(None, (known.get(ends.named(one)), head))]) for one in firms]
    if firm is None:
        checked += _gone(known, firms)
    if restored:
        checked = _taken(checked, yes=yes)
    if as_json:
        document([_row(one) for one in checked])
    else:
        for one in checked:
            _tell(one)
        if not checked:
            say("Nothing is recorded yet.")
    if any(one.breaks for one in checked):
        raise click.exceptions.Exit(1)


def _firms() -> Sequence[str]:
    with reading() as session:
        recorded = seal_queries.firms(session, None, sealing.AGE + firmtext.clock.now())
        return sorted({*recorded, *seal_queries.chained(session), *erasure_queries.firms(session)})


def _gone(known: Mapping[str, Seen], firms: Sequence[str]) -> list[Checked]:
    """Chains that a witness knows and of which nothing is left but a mark that tells nobody whose they were."""
    left = known.keys() - {ends.named(firm) for firm in firms}
    why = "The whole record of a firm was there and is not: it was deleted, or an older backup was restored."
    return [Checked(f"{GONE}{mark}", breaks=[Break("end", why, known[mark][0])]) for mark in sorted(left)]


def _checked(firm: str, known: Sequence[Seen]) -> Checked:
    with reading() as session:
        total = seal_queries.count(session, firm) if on_terminal(sys.stderr) else 0
    with progress(firm or INSTALLATION, total * 2) as advance:
        return audit_check.check(firm, known, advance)


def _taken(checked: Sequence[Checked], *, yes: bool) -> list[Checked]:
    """The same, where a chain's end is the only thing that is wrong, and no longer."""
    lost = [one for one in checked if one.breaks and all(found.kind == "end" for found in one.breaks) and not one.more]
    for one in lost:
        _tell(one)
    if lost:
        confirm(GONE_ON, yes=yes)
    for one in lost:
        gone = one.firm.startswith(GONE)
        end = sealing.End() if gone else sealing.end_of(one.firm)
        with own() as session:
            row = (AuditSeal.__tablename__, str(end.n))
            told = {"was": str(one.breaks[0].seal), "became": end.hash.hex()}
            record.record(session, "audit.restore", row, firm="" if gone else one.firm, actor=actor(), **told)
        ends.take(one.firm.removeprefix(GONE) if gone else ends.named(one.firm), end)
        one.breaks.clear()
    return [*checked]


def _row(one: Checked) -> Mapping[str, Any]:
    return {
        "firm": one.firm,
        "whole": not one.breaks,
        "rows": one.rows,
        "seals": one.seals,
        "head": one.head,
        "late": one.late,
        "waiting": one.waiting,
        "overdue": one.overdue,
        "proofs": one.proofs,
        "breaks": [_break(found) for found in one.breaks],
        "more_breaks": one.more,
    }


def _break(found: Break) -> Mapping[str, Any]:
    return {"kind": found.kind, "seal": found.seal, "row": found.row, "at": found.at, "why": found.why}


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _tell(one: Checked) -> None:
    whose, verdict = one.firm or INSTALLATION, "BROKEN" if one.breaks else "whole"
    sealed = f"{_many(one.rows, 'row')} in {_many(one.seals, 'seal')}" if one.seals else "no row is sealed"
    say(f"{whose}: {verdict}; {sealed}; {one.waiting} too young to be sealed.")
    if one.overdue:
        say(f"  {one.overdue} of them should be sealed by now: is the sweep running?")
    if one.proofs:
        say(f"  {_many(one.proofs, 'proof')} of what was erased.")
    if one.late:
        say(f"  {one.late} came when later ones were sealed already: a slow transaction, or a clock that was behind.")
    if one.head:
        say(f"  Its end, to keep elsewhere: {one.head}")
    for found in one.breaks:
        say(f"  {found.why}" + (f" Its time is {found.at:%Y-%m-%d %H:%M:%S}Z." if found.at else ""))
    if one.more:
        say(f"  {one.more} more are broken.")


def _must_have_one(firm: str) -> None:
    """Whoever has left the practice system still has a record; a slip of the pen begins none."""
    with reading() as session:
        if not seal_queries.page_of(session, firm, None, size=1):
            raise click.BadParameter(f"nothing is recorded of a firm {firm!r}.", param_hint="--firm")


@audit.command()
@click.option("--firm", metavar="REF", required=True, help='Of this firm; "" is what belongs to no firm.')
@since_option
@click.option(
    "--format", "form", type=click.Choice(audit_export.FORMATS), default=audit_export.LINES, help="Default: jsonl."
)
@click.option(
    "--out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="A new file. Default: stdout."
)
def export(firm: str, after: timedelta | datetime | None, form: str, out: Path | None) -> None:
    """Copy a firm's record, the oldest row first. Noted in the record.

    JSON Lines hold the seals, too, so that others can check the rows. CSV is for spreadsheets: what they would take for
    a formula begins with an apostrophe.
    """
    require_current(firmtext.engine)
    _must_have_one(firm)
    moment = moment_of(after)
    with own() as session:
        since = f" since {moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
        record.record(
            session, "audit.export", (Audit.__tablename__, firm), firm=firm, actor=actor(), evidence=f"{form}{since}"
        )
    pieces = audit_export.export(firm, form, moment)
    if out is None:
        for piece in pieces:
            click.echo(piece, nl=False)
        return
    with created(out) as file:
        file.writelines(pieces)
    say(f"Written to {out}.")

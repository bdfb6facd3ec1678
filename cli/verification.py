"""``flask firmtext numbers verification …``: a number's registration with the carriers, without which none sends."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import FormRefused
from ..firm import registration
from ..firm import verification as verifying
from ..firm.registration import Form
from ..firm.registration_fields import FIELDS
from ..ports import promises
from ..ports.values import Firm
from ..store import audit, firm_queries, queries
from ..store.models import Number, Registration
from ..store.states import NumberState
from ..store.transactions import own, reading
from .arguments import number_argument
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, say, single, yes_option

STATES = [state.value for state in verifying.BEFORE]


@click.group(cls=AppGroup)
def verification() -> None:
    """See, export and record the registration with the carriers."""


@verification.command()
@number_argument
@json_option
def show(number: str, as_json: bool) -> None:
    """Show where a number stands, and what its registration still needs."""
    row, form = _found(number)
    standing, faults, doubts = _standing(row, form), _faults(form), _doubts(form)
    if as_json:
        document({**standing, "faults": faults, "doubts": doubts})
        return
    single(standing, as_json=False)
    for fault in faults:
        click.echo(f"{fault['label']}: {fault['cure']}")
    for doubt in doubts:
        click.echo(f"{doubt['label']}: may be refused. {doubt['cure']}")


@verification.command()
@number_argument
@click.option(
    "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file."
)
@json_option
def export(number: str, output: Path | None, as_json: bool) -> None:
    """Print a number's registration as JSON, ready to submit to the carrier. Noted in the audit."""
    row, form = _found(number)
    ready = _ready(form, row)
    with own() as session:
        table = (Registration.__tablename__, row.firm)
        audit.record(session, "registration.export", table, firm=row.firm, actor=actor())
    if output is None or str(output) == "-":
        document(ready)
        return
    _write(output, ready)
    say(f"Written to {output}. It names people: delete it once it is submitted.")
    if as_json:
        document({"number": row.e164, "output": str(output)})


@verification.command("set")
@number_argument
@click.argument("state", type=click.Choice(STATES))
@click.option(
    "--why",
    metavar="TEXT",
    callback=lambda _, __, value: (value or "").strip() or None,
    help="What the carriers named as the reason. The firm reads it; leave out names: it is not encrypted.",
)
@yes_option
@json_option
def set_state(number: str, state: str, why: str | None, yes: bool, as_json: bool) -> None:
    """Record what the carriers said of a number. Only a verified one sends. Safe to repeat."""
    became = NumberState(state)
    _refuse_reason(became, why)
    require_current(firmtext.engine)
    with reading() as session:
        row = _row(session, number)
    if (row.state, row.why) != (became, why):
        confirm(f"Record {row.e164} of {row.firm or 'the pool'} as {state}? It is {row.state}.", yes=yes)
    with own() as session:
        changed = verifying.set_state(session, row.id, became, by=actor(), why=why)
        row = session.get_one(Number, row.id, populate_existing=True)
    single({**_named(row), "changed": changed}, as_json=as_json)


def _refuse_reason(state: NumberState, why: str | None) -> None:
    try:
        verifying.check(state, why)
    except FormRefused as refused:
        raise click.UsageError(f"--why: {refused}") from refused


def _found(number: str) -> tuple[Number, Form | None]:
    """A number with its firm's form; without one when it is in the pool."""
    require_current(firmtext.engine)
    with reading() as session:
        row = _row(session, number)
        return row, None if row.firm == firm_queries.POOL else registration.filled(session, _firm(row.firm))


def _row(session: Session, number: str) -> Number:
    row = queries.number_by_e164(session, number)
    if row is None:
        raise click.ClickException(f"{number} is no number of ours.")
    return row


def _firm(ref: str) -> Firm:
    firm = promises.firm("get", firmtext.host.firms.get(ref))
    if firm is None:
        raise click.ClickException(f"The practice system knows no firm {ref}.")
    return firm


def _named(row: Number) -> dict[str, Any]:
    return {"number": row.e164, "firm": row.firm or None, "state": row.state, "why": row.why}


def _standing(row: Number, form: Form | None) -> dict[str, Any]:
    if form is None:
        return {**_named(row), "ready": False, "saved_at": None, "saved_by": None}
    ready = not form.faults and not form.unreadable
    return {**_named(row), "ready": ready, "saved_at": form.saved_at, "saved_by": form.saved_by}


def _faults(form: Form | None) -> list[dict[str, str]]:
    return [_field(name, sentence) for name, sentence in form.faults.items()] if form else []


def _doubts(form: Form | None) -> list[dict[str, str]]:
    return [{**_field(doubt.field, doubt.sentence), "reason": doubt.reason} for doubt in form.doubts] if form else []


def _field(name: str, sentence: str) -> dict[str, str]:
    return {"field": name, "label": FIELDS[name].label, "cure": sentence}


def _ready(form: Form | None, row: Number) -> dict[str, Any]:
    """:raises click.ClickException: what is missing, a line a field, each with its cure."""
    if form is None:
        raise click.ClickException(f"{row.e164} is in the pool: its registration is the firm's that will get it.")
    if form.unreadable:
        raise click.ClickException("What the firm has filled in cannot be decrypted: `flask firmtext doctor` says why.")
    try:
        return registration.export(form.values, row.e164)
    except FormRefused as refused:
        raise click.ClickException(_told(list(refused.faults.items()))) from refused


def _told(faults: Sequence[tuple[str, str]]) -> str:
    lines = [f"  {FIELDS[name].label}: {sentence}" for name, sentence in faults]
    return "\n".join(["It cannot be submitted yet. An administrator of the firm completes the form:", *lines])


def _write(path: Path, content: object) -> None:
    """A new file is for its owner's eyes only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2) + "\n")
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from error

"""The command: every check in turn, one line a finding."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

import click
from flask import Flask

from ..output import document, json_option, printable
from .adapter import adapter
from .application import load, renamed, settings_of, surroundings
from .autogenerate import migrations
from .carrier import carrier, holds, verification
from .clock import clock
from .database import database, journal
from .failures import failures
from .finding import Finding, Level, without_secrets, wrong
from .frame import frame, policy
from .hook_secrets import signed
from .metrics import metrics
from .numbers import numbers
from .outgoing import outgoing
from .patience import examined
from .processes import bell, senders
from .protection import protection
from .reach import application, reach
from .webhooks import address, quarantine, refused
from .witness import witness

Check = Callable[[], Iterable[Finding]]

_COLOURS = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "red"}


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Look for what is wrong here and say how to mend it. Works without a loadable application."""
    app, found = load()
    config = app.config if app else {}
    found += [*renamed({**os.environ, **config}), *examine(app)]
    findings = [without_secrets(finding, config) for finding in found]
    if as_json:
        document([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    if any(finding.level is Level.ERROR for finding in findings):
        raise click.exceptions.Exit(1)


def examine(app: Flask | None) -> Iterator[Finding]:
    """All findings; what cannot be looked at because something before it is broken is left out."""
    yield from settings_of(app)
    if app is None:
        return
    with app.app_context():
        state = app.extensions["firmtext"]
        configured = not getattr(state, "faults", ())
        yield from surroundings(app)
        stored = list(_tried(app, "database", lambda: database(state.db.engine)))
        yield from stored
        if not configured:
            return
        reachable: list[Check] = [protection, senders, holds, witness, failures]
        reachable += [signed, refused, quarantine, numbers, outgoing, clock, policy, adapter]
        if any(finding.level is Level.ERROR for finding in stored):
            reachable = []
        outside: list[Check] = [address, application, reach, verification, carrier]
        for check in [journal, migrations, bell, frame, metrics, *reachable, *outside]:
            yield from _tried(app, check.__name__, check)


def _tried(app: Flask, name: str, check: Check) -> Iterator[Finding]:
    """A check that breaks or hangs is a finding, too, and stops no other."""

    def look() -> Iterator[Finding]:
        with app.app_context():  # its own: what hangs keeps the host's session to itself
            yield from check()

    try:
        yield from examined(name, look)
    except (Exception, SystemExit) as error:  # a host's code may end the process that it takes for its own
        yield wrong(name, f"The check itself failed: {type(error).__name__}: {error}", "Please report it.")


def _show(finding: Finding) -> None:
    level = click.style(f"{finding.level.value:<8}", fg=_COLOURS[finding.level])
    line = f"{finding.id:<20} {printable(finding.seen, keep='')} {printable(finding.cure, keep='')}".rstrip()
    click.echo(f"{level}{line}")

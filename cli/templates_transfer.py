"""``templates export`` and ``templates import``: what operators have set, from one installation to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..firm import templates as verbs
from ..firm.templates_check import check, clean
from ..firm.templates_syntax import Fault
from ..firm.templates_words import LANGUAGES, Kind
from ..store.keys import INSTALLATION
from ..store.transactions import own, reading
from .db import require_current
from .files import named, text_of
from .firms import known
from .operator import actor
from .output import confirm, document, json_option, printable, say, yes_option
from .templates_rows import KINDS, key, ref_of, told, words_for

NAMES = ("kind", "language", "firm", "body")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One template of an export. An import writes them in one order, so that two do not wait for each other."""

    firm: str
    kind: Kind
    language: str
    body: str

    @property
    def key(self) -> dict[str, Any]:
        return key(self.kind, self.language, self.firm)


@click.command()
@click.option("--firm", metavar="REF", help="Only what was set for this firm. Default: everything.")
@json_option
@with_appcontext
def export(firm: str | None, as_json: bool) -> None:
    """Print what was set, as one JSON document for import. It has the form of --json without it, too."""
    ref = None if firm is None else ref_of(firm)
    require_current(firmtext.engine)
    with reading() as session:
        written = verbs.written(session)
    document([
        {**key(one.kind, one.language, whose), "body": one.body} for whose, one in written if ref in (None, whose)
    ])  # fmt: skip


@click.command("import")
@click.argument("file", metavar="FILE|-")
@click.option("--dry-run", is_flag=True, help="Only say what would be set.")
@yes_option
@json_option
@with_appcontext
def import_(file: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Set everything in an export: all of it, or nothing when one template is unfit. Safe to repeat.

    What was set here and is not in FILE stays.
    """
    entries, faults = _read(_array(file))
    if faults:
        _refuse(file, faults, as_json=as_json)
    require_current(firmtext.engine)
    with reading() as session:
        before = {(ref, one.kind, one.language): one.body for ref, one in verbs.written(session)}
    new = [one for one in entries if before.get((one.firm, one.kind, one.language)) != one.body]
    if new and not dry_run:
        confirm(f"Set {len(new)} of {len(entries)} templates?", yes=yes)
        with own() as session:
            new = [one for one in new if _set(session, one)]
    for one in new:
        say(f"{'Would set' if dry_run else 'Set'} {words_for(one.kind, one.language, one.firm)}.")
    say(f"{len(new)} {'to set' if dry_run else 'set'}, {len(entries) - len(new)} as they were.")
    if as_json:
        skipped = [{**one.key, "why": "set already"} for one in entries if one not in new]
        document({"set": [one.key for one in new], "skipped": skipped, "faults": []})


def _set(session: Any, one: Entry) -> bool:
    return verbs.change(session, one.firm, one.kind, one.language, one.body, by=actor())


def _array(file: str) -> list[Any]:
    try:
        content = json.loads(text_of(file))
    except json.JSONDecodeError as error:
        raise click.ClickException(
            f"{named(file)} is no JSON, line {error.lineno}: {error.msg}. `flask firmtext templates export` writes it."
        ) from error
    except RecursionError as error:
        raise click.ClickException(f"{named(file)} is nested too deeply to be an export.") from error
    if not isinstance(content, list):
        raise click.ClickException(f"{named(file)} holds no array of templates, as export writes it.")
    return content


def _read(content: list[Any]) -> tuple[list[Entry], list[dict[str, Any]]]:
    """The templates of an export in the order of writing, and what is wrong, each with its place in the export."""
    entries: dict[tuple[str, Kind, str], Entry] = {}
    faults: list[dict[str, Any]] = []
    exists = cache(_exists)
    for place, given in enumerate(content, 1):
        if reason := _misshapen(given):
            faults.append({"entry": place, "kind": None, "language": None, "firm": None, **told(Fault(1, reason))})
            continue
        one = Entry(given["firm"] or INSTALLATION, Kind(given["kind"]), given["language"], clean(given["body"]))
        wrong = [*_misplaced(one, entries, exists), *check(one.body, one.kind, one.language)]
        faults += [{"entry": place, **one.key, **told(fault)} for fault in wrong]
        entries[one.firm, one.kind, one.language] = one
    return sorted(entries.values()), faults


def _misshapen(given: Any) -> str | None:
    """Why this is no template of an export; None when it is."""
    if not isinstance(given, dict) or set(given) != set(NAMES):
        return f"A template of an export has {', '.join(NAMES)} and nothing else."
    if given["kind"] not in KINDS:
        return f"kind is one of {', '.join(KINDS)}."
    if given["language"] not in LANGUAGES:
        return f"language is one of {', '.join(LANGUAGES)}."
    if not isinstance(given["body"], str):
        return "body is a string."
    if given["firm"] is not None and (not isinstance(given["firm"], str) or not given["firm"]):
        return "firm is the practice system's reference, or null for all firms."
    return None


def _misplaced(one: Entry, before: Container[object], exists: Callable[[str], bool]) -> Iterator[Fault]:
    if (one.firm, one.kind, one.language) in before:
        yield Fault(1, "The same template comes twice.")
    if not exists(one.firm):
        yield Fault(1, f"The practice system knows no firm {one.firm!r}.")


def _exists(firm: str) -> bool:
    try:
        return firm == INSTALLATION or known(firm).ref == firm
    except click.BadParameter:
        return False


def _refuse(file: str, faults: Sequence[Mapping[str, Any]], *, as_json: bool) -> NoReturn:
    if as_json:
        document({"set": [], "skipped": [], "faults": faults})
    lines = [f"  template {one['entry']}, line {one['line']}: {one['reason']}" for one in faults]
    raise click.ClickException(printable("\n".join([f"Nothing was set. {named(file)} has faults:", *lines])))

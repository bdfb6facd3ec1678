"""``flask firmtext templates …``: the words of automatic texts."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from ..current import firmtext
from ..firm import details
from ..firm import templates as verbs
from ..firm.templates_check import check, clean, longest_segments
from ..firm.templates_words import FALLBACK, LANGUAGES, Kind
from ..ports.values import Firm
from ..store import template_queries
from ..store.keys import INSTALLATION
from ..store.models import Texting
from ..store.transactions import own, reading
from .db import require_current
from .files import named, text_of
from .firms import known
from .operator import actor
from .output import confirm, document, json_option, listing, printable, say, yes_option
from .templates_rows import KINDS, WHOSE, faulty, key, ref_of, row_of, told, words_for
from .templates_transfer import export, import_

kind_argument = click.argument("kind", type=click.Choice(KINDS), callback=lambda _, __, v: Kind(v))
language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), default=FALLBACK, help=f"In which language. Default: {FALLBACK}."
)
firm_option = click.option(
    "--firm", metavar="REF", help="For this firm only: the practice system's reference. Default: for all firms."
)


@click.group(cls=AppGroup)
def templates() -> None:
    """See and change the words of automatic texts.

    docs/templates.md has the syntax and the rules.
    """


templates.add_command(export)
templates.add_command(import_)


@templates.command("list")
@firm_option
@json_option
def list_(firm: str | None, as_json: bool) -> None:
    """List whose words are in force: for all firms and those that have their own, or for one firm."""
    ref = ref_of(firm)
    require_current(firmtext.engine)
    with reading() as session:
        rows = [row_of(ref, wording) for wording in verbs.in_force(session, ref).values()]
        if ref == INSTALLATION:
            rows += [row_of(whose, wording) for whose, wording in verbs.written(session) if whose != INSTALLATION]
    listing(rows, as_json=as_json, nothing="There are no templates.")


@templates.command()
@kind_argument
@language_option
@firm_option
@json_option
def show(kind: Kind, language: str, firm: str | None, as_json: bool) -> None:
    """Print the words in force, and with --firm what a client would read."""
    of = known(firm) if firm is not None else None
    ref = of.ref if of else INSTALLATION
    require_current(firmtext.engine)
    with reading() as session:
        wording = verbs.words(session, kind, language, ref)
        preview = _preview(session, of, kind, language) if of else None
    if as_json:
        document({**row_of(ref, wording), "body": wording.body, "preview": preview})
        return
    say(WHOSE[wording.source])
    click.echo(printable(wording.body))
    if preview is not None:
        say(f"A client would read:\n{preview}")


def _preview(session: Session, firm: Firm, kind: Kind, language: str) -> str:
    row = session.get(Texting, firm.ref)
    return verbs.preview(session, firm, details.of(session, row) if row else details.Details(), kind, language)


@templates.command("set")
@kind_argument
@click.argument("file", metavar="FILE|-")
@language_option
@firm_option
@yes_option
@json_option
def set_(kind: Kind, file: str, language: str, firm: str | None, yes: bool, as_json: bool) -> None:
    """Use the words in FILE from now on, if they pass the check. Safe to repeat."""
    ref, body = ref_of(firm), clean(text_of(file))
    if faults := check(body, kind, language):
        if as_json:
            document({**key(kind, language, ref), "changed": False, "faults": list(map(told, faults))})
        raise click.ClickException(faulty(named(file), faults))
    require_current(firmtext.engine)
    with reading() as session:
        before = template_queries.one(session, ref, kind, language)
    changed = before is None or before.body != body
    if changed:
        confirm(f"Use these words for {words_for(kind, language, ref)}?", yes=yes)
        with own() as session:
            changed = verbs.change(session, ref, kind, language, body, by=actor())
    said = f"In force now for {words_for(kind, language, ref)}."
    say(said if changed else "These words were set already: nothing was changed.")
    if as_json:
        document({**key(kind, language, ref), "changed": changed, "segments": longest_segments(body, language)})


@templates.command()
@kind_argument
@language_option
@firm_option
@yes_option
@json_option
def reset(kind: Kind, language: str, firm: str | None, yes: bool, as_json: bool) -> None:
    """Take back what was set: a firm gets what all firms have, and all firms get ours. Safe to repeat."""
    ref = ref_of(firm)
    require_current(firmtext.engine)
    with reading() as session:
        changed = template_queries.one(session, ref, kind, language) is not None
    if changed:
        confirm(f"Take back the words for {words_for(kind, language, ref)}?", yes=yes)
        with own() as session:
            changed = verbs.reset(session, ref, kind, language, by=actor())
    say("Taken back." if changed else "Nothing was set: nothing was changed.")
    if as_json:
        document({**key(kind, language, ref), "changed": changed})


@templates.command("check")
@click.argument("kind", metavar="[KIND", type=click.Choice(KINDS), required=False)
@click.argument("file", metavar="FILE|-]", required=False)
@language_option
@json_option
def check_(kind: str | None, file: str | None, language: str, as_json: bool) -> None:
    """Check the words in FILE without using them; without arguments, all that were set."""
    if kind is None:
        require_current(firmtext.engine)
        with reading() as session:
            bodies = [(whose, one.kind, one.language, one.body) for whose, one in verbs.written(session)]
    elif file is None:
        raise click.UsageError("Name the file to check as well, or - for stdin.")
    else:
        bodies = [(INSTALLATION, Kind(kind), language, clean(text_of(file)))]
    rows = [{**key(of, into, ref), **told(fault)} for ref, of, into, body in bodies for fault in check(body, of, into)]
    listing(rows, as_json=as_json, nothing="Nothing is wrong.")
    if rows:
        raise click.exceptions.Exit(1)

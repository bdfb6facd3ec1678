"""How results are shown: one JSON document, or a table for people; a client's text never controls the terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any, TextIO
from uuid import UUID

import click
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

#: One document on stdout and nothing else; people's words go to stderr.
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout, nothing else.")

Row = Mapping[str, Any]


class Unreadable(Enum):
    """What stands where a cell cannot be decrypted: words for people, ``null`` in JSON."""

    CELL = None

    def __str__(self) -> str:
        return "(not readable)"


def say(sentence: str) -> None:
    """Words for a person, on stderr."""
    click.echo(printable(sentence), err=True)


def listing(rows: Sequence[Row], *, as_json: bool, nothing: str) -> None:
    """Many things: an array of objects, or a table, or the sentence that there is nothing."""
    if as_json:
        document(rows)
    elif not rows:
        say(nothing)
    elif on_terminal(sys.stdout):
        _table(rows)
    else:
        for row in rows:
            click.echo("\t".join(_plain(value) for value in row.values()))


def single(row: Row, *, as_json: bool) -> None:
    """One thing: an object, or a line for each of its values; things inside it follow, moved to the right."""
    if as_json:
        document(row)
    else:
        _lines(row)


def _lines(row: Row, indent: str = "") -> None:
    width = max(map(len, row), default=0)
    for name, value in row.items():
        if isinstance(value, list | Mapping) and value:
            click.echo(f"{indent}{name}")
            _blocks([value] if isinstance(value, Mapping) else value, f"{indent}  ")
        else:
            click.echo(f"{indent}{name:<{width}}  {_plain(None if value == [] else value)}")


def _blocks(rows: Sequence[Row], indent: str = "") -> None:
    for place, row in enumerate(rows):
        if place:
            click.echo()
        _lines(row, indent)


def document(content: object) -> None:
    """One JSON document on stdout. Times are ISO 8601 UTC; control characters are escaped by JSON itself."""
    click.echo(json.dumps(content, default=_as_json, indent=2))


def printable(text: str, *, keep: str = "\n") -> str:
    """``text`` with every control and bidirectional override character written out, as ``\\x1b``."""
    return "".join(char if char in keep or not _controls(char) else _escape(char) for char in text)


def _controls(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and char not in _JOINERS


#: Emoji and several scripts need these; they move nothing on a terminal.
_JOINERS = "\u200c\u200d"


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _plain(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, datetime):
        return iso(value)
    return printable(str(value), keep="")


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def iso(moment: datetime) -> str:
    """A moment as ISO 8601 UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _table(rows: Sequence[Row]) -> None:
    """Columns in which nothing stands are left out, sentences wrap; an id that is cut is of no use to anybody."""
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    for name in shown:
        wraps = any(" " in _plain(row[name]) for row in rows)
        table.add_column(name, overflow="fold", no_wrap=not wraps)
    for row in rows:
        table.add_row(*(Text(_plain(row[name])) for name in shown))
    if Measurement.get(console, console.options.update(width=10_000), table).minimum > console.width:
        _blocks(rows)
    else:
        console.print(table)


def on_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits there; a process started with this stream closed has none."""
    return stream is not None and stream.isatty()


def confirm(question: str, *, yes: bool) -> None:
    """Ask before the world is changed; ``--yes`` answers.

    :raises click.UsageError: nobody can be asked and ``--yes`` is absent.
    :raises click.ClickException: the answer was no.
    """
    if yes:
        return
    if not on_terminal(sys.stdin):
        raise click.UsageError("This changes data and nobody can be asked here: add --yes.")
    if not click.confirm(question, err=True):
        raise click.ClickException("Nothing was changed.")


yes_option: Callable[[Any], Any] = click.option("--yes", is_flag=True, help="Do it without asking.")

"""The record in a form that others can keep and check: as a stream, whatever its length.

JSON Lines are exact and hold the seals, so that somebody without our keys can check row by row (docs/audit.md). CSV is
for spreadsheets: what one would take for a formula begins with an apostrophe there.
"""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ..store import seal_queries, seals
from ..store.models import Audit, AuditSeal
from ..store.transactions import reading

CSV, LINES = "csv", "jsonl"
FORMATS = (CSV, LINES)
MEDIA_TYPES = {CSV: "text/csv; charset=utf-8", LINES: "application/x-ndjson"}
#: Rows that are read at once.
PAGE = 1000
MOST = 2**62
NAMES = (*(column.key for column in seals.COLUMNS), "seal", "digest")
#: How a spreadsheet's formula may begin, in the writing of every country.
FORMULA = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Row = Mapping[str, Any]
Choose = Callable[[Session, Sequence[Any]], Sequence[Any]]


def export(firm: str, form: str, since: datetime | None = None) -> Iterator[str]:
    """A firm's record from a time on, the oldest row first, in pieces of text."""
    where = [] if since is None else [Audit.at >= since]
    yield from rows(firm, form, where, lambda session, page: page)
    if form == LINES:
        yield from links(firm, since)


def rows(firm: str, form: str, where: Sequence[Any], choose: Choose) -> Iterator[str]:
    """The rows of which ``choose`` lets through what may be seen. Nobody's connection waits for whoever reads this."""
    if form == CSV:
        yield _csv([NAMES])
    after = None
    while True:
        with reading() as session:
            page = seal_queries.page_of(session, firm, after, *where, size=PAGE)
            if not page:
                return
            held = seal_queries.sealed_in(session, firm, page)
            told = [_row(row, held.get(row.id)) for row in choose(session, page)]
        after = (page[-1].at, page[-1].id)
        if form == CSV:
            yield _csv([_guarded(value) for value in row.values()] for row in told)
        else:
            yield "".join(_line({"type": "row", **row}) for row in told)


def links(firm: str, since: datetime | None = None) -> Iterator[str]:
    """The seals of a firm, those of rows since then, as JSON Lines."""
    after = 0
    while True:
        with reading() as session:
            some = seal_queries.chain(session, firm, after, MOST, limit=10)
            if not some:
                return
            told = "".join(_line(_link(link)) for link in some if since is None or link.last_at >= since)
        after = some[-1].n
        yield told


def _row(row: Any, seal: int | None) -> Row:
    told = {column.key: getattr(row, column.key) for column in seals.COLUMNS}
    return {**told, "id": str(row.id), "at": seals.written(row.at), "seal": seal, "digest": seals.digest(row).hex()}


def _link(link: AuditSeal) -> Row:
    times = {name: seals.written(getattr(link, name)) for name in ("at", "first_at", "last_at")}
    bytes_ = {name: bytes(getattr(link, name)).hex() for name in ("previous", "hash", "mac")}
    named = {"type": "seal", "firm": link.firm, "n": link.n, **times, "count": link.count, "key_id": link.key_id}
    return {**named, **bytes_, "members": base64.b64encode(link.members).decode()}


def _line(row: Row) -> str:
    # Control characters and separators of lines are escaped by JSON: one line is one row.
    return json.dumps(row) + "\n"


def _guarded(value: object) -> str:
    told = "" if value is None else str(value)
    text = "".join(one if one.isprintable() else f"\\x{ord(one):02x}" for one in told)
    return f"'{text}" if told.lstrip().startswith(FORMULA) else text


def _csv(rows: Iterable[Iterable[object]]) -> str:
    page = io.StringIO()
    csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return page.getvalue()

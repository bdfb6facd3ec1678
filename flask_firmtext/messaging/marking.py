"""Texts become searchable: beside everything else, never in the transaction that accepts, sends or receives one.

A walk goes through a firm's texts in the order in which they were made, some at a time, and marks those that are not
marked under the index key that writes. It can end at any moment and two may go at once: a text has one row, and whose
row is there first has marked it. What was erased keeps its row, without marks, and is never marked again.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session, scoped_session

from .. import points
from ..current import firmtext
from ..store import ciphers, indexes, search_queries
from ..store.models import Message, SearchMark, SearchProgress, SearchText
from ..store.portions import portions
from ..store.search_queries import ERASED
from ..store.transactions import own, reading
from ..store.upsert import insert_once, insert_or_update
from . import word_marks
from .shown import read_bodies

Sessions = Session | scoped_session[Any]
Tell = Callable[[int], object]

#: So many in one transaction: on SQLite nobody else writes meanwhile.
AT_ONCE = 25
#: So many are looked at together, for those that are not marked.
LOOKED_AT = 500
#: The stamp of a text: milliseconds since then, and a lot of so many bits.
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
LOT, MOST = 22, 2**41 - 1
#: Nobody's transaction is longer; what a longer one has written is found by a walk further back.
LATE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Marked:
    """What is to be stored of a text."""

    message: uuid.UUID
    conversation: uuid.UUID
    shown_at: datetime
    marks: Sequence[int] = field(repr=False)


def key_id(index_key: bytes) -> int:
    """What stands beside marks for the index key that made them."""
    return int.from_bytes(ciphers.check_value(index_key)[:8], "big", signed=True) or 1


def walk(firm: str, back: timedelta | None = LATE, tell: Tell = lambda count: None) -> int:
    """Mark what is not marked yet: everything the first time under a key or when ``back`` is None, else what was made
    since and ``back`` before that. Returns how many texts were marked; ``tell`` may raise to end it."""
    with reading() as session:
        key, standing = indexes.writing(session), search_queries.progress(session, firm)
    if standing is None or standing.key != key_id(key):
        standing = _begun(firm, key)
    marked = 0
    if standing.walked_at is None or back is None:
        # What has just come is not to wait for all that came before it.
        marked += _batches(_Walk(firm, key, firmtext.clock.now() - LATE, None, tell))
        since = None if standing.until is None or back is None else standing.until - LATE
        marked += _batches(_Walk(firm, key, since, standing.until, tell))
        _note(firm, key, walked_at=firmtext.clock.now())
        return marked
    since = None if standing.until is None else standing.until - back
    return _batches(_Walk(firm, key, since, standing.until, tell))


def forget(session: Sessions, firm: str, messages: Collection[uuid.UUID]) -> None:
    """The words of these texts are erased, in the caller's transaction: nothing is found by them any more, and whoever
    is marking one of them at this moment is waited for, or marks nothing."""
    for some in portions(messages):
        known = search_queries.of_texts(session, firm, some)
        for message in set(some) - known.keys():
            _reserved(session, firm, message)
        for row in search_queries.of_texts(session, firm, some).values():
            _take_back(session, row.stamp, row.marks)
            erased = update(SearchText).where(SearchText.stamp == row.stamp, SearchText.firm == firm)
            session.execute(erased.values(key=ERASED, marks=b"").execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Through the texts of a firm that were made ``since``; ``until`` is how far it was walked before, which is noted
    as it gets further."""

    firm: str
    key: bytes = field(repr=False)
    since: datetime | None
    until: datetime | None
    tell: Tell

    def unmarked(self) -> Iterator[Sequence[Message]]:
        """The texts that are to be marked, some at a time."""
        after = None
        while True:
            with reading() as session:
                texts = search_queries.next_texts(session, self.firm, since=self.since, after=after, limit=LOOKED_AT)
                rows = search_queries.unmarked(session, self.firm, key_id(self.key), texts)
            if not texts:
                return
            yield from (rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE))
            after = texts[-1]


def _begun(firm: str, key: bytes) -> SearchProgress:
    values = {"key": key_id(key), "until": None, "walked_at": None}
    with own() as session:
        insert_or_update(session, SearchProgress, ["firm"], {"firm": firm, **values}, values)
    return SearchProgress(firm=firm, **values)


def _batches(walk_: _Walk) -> int:
    marked = 0
    for rows in walk_.unmarked():
        with reading() as session:
            bodies = read_bodies(session, rows)
        key = ciphers.search_key(walk_.key, walk_.firm)
        # One that cannot be read now may be readable tomorrow: it gets no row, and a later walk finds it.
        ready = [_of(row, key, body) for row in rows if (body := bodies[row.id]) is not None]
        marked += _store(walk_, ready, rows[-1].created_at)
        walk_.tell(len(rows))
    return marked


def _of(row: Message, key: bytes, body: str) -> Marked:
    return Marked(row.id, row.conversation_id, row.shown_at, word_marks.of_text(key, body))


def _store(walk_: _Walk, ready: Sequence[Marked], made: datetime) -> int:
    with own() as session:
        stamped = [(stamp, one) for one in ready if (stamp := _stamped(session, walk_, one)) is not None]
        points.reach("search.storing")
        rows = [{"mark": mark, "stamp": stamp} for stamp, one in stamped for mark in one.marks]
        if rows:
            session.execute(insert(SearchMark), sorted(rows, key=lambda row: (row["mark"], row["stamp"])))
        if walk_.until is None or made > walk_.until:
            _noted(session, walk_.firm, walk_.key, until=made)
    points.reach("search.stored")
    return len(stamped)


def _stamped(session: Session, walk_: _Walk, one: Marked) -> int | None:
    """The stamp under which its marks are to go in; None where somebody else has marked it, or erased it."""
    key, packed = key_id(walk_.key), word_marks.pack(one.marks)
    stamp = _reserved(session, walk_.firm, one.message, one, key=key, marks=packed)
    if stamp is not None:
        return stamp
    row = search_queries.of_texts(session, walk_.firm, [one.message]).get(one.message)
    if row is None or row.key in (key, ERASED):
        return None
    _take_back(session, row.stamp, row.marks)
    again = update(SearchText).where(SearchText.stamp == row.stamp, SearchText.firm == walk_.firm)
    session.execute(again.values(key=key, marks=packed).execution_options(synchronize_session=False))
    return row.stamp


def _reserved(
    session: Sessions, firm: str, message: uuid.UUID, of: Marked | None = None, *, key: int = ERASED, marks: bytes = b""
) -> int | None:
    """The new stamp of a text that has none yet. Who is about to give it one is waited for."""
    while True:
        stamp = new_stamp(of.shown_at if of else firmtext.clock.now())
        values = {"message_id": message, "conversation_id": of.conversation if of else message, "firm": firm}
        if insert_once(session, SearchText, stamp=stamp, key=key, marks=marks, **values):
            return stamp
        if message in search_queries.of_texts(session, firm, [message]):
            return None


def new_stamp(shown_at: datetime) -> int:
    """A number that sorts by this moment, to the millisecond, and that no other text has."""
    since = (shown_at - BEGINNING) // timedelta(milliseconds=1)
    return min(max(since, 0), MOST) << LOT | secrets.randbits(LOT)


def _take_back(session: Sessions, stamp: int, marks: bytes) -> None:
    for some in portions(word_marks.unpack(marks)):
        gone = delete(SearchMark).where(SearchMark.stamp == stamp, SearchMark.mark.in_(some))
        session.execute(gone.execution_options(synchronize_session=False))


def _note(firm: str, key: bytes, **values: datetime) -> None:
    with own() as session:
        _noted(session, firm, key, **values)


def _noted(session: Session, firm: str, key: bytes, **values: datetime) -> None:
    mine = update(SearchProgress).where(SearchProgress.firm == firm, SearchProgress.key == key_id(key))
    session.execute(mine.values(**values).execution_options(synchronize_session=False))

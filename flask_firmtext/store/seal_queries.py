"""SELECTs behind the sealed record. Each is one firm's, but for the question which firms there are."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session, defer

from ..clock import UTCDateTime
from . import seals
from .models import Audit, AuditSeal

#: So many rows are looked at in one piece.
PAGE = 5000
Place = tuple[datetime, uuid.UUID]


@dataclass(frozen=True, slots=True)
class Piece:
    """So many rows, the last of them from ``until``, were looked at; ``rows`` (time and id) are what was looked for."""

    looked_at: int
    until: datetime
    rows: Sequence[Row[Any]]


def firms(session: Session, since: datetime | None, until: datetime) -> Sequence[str]:
    """The firms in whose record something is from this time: one look into the index a firm, however many rows."""
    first = select(func.min(Audit.firm).label("firm")).cte("firms", recursive=True)
    after = select(func.min(Audit.firm)).where(Audit.firm > first.c.firm).scalar_subquery()
    every = first.union_all(select(after).where(first.c.firm.is_not(None)))
    recent = [Audit.at < until] + ([Audit.at >= since] if since is not None else [])
    has = exists().where(Audit.firm == every.c.firm, *recent)
    return session.scalars(select(every.c.firm).where(every.c.firm.is_not(None), has)).all()


def chained(session: Session) -> Sequence[str]:
    """The firms that have a chain, also when every row of theirs is gone."""
    first = select(func.min(AuditSeal.firm).label("firm")).cte("chained", recursive=True)
    after = select(func.min(AuditSeal.firm)).where(AuditSeal.firm > first.c.firm).scalar_subquery()
    every = first.union_all(select(after).where(first.c.firm.is_not(None)))
    return session.scalars(select(every.c.firm).where(every.c.firm.is_not(None))).all()


def last(session: Session, firm: str) -> Row[int, bytes] | None:
    """Number and hash of the newest seal."""
    newest = select(AuditSeal.n, AuditSeal.hash).where(AuditSeal.firm == firm).order_by(AuditSeal.n.desc()).limit(1)
    return session.execute(newest).one_or_none()


def sealed_until(session: Session, firm: str) -> datetime | None:
    """The time of the newest row that is sealed."""
    return session.scalar(select(func.max(AuditSeal.last_at)).where(AuditSeal.firm == firm))


def hash_at(session: Session, firm: str, n: int) -> bytes | None:
    return session.scalar(select(AuditSeal.hash).where(AuditSeal.firm == firm, AuditSeal.n == n))


def chain(session: Session, firm: str, after: int, until: int, *, limit: int) -> Sequence[AuditSeal]:
    """The next seals of a chain, in order."""
    wanted = select(AuditSeal).where(AuditSeal.firm == firm, AuditSeal.n > after, AuditSeal.n <= until)
    return session.scalars(wanted.order_by(AuditSeal.n).limit(limit)).all()


def without_members(session: Session, firm: str, after: int, *, limit: int) -> Sequence[AuditSeal]:
    """The same, light."""
    wanted = select(AuditSeal).where(AuditSeal.firm == firm, AuditSeal.n > after).options(defer(AuditSeal.members))
    return session.scalars(wanted.order_by(AuditSeal.n).limit(limit)).all()


def rows(session: Session, firm: str, ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Row[Any]]:
    """These rows of the record, by id."""
    # Not by an index of firms, which looks through all their rows: SQLite prefers it to a thousand ids.
    found = session.execute(select(*seals.COLUMNS).where(Audit.id.in_(ids), Audit.firm.concat("") == firm))
    return {row.id: row for row in found}


def page_of(
    session: Session, firm: str, after: Place | None, *where: Any, columns: Sequence[Any] = seals.COLUMNS, size: int
) -> Sequence[Row[Any]]:
    """A firm's next rows, the oldest first."""
    wanted = select(*columns).where(Audit.firm == firm, *where)
    if after is not None:
        at, id_ = (literal(after[0], UTCDateTime()), literal(after[1], Audit.id.type))
        # The index knows the time: said beside the pair, which not every engine takes for a bound.
        wanted = wanted.where(Audit.at >= at, tuple_(Audit.at, Audit.id) > tuple_(at, id_))
    return session.execute(wanted.order_by(Audit.at, Audit.id).limit(size)).all()


def sealed_in(session: Session, firm: str, page: Sequence[Any]) -> Mapping[uuid.UUID, int]:
    """In which seal each row of a page (in order of time) is; those of others are among them."""
    first, last_ = page[0].at, page[-1].at
    around = select(AuditSeal.n, AuditSeal.members).where(
        AuditSeal.firm == firm, AuditSeal.last_at >= first, AuditSeal.first_at <= last_
    )
    wanted = {row.id for row in page}
    return {
        id_: n
        for n, members in session.execute(around).yield_per(10)
        for id_, _digest in seals.parted(members)
        if id_ in wanted
    }


def unsealed(session: Session, firm: str, since: datetime | None, until: datetime | None) -> Iterator[Piece]:
    """Time and id of the rows that no seal holds, in order of time."""
    where = [] if since is None else [Audit.at >= since]
    where += [] if until is None else [Audit.at < until]
    after: Place | None = None
    while page := page_of(session, firm, after, *where, columns=(Audit.at, Audit.id), size=PAGE):
        held = sealed_in(session, firm, page)
        yield Piece(len(page), page[-1].at, [row for row in page if row.id not in held])
        after = (page[-1].at, page[-1].id)


def count(session: Session, firm: str) -> int:
    """How many rows a firm's record has: for who waits for something that takes long."""
    return session.scalar(select(func.count()).select_from(Audit).where(Audit.firm == firm)) or 0

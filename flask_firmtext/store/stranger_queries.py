"""SELECTs about what strangers sent: texts kept in quarantine, those of one number together."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from .models import Attachment, Number, Quarantine
from .states import FileState, NumberState

STRANGER = "stranger"


class NumberRow(NamedTuple):
    """What a text that comes in needs to know of a number of ours: to load the object takes twice as long."""

    id: uuid.UUID
    firm: str
    e164: str


#: Built once, because every text asks for it.
@lru_cache(maxsize=8)
def _looking(keys: int) -> Any:
    known = or_(*(Quarantine.digest == bindparam(f"digest_{n}") for n in range(keys)))
    looked_for = select(Number.id, Number.firm, Number.e164, exists().where(known))
    return looked_for.where(Number.e164 == bindparam("e164"), Number.state != NumberState.RELEASED)


def number_and_kept(session: Session, e164: str, digests: Sequence[bytes]) -> tuple[NumberRow | None, bool]:
    """The number, if it is ours now, and whether the very same webhook is kept already; one look for both.

    ``digests``: one for each index key under which it may be kept.
    """
    values = {"e164": e164, **{f"digest_{n}": digest for n, digest in enumerate(digests)}}
    found = session.connection().execute(_looking(len(digests)), values).one_or_none()
    return (NumberRow(*found[:3]), found[3]) if found else (None, False)


def fetched_since(session: Session, firm: str, phone_index: bytes, since: datetime, *, limit: int) -> int:
    """How many texts of this number came ``since`` with files that are or were fetched; more than ``limit`` is that."""
    first = (
        select(Attachment.id)
        .join(Quarantine, Quarantine.id == Attachment.quarantine_id)
        .where(
            Quarantine.firm == firm,
            Quarantine.phone_index == phone_index,
            Quarantine.received_at > since,
            Attachment.firm == firm,
            Attachment.n == 1,
            Attachment.state != FileState.PARKED,
        )
        .limit(limit)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(first)) or 0


def newest_of_its_number() -> ColumnElement[bool]:
    """Whether a kept webhook stands for all of its number: of ten thousand texts, a list shows one line."""
    newer = aliased(Quarantine)
    return or_(
        Quarantine.phone_index.is_(None),
        ~exists().where(
            newer.firm == Quarantine.firm,
            newer.phone_index == Quarantine.phone_index,
            tuple_(newer.received_at, newer.id) > tuple_(Quarantine.received_at, Quarantine.id),
        ),
    )


def of_number(firm: str, row: Quarantine) -> ColumnElement[bool]:
    """The stranger's texts that belong with this one: itself, and all of its number."""
    same = Quarantine.phone_index == row.phone_index if row.phone_index is not None else Quarantine.id == row.id
    return and_(Quarantine.firm == firm, Quarantine.reason == STRANGER, same)


def counts(session: Session, firm: str, indexes: Collection[bytes]) -> Mapping[bytes, int]:
    """How many texts of each of these numbers are kept."""
    query = (
        select(Quarantine.phone_index, func.count())
        .where(Quarantine.firm == firm, Quarantine.phone_index.in_(indexes), Quarantine.reason == STRANGER)
        .group_by(Quarantine.phone_index)
    )
    return {index: count for index, count in session.execute(query) if index is not None} if indexes else {}


def count(session: Session, firm: str, row: Quarantine) -> int:
    """How many texts of this one's number are kept."""
    return session.scalar(select(func.count(Quarantine.id)).where(of_number(firm, row))) or 0


def newest(session: Session, firm: str, row: Quarantine, *, limit: int) -> Sequence[Quarantine]:
    """The newest texts of this one's number, the newest first."""
    query = select(Quarantine).where(of_number(firm, row))
    return session.scalars(query.order_by(Quarantine.received_at.desc(), Quarantine.id.desc()).limit(limit)).all()


def oldest_ids(session: Session, firm: str, row: Quarantine, *, limit: int) -> Sequence[uuid.UUID]:
    """The ids of the oldest texts of this one's number, the oldest first."""
    query = select(Quarantine.id).where(of_number(firm, row))
    return session.scalars(query.order_by(Quarantine.received_at, Quarantine.id).limit(limit)).all()


def those(session: Session, firm: str, kept: Collection[uuid.UUID]) -> Sequence[Quarantine]:
    """These kept webhooks, as far as they are there."""
    # Not by the index of the firm's, which SQLite prefers to many ids.
    query = select(Quarantine).where(Quarantine.firm.concat("") == firm, Quarantine.id.in_(kept))
    return session.scalars(query.execution_options(populate_existing=True)).all() if kept else ()


def files(session: Session, firm: str, kept: Collection[uuid.UUID]) -> Sequence[Attachment]:
    """The files that came with these texts."""
    query = select(Attachment).where(Attachment.firm == firm, Attachment.quarantine_id.in_(kept))
    return session.scalars(query.order_by(Attachment.quarantine_id, Attachment.n)).all() if kept else ()

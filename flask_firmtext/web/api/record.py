"""The firm's record of who did what, and webhooks that have no place yet."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field

from ...messaging import full_pages
from ...store import page_queries, stranger_queries
from ...store.models import Audit, Quarantine
from ...store.transactions import reading
from ..admin import walls
from . import cursors
from .bearer import Bearer
from .operations import get
from .shapes import Answer, Page, Paging


class Recorded(Answer):
    """What was done. Nothing in it says what a text says."""

    id: uuid.UUID
    at: datetime
    action: str
    actor: str
    object_table: str
    object_id: str
    was: str | None
    became: str | None
    evidence: str | None
    request: str | None = Field(description="Begins with `token:` and its id where a program did it.")


class Record(Page[Recorded]):
    """A page of the record, the newest first."""


class Kept(Answer):
    """A webhook that is kept; what it says is read in the administration."""

    id: uuid.UUID
    received_at: datetime
    kind: str
    reason: str
    texts: int = Field(description="Texts of the same number that are kept.")


class KeptWebhooks(Page[Kept]):
    """A page of them, the newest first; one for each number."""


@get("/record", "record:read")
def list_record(who: Bearer, query: Paging) -> Record:
    """List what was done in the firm"""
    who.must("audit.read")
    after = _cursor(cursors.read(who, "record", query.after)) if query.after else None
    with reading() as session:
        found, behind = full_pages.read(
            lambda place, limit: page_queries.record(session, who.firm.ref, place, limit),
            lambda rows: walls.readable(session, rows, who),
            lambda row: (row.at, row.id),
            query.limit,
            after,
        )
    following = cursors.write(who, "record", behind[0].isoformat(), str(behind[1])) if behind else None
    return Record(items=[_recorded(one) for one in found], next=following)


@get("/quarantine", "quarantine:read")
def list_quarantine(who: Bearer, query: Paging) -> KeptWebhooks:
    """List webhooks that have no place yet"""
    who.must("quarantine.read")
    after = _cursor(cursors.read(who, "quarantine", query.after)) if query.after else None
    with reading() as session:
        rows = page_queries.quarantine(session, who.firm.ref, after, query.limit + 1)
        known = walls.kept_known(session, [row.id for row in rows], who)
        indexes = {row.phone_index for row in rows if row.phone_index is not None}
        texts = stranger_queries.counts(session, who.firm.ref, indexes)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    shown = [row for row in rows[: query.limit] if row.id in known]
    following = cursors.write(who, "quarantine", last.received_at.isoformat(), str(last.id)) if last else None
    return KeptWebhooks(items=[_kept(row, texts.get(row.phone_index or b"", 1)) for row in shown], next=following)


def _cursor(values: list[str]) -> tuple[datetime, uuid.UUID]:
    return datetime.fromisoformat(values[0]), uuid.UUID(values[1])


def _recorded(row: Audit) -> Recorded:
    return Recorded(
        id=row.id,
        at=row.at,
        action=row.action,
        actor=row.actor,
        object_table=row.object_table,
        object_id=row.object_id,
        was=row.was,
        became=row.became,
        evidence=row.evidence,
        request=row.request_id,
    )


def _kept(row: Quarantine, texts: int) -> Kept:
    return Kept(id=row.id, received_at=row.received_at, kind=row.kind, reason=row.reason, texts=texts)

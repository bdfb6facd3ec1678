"""Verified webhooks that have no place yet: kept whole, encrypted, until a person or a number finds them one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import WebhookUnreadable
from ..ports.gateway import InboundText, RawRequest
from ..store import audit, cells, counters, indexes, keys, stranger_queries
from ..store.base import new_id
from ..store.models import Quarantine
from ..store.states import FileState
from ..store.upsert import insert_once
from . import alarms

#: Reasons that an operator should hear of at once.
ALARMS = {"orphan_status", "conflict", "number_unknown"}
#: So many texts with files of one stranger's number are fetched in a day; the files of the others wait for a person.
FETCHED, DAY = 20, timedelta(days=1)


def keep(
    session: Session,
    request: RawRequest,
    *,
    kind: str,
    reason: str,
    firm: str = keys.INSTALLATION,
    phone_index: bytes | None = None,
    received: datetime | None = None,
) -> uuid.UUID | None:
    """Keep a webhook's body. None when the very same body is kept already.

    ``phone_index`` is a stranger's, ``received`` when it came (None for now).
    """
    row_id = new_id()
    if len(digests(request, kind=kind)) > 1 and keeps(session, request, kind=kind):
        return None
    kept = insert_once(
        session,
        Quarantine,
        id=row_id,
        firm=firm,
        kind=kind,
        reason=reason[:32],
        digest=indexes.digest_of(session, _named(request, kind)),
        phone_index=phone_index,
        body=_sealed(session, row_id, firm, request),
        received_at=received or firmtext.clock.now(),
    )
    if kept:
        _note(session, row_id, reason, firm)
    return row_id if kept else None


def keeps(session: Session, request: RawRequest, *, kind: str) -> bool:
    """Whether the very same body is kept already."""
    kept = select(Quarantine.id).where(Quarantine.digest.in_(digests(request, kind=kind)))
    return session.scalar(kept.limit(1)) is not None


def digests(request: RawRequest, *, kind: str) -> tuple[bytes, ...]:
    """By what a body is recognised that is kept already."""
    return indexes.digests_of(_named(request, kind))


def _named(request: RawRequest, kind: str) -> bytes:
    return kind.encode() + b" " + request.body


def _note(session: Session, row_id: uuid.UUID, reason: str, firm: str) -> None:
    counters.count(session, _counter(reason))
    table = ("firmtext_quarantine", row_id)
    audit.record(session, "quarantine.keep", table, firm=firm, actor=audit.CARRIER, evidence=reason)
    if reason in ALARMS:
        alarms.note(session, reason, str(row_id))


def _counter(reason: str) -> str:
    return f"quarantine.{reason}"


def wait_for_keepers(session: Session) -> None:
    """Wait until every stranger's text that is being kept at this moment is there to be seen."""
    counters.wait(session, _counter(stranger_queries.STRANGER))


def _sealed(session: Session, row_id: uuid.UUID, firm: str, request: RawRequest) -> bytes:
    where = cells.place(Quarantine, "body", row_id, firm)
    return cells.seal(session, where, request.body.decode("utf-8", "backslashreplace"), scope=keys.GENERAL)


def state_of_files(session: Session, firm: str, phone_index: bytes) -> FileState:
    """What becomes of the files of a stranger's text that was just kept: of one number, few texts a day are fetched."""
    # Keeping a text has raised a count, and with it locked a row that all of them want: nobody counts beside us.
    since = firmtext.clock.now() - DAY
    fetched = stranger_queries.fetched_since(session, firm, phone_index, since, limit=FETCHED)
    return FileState.PARKED if fetched >= FETCHED else FileState.WANTED


def request_of(body: str) -> RawRequest:
    """A kept webhook as it came, as far as it was kept."""
    return RawRequest("POST", {}, body.encode())


def texts_in(body: str) -> list[InboundText]:
    """The clients' texts in a kept webhook; none when nobody can read it."""
    try:
        events = firmtext.gateway.parse(request_of(body), "inbound")
    except WebhookUnreadable:
        return []
    return [event for event in events if isinstance(event, InboundText)]


def senders(session: Session, firm: str, rows: Sequence[Quarantine]) -> Mapping[uuid.UUID, str]:
    """Whose numbers (E.164) clients' texts among these came from, by the id of each; one of a number is read."""
    first = {row.phone_index or row.id: row for row in rows if row.body and row.kind == "inbound"}
    read = cells.read(session, [(cells.place(Quarantine, "body", row.id, firm), row.body) for row in first.values()])
    found = {key: texts_in(body) for key, body in zip(first, read, strict=True) if isinstance(body, str)}
    texts = ((row.id, found.get(row.phone_index or row.id)) for row in rows)
    return {row: some[0].sender for row, some in texts if some}


def forget(session: Session, row_id: uuid.UUID) -> None:
    """It has a place after all; joined."""
    session.execute(delete(Quarantine).where(Quarantine.id == row_id).execution_options(synchronize_session=False))

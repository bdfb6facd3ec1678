"""Verified webhooks that have no place yet: kept whole, encrypted, until a person or a number finds them one."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from ..current import firmtext
from ..ports.gateway import RawRequest
from ..store import audit, cells, counters, keys
from ..store.base import new_id
from ..store.models import Quarantine
from ..store.upsert import insert_once
from . import alarms

#: Reasons that an operator should hear of at once.
ALARMS = {"orphan_status", "conflict", "number_unknown"}


def keep(
    session: Session, request: RawRequest, *, kind: str, reason: str, firm: str = keys.INSTALLATION
) -> uuid.UUID | None:
    """Keep a webhook's body. None when the very same body is kept already."""
    row_id = new_id()
    where = cells.place(Quarantine, "body", row_id, firm)
    body = request.body.decode("utf-8", "backslashreplace")
    kept = insert_once(
        session,
        Quarantine,
        id=row_id,
        firm=firm,
        kind=kind,
        reason=reason[:32],
        digest=keys.digest_of(kind.encode() + b" " + request.body),
        body=cells.seal(session, where, body, scope=keys.GENERAL),
        received_at=firmtext.clock.now(),
    )
    if not kept:
        return None
    counters.count(session, f"quarantine.{reason}")
    table = ("firmtext_quarantine", row_id)
    audit.record(session, "quarantine.keep", table, firm=firm, actor=audit.CARRIER, evidence=reason)
    if reason in ALARMS:
        alarms.note(session, reason, str(row_id))
    return row_id

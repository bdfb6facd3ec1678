"""The record of what changed: one row in the change's own transaction, without a text, a number or a name.

What can be recorded stands in ``audit_actions.py``. Nothing that was recorded is ever altered: sessions refuse to
(``models/unaltered.py``), and what no session sees the database's own rights forbid (docs/audit.md).
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any, cast

from flask import has_request_context, request
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, scoped_session

from .. import logs
from ..current import firmtext
from ..pipeline import UNANSWERED
from . import ciphers
from .base import new_id
from .keys import INSTALLATION
from .models import Audit, Key
from .upsert import insert_once

WORKER = "worker"
SWEEP = "sweep"
CARRIER = "carrier"
CLIENT = "client"
HOST = "host"
SYSTEM = "system"
#: How the reference of who works on the command line begins.
CLI = "cli:"

LONGEST = 64

#: Where a request of a program keeps the id of its token.
OF_TOKEN = "firmtext.token"  # noqa: S105 - a name

#: Not by the unit of work: every step of a text appends one.
APPEND = insert(cast(Table, Audit.__table__)).execution_options(**{UNANSWERED: True})


def record(
    session: Session | scoped_session[Any],
    action: str,
    row: tuple[str, uuid.UUID | str],
    *,
    firm: str,
    actor: str,
    was: str | None = None,
    became: str | None = None,
    evidence: str | None = None,
    request_id: str | None = None,
) -> None:
    """Append what ``actor`` did to ``row`` (table and id). Actors: a user, ``cli:<name>`` or one above.

    ``request_id`` is for what is written when its request is over.
    """
    table, row_id = row
    session.connection().execute(
        APPEND,
        {
            "id": new_id(),
            "firm": firm,
            "at": firmtext.clock.now(),
            "actor": actor,
            "action": action,
            "object_table": table,
            "object_id": str(row_id),
            "was": was,
            "became": became,
            "evidence": evidence[:LONGEST] if evidence else None,
            "request_id": request_id or current_request(),
        },
    )


def record_seen(
    session: Session | scoped_session[Any], row: tuple[str, uuid.UUID], *, firm: str, user: str, hour: datetime
) -> None:
    """Append that ``user`` has seen ``row`` (table and id) in this hour: once, whichever processes ask."""
    values = {"at": firmtext.clock.now(), "actor": user, "action": "conversation.read", "request_id": current_request()}
    known = hashlib.sha256(ciphers.packed(firm, user, *row, int(hour.timestamp()))).digest()
    insert_once(session, Audit, id=_named(hour, known), firm=firm, object_table=row[0], object_id=str(row[1]), **values)


def _named(at: datetime, chance: bytes) -> uuid.UUID:
    """An id like those of :func:`new_id`, sorted by time, of bytes that are known."""
    stamped = bytearray(int(at.timestamp() * 1000).to_bytes(6, "big") + chance[:10])
    stamped[6], stamped[8] = 0x70 | stamped[6] & 0x0F, 0x80 | stamped[8] & 0x3F
    return uuid.UUID(bytes=bytes(stamped))


def record_key(
    session: Session | scoped_session[Any],
    event_: str,
    key_id: str,
    *,
    actor: str,
    table: str = Key.__tablename__,
    firm: str = INSTALLATION,
    was: str | None = None,
    became: str | None = None,
    evidence: str | None = None,
) -> None:
    """Append what happened to a key (``rotate``, ``retire``, ``destroy`` …): ids only, never bytes.

    A configured key is the installation's, and its row is the proof that it has left in ``table``.
    """
    told = {"was": was, "became": became, "evidence": evidence}
    record(session, f"key.{event_}", (table, key_id), firm=firm, actor=actor, **told)


def current_request() -> str | None:
    """What the request that is being answered is called, in the logs and by a host's proxy; a program's begins with
    ``token:`` and its id."""
    if not has_request_context():
        return None
    given = logs.current_request() or logs.sane(request.headers.get("X-Request-Id"))
    token = request.environ.get(OF_TOKEN)
    return f"token:{token} {given or ''}".strip()[:LONGEST] if token else given

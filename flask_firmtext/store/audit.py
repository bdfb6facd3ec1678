"""The record of what changed: one row in the change's own transaction, without a text, a number or a name."""

from __future__ import annotations

import uuid
from typing import Any, cast

from flask import has_request_context, request
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..pipeline import UNANSWERED
from .base import new_id
from .models import Audit

WORKER = "worker"
SWEEP = "sweep"
CARRIER = "carrier"
CLIENT = "client"
HOST = "host"
SYSTEM = "system"
#: How the reference of who works on the command line begins.
CLI = "cli:"

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
) -> None:
    """Append what ``actor`` did to ``row`` (table and id). Actors: a user, ``cli:<name>`` or one above."""
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
            "evidence": evidence[:64] if evidence else None,
            "request_id": _request_id(),
        },
    )


def _request_id() -> str | None:
    if not has_request_context():
        return None
    return (request.headers.get("X-Request-Id") or "")[:64] or None

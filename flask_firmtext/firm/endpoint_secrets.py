"""By which secret a consumer knows that a webhook is ours, and how it is replaced without one that fails there."""

from __future__ import annotations

import base64
import os
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..store import audit, cells, endpoint_queries, keys
from ..store.ciphers import Place
from ..store.models import Endpoint

Sessions = Session | scoped_session[Any]

#: So long a replaced secret signs beside the new one.
MEANWHILE = timedelta(hours=24)


def rotate(session: Session, firm: str, endpoint: uuid.UUID, *, by: str) -> str | None:
    """A new secret, shown this once; the old one signs, too, for a day. None: there is no such address.

    :raises FormRefused: two sign already. A third would take away the one by which the consumer may still judge.
    """
    row = endpoint_queries.locked(session, firm, endpoint)
    if row is None:
        return None
    if two_sign(row):
        raise FormRefused(
            {"": _("Its secret was replaced within a day, and both sign. End the old one first, or wait for its end.")}
        )
    old, secret = unsealed(session, "secret", row), new_secret()
    row.old_secret = sealed(session, "old_secret", row.id, firm, old)
    row.old_until = firmtext.clock.now() + MEANWHILE
    row.secret = sealed(session, "secret", row.id, firm, secret)
    audit.record(session, "endpoint.rotate", (Endpoint.__tablename__, row.id), firm=firm, actor=by)
    return secret


def end_old(session: Session, firm: str, endpoint: uuid.UUID, *, by: str) -> bool:
    """Let a replaced secret sign no longer, from this moment on, and forget it. Returns whether it still did."""
    row = endpoint_queries.locked(session, firm, endpoint)
    if row is None or not two_sign(row):
        return False
    row.old_secret = row.old_until = None
    audit.record(session, "endpoint.end_secret", (Endpoint.__tablename__, row.id), firm=firm, actor=by)
    return True


def signing(session: Sessions, row: Endpoint) -> tuple[str, list[str]]:
    """Where to post, and with which secrets it is signed. :raises DecryptError: one of them cannot be read."""
    secrets = [unsealed(session, "secret", row)]
    if two_sign(row):
        secrets.append(unsealed(session, "old_secret", row))
    return unsealed(session, "url", row), secrets


def two_sign(row: Endpoint) -> bool:
    """Whether a replaced secret still signs beside the new one."""
    return bool(row.old_secret and row.old_until and row.old_until > firmtext.clock.now())


def new_secret() -> str:
    """As Standard Webhooks has it."""
    return f"whsec_{base64.b64encode(os.urandom(32)).decode()}"


def place(column: str, row: uuid.UUID, firm: str) -> Place:
    """Where a protected cell of an address stands."""
    return cells.place(Endpoint, column, row, firm)


def sealed(session: Session, column: str, row: uuid.UUID, firm: str, words: str) -> bytes:
    """A cell of an address. :raises KeyUnavailable: nothing can be protected now."""
    return cells.seal(session, place(column, row, firm), words, scope=keys.GENERAL)


def unsealed(session: Sessions, column: str, row: Endpoint) -> str:
    """:raises DecryptError: it cannot be read."""
    return cells.unseal(session, place(column, row.id, row.firm), getattr(row, column))

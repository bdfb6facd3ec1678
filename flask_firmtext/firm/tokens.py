"""Tokens of the JSON API: made, shown once, used, revoked.

``ftx_<id>_<secret>``: the beginning lets scanners of leaked secrets know it, the id says whose it is, and the secret is
kept by nobody but whoever was shown it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError, FormRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy
from ..ports.values import User
from ..store import audit, cells, keys, token_queries
from ..store.base import new_id
from ..store.models import Token, TokenKey
from ..store.upsert import insert_once
from .token_scopes import SCOPES

#: So long one may live; the first is what a form offers.
DAYS = (90, 30, 365)
LONGEST_NAME = 60
#: ``used_at`` is written once in so long.
USED = timedelta(minutes=1)
#: A key of a repeat is kept so long.
KEPT = timedelta(days=1)

_TEXT = re.compile(r"ftx_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")

NO_NAME = marked("Give it a name, so that everybody knows what stops working when it is revoked.")
TOO_LONG = marked("Use a name of at most %(n)s characters.")
NO_SCOPE = marked("Choose at least one thing that it may do.")
NO_DAYS = marked("Choose how long it works.")
NO_MAKER = marked("A token acts for an administrator of the firm, and the practice system names none like this.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A token in a list. ``name`` is None where it cannot be read."""

    id: uuid.UUID
    name: str | None = field(repr=False)
    scopes: tuple[str, ...]
    by: str
    made_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None

    @property
    def begins(self) -> str:
        """How its text begins, by which people know it."""
        return f"ftx_{self.id.hex}_…"

    @property
    def works(self) -> bool:
        return self.revoked_at is None and firmtext.clock.now() < self.expires_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """A token to be made, checked."""

    name: str = field(repr=False)
    scopes: tuple[str, ...]
    days: int


def check(name: str, scopes: Collection[str], days: int | str) -> Wanted:
    """:raises FormRefused: what is wrong, for ``name``, ``scopes`` and ``days``."""
    faults = {}
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        faults["name"] = _(TOO_LONG, n=LONGEST_NAME) if name else _(NO_NAME)
    known = tuple(one for one in SCOPES if one in scopes)
    if not known or set(scopes) - set(known):
        faults["scopes"] = _(NO_SCOPE)
    if str(days) not in map(str, DAYS):
        faults["days"] = _(NO_DAYS)
    if faults:
        raise FormRefused(faults)
    return Wanted(name, known, int(days))


def maker(firm: str, ref: str) -> User:
    """The administrator for whom a token acts. What the host raises goes on to the caller.

    :raises FormRefused: the firm has no administrator with this reference.
    """
    found = administrator(firm, ref)
    if found is None:
        raise FormRefused({"by": _(NO_MAKER)})
    return found


def administrator(firm: str, ref: str) -> User | None:
    """The administrator of the firm with this reference; who is none any more is nobody here."""
    return next((user for user in tenancy.administrators(firm) if user.ref == ref), None)


def make(session: Session, firm: str, wanted: Wanted, *, acts_for: str, by: str) -> str:
    """Make a token that acts for an administrator (reference); its text, which is never to be had again."""
    row_id, secret = new_id(), secrets.token_urlsafe(32)
    now = firmtext.clock.now()
    row = Token(id=row_id, firm=firm, scopes=list(wanted.scopes), digest=_digest(secret), by=acts_for, made_by=by)
    row.created_at, row.expires_at = now, now + timedelta(days=wanted.days)
    row.name = cells.seal(session, cells.place(Token, "name", row_id, firm), wanted.name, scope=keys.GENERAL)
    session.add(row)
    session.flush()
    _record(session, "token.make", row_id, firm, by)
    return f"ftx_{row_id.hex}_{secret}"


def revoke(session: Session, firm: str, token: uuid.UUID, *, by: str) -> bool:
    """It works no more, from the next request on. Returns whether it was not revoked before."""
    revoked = session.execute(
        update(Token)
        .where(Token.firm == firm, Token.id == token, Token.revoked_at.is_(None))
        .values(revoked_at=firmtext.clock.sql(), revoked_by=by)
        .returning(Token.id)
        .execution_options(synchronize_session=False)
    ).first()
    if revoked is None:
        return False
    session.execute(delete(TokenKey).where(TokenKey.firm == firm, TokenKey.token_id == token))
    _record(session, "token.revoke", token, firm, by)
    return True


def listed(session: Session, firm: str) -> list[Shown]:
    """A firm's tokens, those that work first, then the newest."""
    rows = token_queries.listed(session, firm)
    names = cells.read(session, [(cells.place(Token, "name", row.id, firm), row.name) for row in rows])
    found = [_shown(row, name) for row, name in zip(rows, names, strict=True)]
    return sorted(found, key=lambda one: not one.works)


def _shown(row: Token, name: str | DecryptError) -> Shown:
    return Shown(
        id=row.id,
        name=None if isinstance(name, DecryptError) else name,
        scopes=tuple(row.scopes),
        by=row.by,
        made_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
        revoked_by=row.revoked_by,
    )


def parsed(text: str) -> tuple[uuid.UUID, str] | None:
    """The id and the secret of what looks like a token."""
    found = _TEXT.fullmatch(text)
    return (uuid.UUID(found[1]), found[2]) if found else None


def refusal(row: Token, secret: str) -> str | None:
    """Why this secret opens nothing: ``secret``, ``revoked`` or ``expired``; None when it is good."""
    if not hmac.compare_digest(row.digest, _digest(secret)):
        return "secret"
    if row.revoked_at is not None:
        return "revoked"
    return "expired" if row.expires_at <= firmtext.clock.now() else None


def note_used(session: Session, firm: str, token: uuid.UUID) -> None:
    """It was used just now; written once a minute, whichever processes ask."""
    stale = or_(Token.used_at.is_(None), Token.used_at < firmtext.clock.sql(-USED))
    session.execute(
        update(Token)
        .where(Token.firm == firm, Token.id == token, stale)
        .values(used_at=firmtext.clock.sql())
        .execution_options(synchronize_session=False)
    )


def note_refused(session: Session, firm: str, token: uuid.UUID, why: str) -> None:
    """Somebody came with a token that opens nothing."""
    audit.record(session, "token.refuse", (Token.__tablename__, token), firm=firm, actor=audit.CLIENT, evidence=why)


def is_same(session: Session, firm: str, token: uuid.UUID, key: bytes, digest: bytes) -> bool:
    """Note what came with a key, for a day. False: something else came with it before."""
    old = (TokenKey.firm == firm, TokenKey.token_id == token, TokenKey.created_at < firmtext.clock.sql(-KEPT))
    session.execute(delete(TokenKey).where(*old).execution_options(synchronize_session=False))
    values = {"token_id": token, "key": key, "firm": firm, "digest": digest, "created_at": firmtext.clock.now()}
    if insert_once(session, TokenKey, **values):
        return True
    return token_queries.digest_of(session, firm, token, key) == digest


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _record(session: Session, action: str, token: uuid.UUID, firm: str, by: str) -> None:
    audit.record(session, action, (Token.__tablename__, token), firm=firm, actor=by)

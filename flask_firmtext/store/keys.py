"""Which key protects what. Data keys are made here, unwrapped here and kept in memory for five minutes.

configured key (``FIRMTEXT_ENCRYPTION_KEYS``) → firm's key → data key of a conversation, or the firm's general one

The files of a stranger's text have a key of their own, which becomes the conversation's when the text does: whoever
destroys the keys of a conversation has erased those files, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError, KeyUnavailable
from . import ciphers, configured
from .configured import FIRM, Sessions
from .models import Key
from .portions import portions
from .states import KeyState
from .upsert import insert_once

GENERAL = "general"
CONVERSATION = "conversation/"

#: The firm under which we keep what belongs to no firm yet, such as a webhook for a number that nobody has.
INSTALLATION = ""

PROVEN = "configured keys"


class KeyRow(Protocol):
    """A key as it is read: a row, for the object takes three times as long."""

    id: str
    parent: str
    firm: str
    scope: str
    wrapped: bytes


#: As rows, and built once: a worker reads the key of nearly every text for the first time.
_KEYS: Any = select(Key.id, Key.parent, Key.firm, Key.scope, Key.wrapped)
ACTIVE = _KEYS.where(Key.firm == bindparam("firm"), Key.scope == bindparam("scope"), Key.state == KeyState.ACTIVE)
KNOWN = _KEYS.where(Key.id.in_(bindparam("ids", expanding=True)), Key.state != KeyState.DESTROYED)
#: Above a data key is a firm's key and nothing else: a row that says otherwise, or leads back to itself, was changed.
ABOVE = KNOWN.where(Key.scope == FIRM)


def conversation_scope(conversation_id: uuid.UUID) -> str:
    return f"{CONVERSATION}{conversation_id}"


def quarantine_scope(kept: uuid.UUID) -> str:
    return f"quarantine/{kept}"


def to_encrypt(session: Sessions, firm: str, scope: str) -> tuple[str, bytes]:
    """Id and bytes of the key that encrypts for ``scope`` now, made when there is none yet.

    :raises KeyUnavailable: a configured key is missing or another one than wrote here; nothing is stored then.
    """
    if not firmtext.proven.get(PROVEN) and configured.verify(session):
        firmtext.proven.put(PROVEN, True)
    known = firmtext.active.get((firm, scope))
    remembered = firmtext.unwrapped.get(known) if known else None
    if known and remembered:
        return known, remembered
    row = _active(session, firm, scope) or _made(session, firm, scope)
    key = unwrapped(session, [row]).get(row.id)
    if key is None:
        raise KeyUnavailable(
            f"the key {row.id} cannot be unwrapped with {row.parent}; `flask firmtext doctor` says why"
        )
    if row.id not in configured.made_here(session):
        firmtext.active.put((firm, scope), row.id)
    return row.id, key


def to_decrypt(session: Sessions, ids: Iterable[str]) -> Mapping[str, bytes]:
    """The bytes of these keys, a page of them read with at most two queries; ids that cannot be had are left out."""
    return _found(session, set(ids), KNOWN)


def _found(session: Sessions, wanted: set[str], among: Any) -> dict[str, bytes]:
    found = {key_id: key for key_id in wanted if (key := firmtext.unwrapped.get(key_id))}
    for missing in portions(wanted - found.keys()):
        found |= unwrapped(session, session.connection().execute(among, {"ids": list(missing)}).all())
    return found


def hand_over(session: Session, firm: str, scope: str, to: str) -> None:
    """Let what ``scope`` has encrypted be another scope's from now on: its keys move, and nothing is written anew.

    One that cannot be unwrapped stays; what it has encrypted is lost anyway. Whoever wraps them anew at this moment
    waits, or is waited for: a key under one parent that names another would open nothing.
    """
    living = select(Key).where(Key.firm == firm, Key.scope == scope, Key.state != KeyState.DESTROYED)
    rows = session.scalars(living.with_for_update().execution_options(populate_existing=True)).all()
    opened = unwrapped(session, rows)
    for row in rows:
        parent = to_decrypt(session, [row.parent]).get(row.parent)
        if row.id not in opened or parent is None:
            continue
        wrapped = ciphers.wrap(parent, opened[row.id], key_id=row.id, parent_id=row.parent, scope=to, firm=firm)
        state = KeyState.REPLACED if row.state == KeyState.ACTIVE else row.state
        moved = update(Key).where(Key.id == row.id).values(wrapped=wrapped, scope=to, state=state)
        session.execute(moved.execution_options(synchronize_session=False))


def forget(session: Session, firm: str, scopes: Iterable[str]) -> None:
    """Delete the keys of scopes of which nothing is left."""
    gone = delete(Key).where(Key.firm == firm, Key.scope.in_(list(scopes)), Key.state != KeyState.DESTROYED)
    session.execute(gone.execution_options(synchronize_session=False))


def active(session: Sessions, firm: str, scopes: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """Which key, id and bytes, encrypts for each of these scopes at this moment, whatever is remembered.

    Scopes without one, or with one that cannot be had, are left out.
    """
    found = (Key.firm == firm, Key.scope.in_(set(scopes)), Key.state == KeyState.ACTIVE)
    rows = session.connection().execute(_KEYS.where(*found)).all()
    opened = unwrapped(session, rows)
    return {row.scope: (row.id, opened[row.id]) for row in rows if row.id in opened}


def _active(session: Sessions, firm: str, scope: str) -> KeyRow | None:
    return session.connection().execute(ACTIVE, {"firm": firm, "scope": scope}).one_or_none()


def was_destroyed(session: Sessions, firm: str, scope: str) -> bool:
    """Whether what a scope protected was erased."""
    gone = select(Key.id).where(Key.firm == firm, Key.scope == scope, Key.state == KeyState.DESTROYED)
    return session.scalar(gone.limit(1)) is not None


def _made(session: Sessions, firm: str, scope: str) -> KeyRow:
    if scope.startswith(CONVERSATION) and was_destroyed(session, firm, scope):
        raise KeyUnavailable(f"what belongs to {scope} was erased, so nothing more is stored there")
    if scope == FIRM:
        parent_id, parent = configured.first(session)
    else:
        parent_id, parent = to_encrypt(session, firm, FIRM)
    key_id = ciphers.new_key_id()
    wrapped = ciphers.wrap(parent, ciphers.new_key(), key_id=key_id, parent_id=parent_id, scope=scope, firm=firm)
    made = insert_once(
        session,
        Key,
        id=key_id,
        parent=parent_id,
        firm=firm,
        scope=scope,
        state=KeyState.ACTIVE,
        wrapped=wrapped,
        created_at=firmtext.clock.now(),
    )
    if made:
        configured.made_here(session).add(key_id)
    row = _active(session, firm, scope)
    if row is None:
        raise KeyUnavailable("the key that was just made is gone; try again")
    return row


def unwrapped(session: Sessions, rows: Sequence[KeyRow]) -> dict[str, bytes]:
    """The bytes of these keys by id; what cannot be unwrapped is left out."""
    parents = _found(session, {row.parent for row in rows if row.scope != FIRM}, ABOVE)
    found = {}
    for row in rows:
        parent = firmtext.settings.encryption_keys.get(row.parent) if row.scope == FIRM else parents.get(row.parent)
        if parent is None:
            continue
        try:
            found[row.id] = ciphers.unwrap(
                parent, row.wrapped, key_id=row.id, parent_id=row.parent, scope=row.scope, firm=row.firm
            )
        except DecryptError:
            continue
        if row.id not in configured.made_here(session):
            firmtext.unwrapped.put(row.id, found[row.id])
    return found


def index_of(firm: str, number: str) -> bytes:
    """The blind index of an E.164 number at a firm under the first configured key (:mod:`.indexes` for what stands)."""
    return ciphers.blind_index(firmtext.settings.index_key[0], firm, number)


def digest_of(body: bytes) -> bytes:
    """What a webhook's body is recognised by when it comes again: keyed, because short texts could be guessed."""
    return ciphers.keyed_digest(firmtext.settings.index_key[0], body)

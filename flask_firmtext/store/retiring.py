"""The end of keys: retired once nothing has been under them for a while, destroyed by a person only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import KeyInUse
from . import audit, key_queries
from .models import Key, KeyCheck
from .states import KeyState
from .transactions import own, reading

#: A process may go on to encrypt with a replaced key for a minute, and in a transaction that takes long.
WAIT = timedelta(minutes=10)
AT_ONCE = 500
#: What is written over a configured key's proof, so that no process begins with that key any more.
GONE = bytes(16)


@dataclass(frozen=True, slots=True)
class Settled:
    """Of the replaced keys of a firm: how many were retired now, wait for their second look, or are still needed."""

    retired: int
    waiting: int
    needed: int


def settle(firm: str, by: str) -> Settled:
    """Look which of a firm's replaced keys nothing is under. Found so twice, ten minutes apart, a key is retired."""
    with reading() as session:
        needed = key_queries.named(session, firm, KeyState.REPLACED)
        replaced = key_queries.replaced(session, firm)
    retired, empty = 0, sorted(replaced - needed)
    _note(sorted(needed), empty=False)
    for at in range(0, len(empty), AT_ONCE):
        batch = empty[at : at + AT_ONCE]
        retired += _retired(batch, by)
        _note(batch, empty=True)
        points.reach("keys.settled")
    return Settled(retired, len(empty) - retired, len(needed))


def _note(ids: Sequence[str], *, empty: bool) -> None:
    now = firmtext.clock.now() if empty else None
    other = Key.empty_at.is_(None) if empty else Key.empty_at.is_not(None)
    for at in range(0, len(ids), AT_ONCE):
        these = (Key.id.in_(ids[at : at + AT_ONCE]), Key.state == KeyState.REPLACED, other)
        with own() as session:
            noted = update(Key).where(*these).values(empty_at=now)
            session.execute(noted.execution_options(synchronize_session=False))


def _retired(ids: Sequence[str], by: str) -> int:
    now = firmtext.clock.now()
    with own() as session:
        long_empty = (Key.id.in_(ids), Key.state == KeyState.REPLACED, Key.empty_at <= now - WAIT)
        gone = session.execute(
            update(Key)
            .where(*long_empty)
            .values(state=KeyState.RETIRED, retired_at=now)
            .returning(Key.id, Key.firm)
            .execution_options(synchronize_session=False)
        ).all()
        for row in gone:
            audit.record_key(session, "retire", row.id, firm=row.firm, actor=by)
    return len(gone)


def destroy(key_id: str, by: str) -> None:
    """Overwrite a retired key with zeros: whatever it has encrypted, in whatever copy, is lost for good.

    :raises KeyInUse: something may still need it; nothing was changed.
    """
    with own() as session:
        found = select(Key).where(Key.id == key_id).with_for_update()
        row = session.scalars(found.execution_options(populate_existing=True)).one_or_none()
        if row is None:
            raise KeyInUse(f"there is no key {key_id}; `flask firmtext keys status` shows those that there are")
        if row.state != KeyState.RETIRED:
            raise KeyInUse(f"the key {key_id} is {row.state}; only a retired one can be destroyed")
        if row.retired_at is not None and key_queries.is_anybody_older(session, row.retired_at):
            raise KeyInUse(f"a transaction is open that began before the key {key_id} was retired: let it end first")
        if needed := key_queries.naming(session, key_id):
            raise KeyInUse(f"{needed} things are still under the key {key_id}: run `flask firmtext keys rotate` again")
        session.execute(
            update(Key)
            .where(Key.id == key_id)
            .values(wrapped=bytes(len(row.wrapped)), state=KeyState.DESTROYED, destroyed_at=firmtext.clock.now())
            .execution_options(synchronize_session=False)
        )
        audit.record_key(session, "destroy", key_id, firm=row.firm, actor=by)


def bury(name: str, by: str) -> None:
    """A configured key that wraps nothing any more: no process that has it in its list begins from now on.

    :raises KeyInUse: it still wraps a key, or is still in our own list; nothing was changed.
    """
    if name in firmtext.settings.encryption_keys:
        raise KeyInUse(f"the key {name} is still in FIRMTEXT_ENCRYPTION_KEYS: take it out everywhere first")
    with own() as session:
        mark = update(KeyCheck).where(KeyCheck.name == f"kek:{name}").values(value=GONE, since=firmtext.clock.now())
        session.execute(mark.execution_options(synchronize_session=False))
        below = select(Key.id).where(Key.parent == name, Key.state != KeyState.DESTROYED)
        if session.scalars(below.limit(1)).first() is not None:
            raise KeyInUse(f"the key {name} still wraps the key of a firm: run `flask firmtext keys rotate` first")
        audit.record_key(session, "destroy", f"kek:{name}", table=KeyCheck.__tablename__, actor=by)


def is_configurable(session: Session, name: str) -> bool:
    """Whether a name is that of a key that is, or was, configured: it has left its proof here."""
    return session.get(KeyCheck, f"kek:{name}") is not None

"""Keys under new parents. Only rows of keys are written: seconds, whatever they protect.

A firm's new key is the mark of a rotation: what is below another one of the firm has not been rotated yet. So this can
be ended at any moment and is gone on with by doing it again, and nobody's clock matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import KeyUnavailable
from . import audit, ciphers, configured, key_queries, keys
from .models import Key
from .states import KeyState
from .transactions import own, reading

#: So many keys are wrapped in one transaction.
AT_ONCE = 500
TABLE = cast(Table, Key.__table__)
#: Only what was read is overwritten: whoever was faster is not undone.
REWRAP = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("key"), TABLE.c.wrapped == bindparam("was"), TABLE.c.scope == bindparam("whose"))
    .values(parent=bindparam("below"), wrapped=bindparam("now"))
)


@dataclass(slots=True)
class Wrapped:
    """How many keys were wrapped anew, and which could not be unwrapped and were left as they are."""

    done: int = 0
    unreadable: list[str] = field(default_factory=list)


def firm_keys(firm: str | None, by: str) -> Wrapped:
    """Wrap the keys of a firm, or of all, with the first configured key."""
    first, told, after = next(iter(firmtext.settings.encryption_keys)), Wrapped(), ""
    while rows := _elsewhere(firm, first, after):
        after = rows[-1].id
        with own() as session:
            _first, kek = configured.first(session)
            opened = keys.unwrapped(session, rows)
            for row in rows:
                if row.id not in opened:
                    told.unreadable.append(row.id)
                elif _rewrap(session, [_wrapped(row, opened[row.id], first, kek)]):
                    told.done += 1
                    audit.record_key(session, "rewrap", row.id, firm=row.firm, actor=by, was=row.parent, became=first)
        points.reach("keys.rewrapped")
    return told


def _elsewhere(firm: str | None, first: str, after: str) -> Sequence[Key]:
    found = select(Key).where(Key.scope == configured.FIRM, Key.state != KeyState.DESTROYED, Key.parent != first)
    if firm is not None:
        found = found.where(Key.firm == firm)
    with reading() as session:
        return session.scalars(found.where(Key.id > after).order_by(Key.id).limit(AT_ONCE)).all()


def new_firm_key(session: Session, firm: str) -> str:
    """Begin to encrypt a firm's data keys with another key of its own; its id. The old one goes on to decrypt.

    :raises KeyUnavailable: the firm has none, or none that can be unwrapped: a new one would hide that.
    """
    held = select(Key).where(Key.firm == firm, Key.scope == configured.FIRM, Key.state == KeyState.ACTIVE)
    row = session.scalars(held.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if row is None or row.id not in keys.unwrapped(session, [row]):
        raise KeyUnavailable(
            f"the key of the firm {firm or '(none)'} cannot be unwrapped; `flask firmtext keys status` says more"
        )
    first, kek = configured.first(session)
    _replace(session, [row.id])
    made = _made(firm, configured.FIRM, first, kek)
    session.connection().execute(insert(Key), [made])
    return str(made["id"])


def data_keys(firm: str, generation: str) -> Wrapped:
    """Let a new data key encrypt for each of the firm's scopes, below the firm key ``generation``, and wrap the old
    ones with that, too: they are needed until nothing is left under them."""
    told = Wrapped()
    while True:
        told.unreadable.clear()
        with reading() as session:
            batches = [[row.id for row in rows] for rows in key_queries.in_batches(session, firm, generation, AT_ONCE)]
        done = sum(_renewed(batch, firm, generation, told) for batch in batches)
        told.done += done
        if not done:
            return told


def _renewed(batch: Sequence[str], firm: str, generation: str, told: Wrapped) -> int:
    with own() as session:
        # Whoever is at one of them is not waited for: it is there in the next round.
        held = select(Key).where(Key.id.in_(batch), Key.parent != generation).order_by(Key.id)
        rows = session.scalars(held.with_for_update(skip_locked=True)).all()
        opened = keys.unwrapped(session, rows)
        parent = _generation(session, generation)
        told.unreadable += [row.id for row in rows if row.id not in opened]
        good = [row for row in rows if row.id in opened]
        done = _rewrap(session, [_wrapped(row, opened[row.id], generation, parent) for row in good])
        old = [row for row in good if row.state == KeyState.ACTIVE]
        _replace(session, [row.id for row in old])
        if old:
            session.connection().execute(insert(Key), [_made(firm, row.scope, generation, parent) for row in old])
        points.reach("keys.renewing")
    firmtext.active.forget()
    points.reach("keys.renewed")
    return done


def _generation(session: Session, key_id: str) -> bytes:
    found = keys.to_decrypt(session, [key_id]).get(key_id)
    if found is None:
        raise KeyUnavailable(f"the firm's new key {key_id} cannot be unwrapped; `flask firmtext keys status` says more")
    return found


def _wrapped(row: Key, key: bytes, parent_id: str, parent: bytes) -> dict[str, Any]:
    where = {"key_id": row.id, "parent_id": parent_id, "scope": row.scope, "firm": row.firm}
    now = ciphers.wrap(parent, key, **where)
    return {"key": row.id, "was": row.wrapped, "whose": row.scope, "below": parent_id, "now": now}


def _rewrap(session: Session, changes: list[dict[str, Any]]) -> int:
    return cast(Any, session.connection().execute(REWRAP, changes)).rowcount if changes else 0


def _replace(session: Session, ids: Sequence[str]) -> None:
    session.execute(
        update(Key)
        .where(Key.id.in_(ids), Key.state == KeyState.ACTIVE)
        .values(state=KeyState.REPLACED, replaced_at=firmtext.clock.now())
        .execution_options(synchronize_session=False)
    )


def _made(firm: str, scope: str, parent_id: str, parent: bytes) -> dict[str, Any]:
    key_id = ciphers.new_key_id()
    return {
        "id": key_id,
        "parent": parent_id,
        "firm": firm,
        "scope": scope,
        "state": KeyState.ACTIVE,
        "wrapped": ciphers.wrap(parent, ciphers.new_key(), key_id=key_id, parent_id=parent_id, scope=scope, firm=firm),
        "created_at": firmtext.clock.now(),
    }

"""The configured keys (``FIRMTEXT_ENCRYPTION_KEYS``) held against the marks that those that wrote here have left."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import KeyUnavailable
from . import ciphers
from . import indexes as marks
from .models import Key, KeyCheck
from .states import KeyState
from .upsert import insert_once

Sessions = Session | scoped_session[Any]

#: The scope of a firm's own keys, which the configured ones wrap.
FIRM = "firm"
#: Under this name a session remembers the keys that it made. They are not kept in memory from there: after a
#: roll-back, be it of a savepoint, nobody could read what such a key had written.
MADE_HERE = "firmtext_keys_made_here"


def made_here(session: Sessions) -> set[str]:
    """The keys and marks of which nobody knows yet whether they stay."""
    return session.info.setdefault(MADE_HERE, set())  # type: ignore[no-any-return]


def first(session: Sessions) -> tuple[str, bytes]:
    """Id and bytes of the configured key that wraps firms' keys. Nobody buries it before this transaction ends.

    :raises KeyUnavailable: somebody has: this process was not started anew since.
    """
    name, key = next(iter(firmtext.settings.encryption_keys.items()))
    mark = select(KeyCheck.value).where(KeyCheck.name == f"kek:{name}").with_for_update(read=True)
    value = session.scalar(mark)
    if value is not None and not hmac.compare_digest(value, ciphers.check_value(key)):
        raise KeyUnavailable(
            f"the configured key {name} was given up, so nothing is wrapped with it: take it out of "
            "FIRMTEXT_ENCRYPTION_KEYS and start this process again"
        )
    return name, key


def verify(session: Sessions) -> bool:
    """Compare the configured keys with those that wrote here; the first process leaves its mark.

    Returns whether every mark is committed: one of this session's own may still be rolled back.

    :raises KeyUnavailable: another key has the same id, a key is missing, or the index key was changed.
    """
    wanted = {f"kek:{name}": key for name, key in firmtext.settings.encryption_keys.items()}
    wanted["index"] = firmtext.settings.index_key[0]
    there = set(session.scalars(select(KeyCheck.name)))
    for name, key in wanted.items():
        value = ciphers.check_value(key)
        if name not in there and insert_once(session, KeyCheck, name=name, value=value, since=firmtext.clock.now()):
            made_here(session).add(name)
    if wrong := faults(session):
        raise KeyUnavailable(" ".join(wrong))
    return made_here(session).isdisjoint(wanted)


def faults(session: Sessions) -> list[str]:
    """What is wrong with the configured keys in the light of this database: one sentence a fault."""
    stored: dict[str, bytes] = {row.name: row.value for row in session.execute(select(KeyCheck.name, KeyCheck.value))}
    configured = firmtext.settings.encryption_keys
    wrong = [
        f"FIRMTEXT_ENCRYPTION_KEYS: the key {name} is another one than wrote here; give the new key an id of its own."
        for name, key in configured.items()
        if not hmac.compare_digest(stored.get(f"kek:{name}", ciphers.check_value(key)), ciphers.check_value(key))
    ]
    wrong += marks.faults(stored)
    used = set(session.scalars(select(Key.parent).where(Key.scope == FIRM, Key.state != KeyState.DESTROYED).distinct()))
    wrong += [
        f"FIRMTEXT_ENCRYPTION_KEYS lacks the key {name}, which still protects a firm; add it again."
        for name in sorted(used - configured.keys())
    ]
    return wrong

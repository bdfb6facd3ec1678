"""Where each firm's chain of seals ended, kept outside the database: a chain that is cut off at its end looks whole.

In the file and in Redis, as the mark of what was sent (``witness.py``). Each names the newest seal that it saw; a
chain that does not have that seal any more has lost its end, was written anew, or is an older backup's.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping

from redis import RedisError
from sqlalchemy import select

from ..adapters import bell
from ..current import firmtext
from ..firm.sealing import End
from ..store import seal_queries
from ..store.models import Account
from ..store.queries import ACCOUNT
from ..store.transactions import reading
from . import witness

log = logging.getLogger(__name__)

#: Number and hash (hexadecimal) of a seal.
Seen = tuple[int, str]
Ends = dict[str, Seen]


def note(moved: Mapping[str, tuple[End, End]]) -> None:
    """Let the witnesses know of chains that went on, from where to where. One whose end they miss keeps it."""
    name = _name()
    if name is None or not moved:
        return
    for place, known in _told(name):
        if new := {
            named(firm): (end.n, end.hash.hex())
            for firm, (_, end) in moved.items()
            if _goes_on(firm, known.get(named(firm)), moved[firm])
        }:
            _keep(place, name, known | new)


def take(mark: str, end: End) -> None:
    """Somebody says that this is where the chain of that mark ends; at 0, that there is none any more."""
    name = _name()
    for place, known in _told(name) if name else ():
        known.pop(mark, None)
        _keep(place, name or "", known | ({mark: (end.n, end.hash.hex())} if end.n else {}))


def known() -> Ends:
    """The newest seal of each chain that the witnesses know, by the mark of its firm."""
    name = _name()
    told: Ends = {}
    for _, ends in _told(name) if name else ():
        told |= {mark: max(seen, told.get(mark, seen)) for mark, seen in ends.items()}
    return told


def _goes_on(firm: str, known: Seen | None, moved: tuple[End, End]) -> bool:
    if known is None or known == (moved[0].n, moved[0].hash.hex()):
        return True
    with reading() as session:
        found = seal_queries.hash_at(session, firm, known[0])
    return found is not None and bytes(found).hex() == known[1]


def named(firm: str) -> str:
    """The mark of a firm."""
    # A reference may be the firm's name: a file for backups of the machine is no place for it.
    return hashlib.sha256(firm.encode()).hexdigest()[:16]


def _name() -> str | None:
    with reading() as session:
        line = session.scalars(select(Account.line).where(Account.id == ACCOUNT)).one_or_none()
    return f"firmtext-record-{line.hex}" if line else None


def _told(name: str) -> Iterator[tuple[str, Ends]]:
    """What each witness tells that can be asked; one that is new, or damaged, knows nothing."""
    try:
        text: str | None = (witness.folder() / name).read_text("ascii")
    except (OSError, ValueError):
        text = None
    yield "file", _read(text)
    if firmtext.settings.redis_url:
        try:
            yield "redis", _read(bell.recall(firmtext.settings.redis_url, name))
        except (RedisError, ValueError) as error:
            log.warning("the ends of the record cannot be read in Redis (%s)", type(error).__name__)


def _read(text: str | None) -> Ends:
    try:
        known = json.loads(text or "{}")
        return {str(firm): (int(n), str(hash_)) for firm, (n, hash_) in known.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def _keep(place: str, name: str, ends: Ends) -> None:
    text = json.dumps(ends, separators=(",", ":"), sort_keys=True)
    try:
        if place == "file":
            witness.write(witness.folder(), name, text)
        else:
            bell.remember(firmtext.settings.redis_url or "", name, text)
    except (OSError, RedisError) as error:
        log.warning("where the record ends is not noted in the %s: %s", place, type(error).__name__)

"""By what a number, an address or a webhook is found again: keyed digests, under one index key or, meanwhile, several.

``FIRMTEXT_INDEX_KEY`` may list several keys: looks ask by all of them. Which one is written with is not the order of
anybody's list but a row of the database, so that two processes never open two conversations for one number:

    index             the key that writes
    index next        the one that will; a process without it stores nothing from then on
    index old …       one under which something is still found

All rows of a number at a firm are under one key at every moment; ``messaging.reindexing`` moves them together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import IndexMoved, KeyUnavailable
from . import ciphers
from .models import ConsentEvent, Conversation, KeyCheck, MovedIndex, OptOut, Quarantine, ScheduledText
from .states import Later

Sessions = Session | scoped_session[Any]

WRITES = "index"
NEXT = "index next"
OLD = "index old "
#: Tables in which a number's rows are found.
NUMBERED: tuple[type[Any], ...] = (Conversation, OptOut, ConsentEvent, Quarantine, ScheduledText)
#: What draws a number's next rows to the index that it has. What has ended does not, and neither does what was erased:
#: nobody can move it, so that an old key would be retired while something is still begun under it.
DRAWING: Mapping[type[Any], tuple[ColumnElement[bool], ...]] = {
    Conversation: (Conversation.erased_at.is_(None),),
    ScheduledText: (ScheduledText.state == Later.WAITING,),
}
#: Longer than any process goes on without looking whether its keys are still the right ones.
NOTICE = timedelta(minutes=2)


def all_of(firm: str, number: str) -> tuple[bytes, ...]:
    """Every index under which an E.164 number of a firm may be found."""
    return tuple(ciphers.blind_index(key, firm, number) for key in firmtext.settings.index_key)


def digests_of(body: bytes) -> tuple[bytes, ...]:
    """Every digest under which a body may be found."""
    return tuple(ciphers.keyed_digest(key, body) for key in firmtext.settings.index_key)


def writing(session: Sessions) -> bytes:
    """The key that writes. :raises KeyUnavailable: it is not configured here."""
    configured: tuple[bytes, ...] = firmtext.settings.index_key
    if len(configured) == 1:
        return configured[0]
    mark = session.scalar(select(KeyCheck.value).where(KeyCheck.name == WRITES))
    if mark is None:  # nothing was ever written here, and whoever was first will have said by which
        return configured[0]
    found = next((key for key in configured if ciphers.check_value(key) == mark), None)
    if found is None:
        raise KeyUnavailable("FIRMTEXT_INDEX_KEY lacks the key that writes; add it again.")
    return found


def standing(session: Sessions, firm: str, number: str) -> bytes:
    """The index of a number at a firm: the one that its rows have, else the one to begin with.

    In the transaction that writes with it: who moves a number's rows to another key waits for the end of that.
    """
    return standing_each(session, firm, [number])[number]


def standing_each(session: Sessions, firm: str, numbers: Iterable[str]) -> Mapping[str, bytes]:
    """The same for many, with as many questions as for one."""
    every = {number: all_of(firm, number) for number in numbers}
    if len(firmtext.settings.index_key) == 1 or not every:
        return {number: first for number, (first, *_) in every.items()}
    wanted = [one for some in every.values() for one in some]
    looks = (
        select(one.phone_index).where(one.firm == firm, one.phone_index.in_(wanted), *DRAWING.get(one, ()))
        for one in NUMBERED
    )
    key = writing(session)
    known = {bytes(found) for found in session.scalars(union(*looks))}
    return {number: _standing(some, ciphers.blind_index(key, firm, number), known) for number, some in every.items()}


def _standing(every: Sequence[bytes], now: bytes, known: Collection[bytes]) -> bytes:
    others = [one for one in every if one in known and one != now]
    return now if now in known or not others else others[0]


def digest_of(session: Sessions, body: bytes) -> bytes:
    """The digest to write for a body."""
    return ciphers.keyed_digest(writing(session), body)


def must_stand(session: Sessions, firm: str, index: bytes) -> None:
    """:raises IndexMoved: the number's rows have another index since this one was read."""
    if len(firmtext.settings.index_key) == 1:
        return
    moved = (MovedIndex.firm == firm, MovedIndex.was == index)
    if session.scalar(select(MovedIndex.firm).where(*moved).limit(1)) is not None:
        raise IndexMoved("The number was just moved to another index key. Try again.")


def faults(stored: dict[str, bytes]) -> list[str]:
    """What is wrong with the configured index keys, given the marks: one sentence a fault."""
    have = {ciphers.check_value(key) for key in firmtext.settings.index_key}
    missing = {name for name, value in stored.items() if name.startswith(WRITES) and bytes(value) not in have}
    found = []
    if WRITES in missing:
        found.append("FIRMTEXT_INDEX_KEY is another one than wrote here; put the old key back.")
    if NEXT in missing:
        found.append("FIRMTEXT_INDEX_KEY lacks the key that is about to write; add the new key to the list.")
    if any(name.startswith(OLD) for name in missing):
        found.append("FIRMTEXT_INDEX_KEY lacks an old key under which numbers are still found; add it to the list.")
    return found


def old_mark(key_check: bytes) -> str:
    """The name of the mark of a key that wrote before."""
    return f"{OLD}{bytes(key_check).hex()[:16]}"


def marks(session: Sessions) -> Sequence[KeyCheck]:
    """What is written down of index keys."""
    return session.scalars(select(KeyCheck).where(KeyCheck.name.startswith(WRITES))).all()

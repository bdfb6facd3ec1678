"""The index key replaced: everything that is found by a keyed digest gets one under the new key.

1. *Announced*: from two minutes later on, no process without the new key stores anything: each looks once a minute.
2. *Switched*: what begins now begins under the new key. Whoever has begun with the old one is waited for.
3. *Moved*: all rows of a number together, number by number, wherever one can be read. Looks ask by both keys. The words
   of all texts are marked anew.
4. Once nothing is left under it, and no webhook of before comes again, the old key is not needed any more.

Each run takes the next step that can be taken, so this is run until it says that it is done.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..store import audit, ciphers, indexes, key_queries
from ..store.indexes import NEXT, NOTICE, NUMBERED, OLD, WRITES
from ..store.models import KeyCheck, MovedIndex
from ..store.transactions import own, reading
from ..store.upsert import insert_once, insert_or_update
from . import marking, numbered

AT_ONCE = 50
#: So often somebody else may have what is wanted; all together some minutes.
TRIES = 60
#: The carrier repeats a webhook for a day, and what is older than 25 hours is refused.
REPEATS = timedelta(hours=26)
#: A process may have an index in its memory that it read before its number was moved.
REMEMBERED = timedelta(minutes=10)


@dataclass(slots=True)
class Reindexed:
    """What a run has come to. ``until`` is when the next step can be taken, None when there is none.

    ``marked`` counts the texts whose words are found under the new key since, ``unreadable`` what stays under the old
    key, by table, because its number or words cannot be read.
    """

    announced: bool = False
    switched: bool = False
    moved: int = 0
    marked: int = 0
    again: int = 0
    conflicts: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)
    until: datetime | None = None
    done: bool = False


def run(by: str, tell: Callable[[int], None] = lambda count: None) -> Reindexed:
    """Take the next step towards the first key of the list."""
    done = Reindexed()
    if not _writes_already():
        since = _announced(by, done)
        if firmtext.clock.now() < since + NOTICE:
            done.until = since + NOTICE
            return done
        _switch(by)
        done.switched = True
    for firm in _firms():
        for pairs in numbered.moves(firm, done.unreadable, AT_ONCE):
            _move(firm, pairs, done)
            tell(len(pairs))
        done.moved += numbered.digests(firm, done.unreadable)
        done.marked += marking.walk(firm, tell=tell)
    _settle(by, done)
    return done


def _firms() -> list[str]:
    with reading() as session:
        return list(key_queries.firms(session))


def _first() -> bytes:
    return ciphers.check_value(firmtext.settings.index_key[0])


def _writes_already() -> bool:
    with reading() as session:
        return session.scalar(select(KeyCheck.value).where(KeyCheck.name == WRITES)) == _first()


def _announced(by: str, done: Reindexed) -> datetime:
    """Since when everybody could know."""
    with own() as session:
        now = firmtext.clock.now()
        before = session.scalars(select(KeyCheck).where(KeyCheck.name == NEXT)).one_or_none()
        if before is not None and before.value == _first() and before.since is not None:
            return before.since
        values = {"value": _first(), "since": now}
        insert_or_update(session, KeyCheck, ["name"], {"name": NEXT, **values}, values)
        audit.record_key(session, "index_announce", NEXT, table=KeyCheck.__tablename__, actor=by)
        done.announced = True
    points.reach("index.announced")
    return now


def _alone(session: Session) -> None:
    """Have the indexes to oneself: whoever has read which key writes, or that an index stands, is waited for, and who
    reads it next sees what is written here. Not for long: everybody else would wait behind us."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '500ms'"))
        session.execute(text("LOCK TABLE firmtext_key_check, firmtext_moved_index IN ACCESS EXCLUSIVE MODE"))


def _patiently(step: Callable[[], None]) -> bool:
    """Again and again while somebody else has what is wanted. False: they have it for too long."""
    for _ in range(TRIES):
        try:
            step()
        except OperationalError:
            time.sleep(random.uniform(0.1, 1.0))  # noqa: S311 - not a secret
        else:
            return True
    return False


def _switch(by: str) -> None:
    def step() -> None:
        with own() as session:
            _alone(session)
            was = session.scalars(select(KeyCheck.value).where(KeyCheck.name == WRITES)).one()
            now = firmtext.clock.now()
            insert_once(session, KeyCheck, name=indexes.old_mark(was), value=was, since=now)
            values = {"value": _first(), "since": now}
            session.execute(update(KeyCheck).where(KeyCheck.name == WRITES).values(values))
            session.execute(delete(KeyCheck).where(KeyCheck.name.in_([NEXT, indexes.old_mark(_first())])))
            audit.record_key(session, "index_switch", WRITES, table=KeyCheck.__tablename__, actor=by)
            points.reach("index.switching")

    if not _patiently(step):
        step()
    points.reach("index.switched")


def _move(firm: str, pairs: Mapping[bytes, bytes], done: Reindexed) -> None:
    def step() -> None:
        with own() as session:
            _alone(session)
            for was, now in pairs.items():
                _moved(session, firm, was, now)
            points.reach("index.moving")

    try:
        if _patiently(step):
            done.moved += len(pairs)
        else:
            done.again += len(pairs)
    except IntegrityError:
        _one_by_one(firm, pairs, done)
    points.reach("index.moved")


def _one_by_one(firm: str, pairs: Mapping[bytes, bytes], done: Reindexed) -> None:
    """A number that is there under both keys is left as it is, for a person to see."""
    if len(pairs) == 1:
        done.conflicts += 1
        return
    for was, now in pairs.items():
        _move(firm, {was: now}, done)


def _moved(session: Session, firm: str, was: bytes, now: bytes) -> None:
    for one in NUMBERED:
        rows = update(one).where(one.firm == firm, one.phone_index == was).values(phone_index=now)
        session.execute(rows.execution_options(synchronize_session=False))
    insert_once(session, MovedIndex, firm=firm, was=was, since=firmtext.clock.now())


def _settle(by: str, done: Reindexed) -> None:
    """What was moved long ago nobody remembers; and an old key that nothing needs is told to be one."""
    now = firmtext.clock.now()
    with reading() as session:
        since = session.scalar(select(KeyCheck.since).where(KeyCheck.name == WRITES))
    with own() as session:
        session.execute(delete(MovedIndex).where(MovedIndex.since < now - REMEMBERED))
        left = session.scalar(select(MovedIndex.firm).limit(1)) is not None
    over = (since or now) + REPEATS
    stays = bool(done.unreadable) or bool(done.conflicts)
    if done.moved or done.again or left:
        done.until = now + REMEMBERED
    elif now < over:
        done.until = over
    elif not stays:
        with own() as session:
            gone = session.execute(delete(KeyCheck).where(KeyCheck.name.startswith(OLD)).returning(KeyCheck.name)).all()
            for row in gone:
                audit.record_key(session, "index_retire", row.name, table=KeyCheck.__tablename__, actor=by)
    done.done = done.until is None

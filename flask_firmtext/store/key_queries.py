"""What is stored under which key: counted, found, and looked for before a key goes."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, exists, func, or_, select, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from . import seals
from .configured import FIRM
from .models import Attachment, AuditSeal, File, Key
from .protected import EVERYTHING, FILES, Protected
from .states import KeyState

#: So many ids are looked for in one go: a look may have to read a whole table.
LOOKED_FOR = 10_000


class named_key(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """The id of the key that a cell or a head names."""

    type = String()
    inherit_cache = True


@compiles(named_key)
def _postgresql(element: named_key, compiler: SQLCompiler, **kw: Any) -> str:
    return f"encode(substring({compiler.process(element.clauses, **kw)} from 2 for 8), 'hex')"


@compiles(named_key, "sqlite")
def _sqlite(element: named_key, compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower(hex(substr({compiler.process(element.clauses, **kw)}, 2, 8)))"


def _with_keys(one: Protected, *what: Any) -> Select[Any]:
    """Each row that holds something, and the key that it names, if there is that one."""
    there = and_(one.there, *_whole(one))
    return select(*what).select_from(one.table).outerjoin(Key, Key.id == named_key(one.cell)).where(there)


def _whole(one: Protected) -> Sequence[ColumnElement[bool]]:
    """Of a file that was moved only the row is left; its bytes are where it leads to."""
    return [File.moved_to.is_(None)] if one is FILES else []


def counts(session: Session, one: Protected) -> Sequence[Row[Any]]:
    """How much of a column is under which: ``wrapped_by`` (the configured key), ``state`` of the data key, ``cells``,
    and ``size`` in plain bytes where it is files. What names a key that is not there has neither."""
    above = aliased(Key)
    size: Any = func.sum(File.size) if one is FILES else func.count()
    counted = _with_keys(
        one, above.parent.label("wrapped_by"), Key.state, func.count().label("cells"), size.label("size")
    )
    return session.execute(counted.outerjoin(above, above.id == Key.parent).group_by(above.parent, Key.state)).all()


def keys_by_parent(session: Session) -> Sequence[Any]:
    """How many data keys of which state are below which configured key: ``wrapped_by``, ``state``, ``keys``."""
    above = aliased(Key)
    counted = select(above.parent.label("wrapped_by"), Key.state, func.count().label("keys"))
    joined = counted.select_from(Key).outerjoin(above, above.id == Key.parent).where(Key.scope != FIRM)
    return session.execute(joined.group_by(above.parent, Key.state)).all()


def firms_by_key(session: Session) -> Sequence[Any]:
    """Which configured key wraps the keys of which firm: ``wrapped_by``, ``firm``, ``state``; not destroyed ones."""
    found = select(Key.parent.label("wrapped_by"), Key.firm, Key.state)
    return session.execute(found.where(Key.scope == FIRM, Key.state != KeyState.DESTROYED)).all()


def firms(session: Session) -> Sequence[str]:
    """Everybody who has keys, the installation itself (the empty name) among them."""
    return session.scalars(
        select(Key.firm).where(Key.scope == FIRM, Key.state != KeyState.DESTROYED).distinct().order_by(Key.firm)
    ).all()


def left(session: Session, one: Protected, firm: str, after: Any, limit: int = LOOKED_FOR) -> Sequence[Any]:
    """Rows of a firm behind ``after`` that are not under an active key, in the order of their ids."""
    wanted = _with_keys(one, one.primary).where(*_left(one, firm)).order_by(one.primary).limit(limit)
    return session.scalars(wanted if after is None else wanted.where(one.primary > after)).all()


def count_left(session: Session, one: Protected, firm: str) -> int:
    """How many those are."""
    return session.scalar(_with_keys(one, func.count()).where(*_left(one, firm))) or 0


def count(session: Session, one: Protected, firm: str) -> int:
    """How many rows of a firm hold something in a column."""
    return session.scalar(_with_keys(one, func.count()).where(one.table.c.firm == firm)) or 0


def _left(one: Protected, firm: str) -> list[ColumnElement[bool]]:
    behind = or_(Key.id.is_(None), Key.state != KeyState.ACTIVE)
    found: list[ColumnElement[bool]] = [one.table.c.firm == firm, behind]
    if one is FILES:  # half a file belongs to its writer, and one that nothing refers to is swept
        found += [File.complete_at.is_not(None), select(Attachment.id).where(Attachment.file_id == File.id).exists()]
    return found


def cells(session: Session, one: Protected, rows: Collection[Any]) -> Sequence[Row[Any]]:
    """Of these rows: ``row`` (id), ``firm``, ``cell``, ``conversation`` and ``quarantine``."""
    wanted = select(
        one.primary.label("row"),
        one.table.c.firm,
        one.cell.label("cell"),
        one.conversation.label("conversation"),
        one.quarantine.label("quarantine"),
    )
    return session.execute(wanted.where(one.primary.in_(rows)).order_by(one.primary)).all()


def named(session: Session, firm: str, state: KeyState) -> set[str]:
    """The firm's data keys of this state that something stored names, and its firm keys that have keys below them."""
    found: set[str] = set()
    for one in EVERYTHING:
        used = _with_keys(one, Key.id).where(Key.firm == firm, Key.state == state).distinct()
        found |= set(session.scalars(used))
    above = aliased(Key)
    parents = select(above.id).join(Key, Key.parent == above.id)
    below = (above.firm == firm, above.state == state, Key.state != KeyState.DESTROYED)
    return found | set(session.scalars(parents.where(*below).distinct()))


def replaced(session: Session, firm: str) -> set[str]:
    """The firm's keys that were replaced, without those that the record needs as long as it stands: what proves a seal
    is no cell that could be written anew."""
    sealed = and_(Key.scope == seals.SCOPE, exists().where(AuditSeal.firm == Key.firm, AuditSeal.key_id == Key.id))
    return set(session.scalars(select(Key.id).where(Key.firm == firm, Key.state == KeyState.REPLACED, ~sealed)))


def naming(session: Session, key: str) -> int:
    """How many cells, files, seals of the record and keys need this key."""
    total = session.scalar(
        select(func.count()).select_from(Key).where(Key.parent == key, Key.state != KeyState.DESTROYED)
    )
    named_by = (
        select(func.count()).select_from(one.table).where(named_key(one.cell) == key, *_whole(one))
        for one in EVERYTHING
    )
    proved = select(func.count()).select_from(AuditSeal).where(AuditSeal.key_id == key)
    return (total or 0) + sum(session.scalar(statement) or 0 for statement in (*named_by, proved))


def is_anybody_older(session: Session, at: datetime) -> bool:
    """Whether a transaction of somebody else, that might write with what it read then, began before ``at``.

    On SQLite who writes is alone, and who read before cannot write any more.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    others = "datname = current_database() AND pid <> pg_backend_pid() AND xact_start < :at"
    counted = session.scalar(text(f"SELECT count(*) FROM pg_stat_activity WHERE {others}"), {"at": at})  # noqa: S608
    return bool(counted)


def in_batches(session: Session, firm: str, generation: str, size: int) -> Iterator[Sequence[Key]]:
    """The firm's data keys that are below another firm key than ``generation``, each once."""
    after = ""
    while True:
        below = (Key.firm == firm, Key.scope != FIRM, Key.parent != generation, Key.state != KeyState.DESTROYED)
        found = session.scalars(select(Key).where(*below, Key.id > after).order_by(Key.id).limit(size)).all()
        if not found:
            return
        yield found
        after = found[-1].id


def moved(session: Session, file: uuid.UUID) -> uuid.UUID | None:
    """Where a file's bytes are now, None when they are where they were."""
    return session.scalar(select(File.moved_to).where(File.id == file))

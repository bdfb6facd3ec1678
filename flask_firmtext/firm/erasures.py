"""The rows of what is erased: begun, gone on with after a power cut, and in the end the proof of it.

The proof is the erasure's row, and the record has its digest: whoever changes one of them is found by the other, and
the record is sealed (docs/audit.md).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import DecryptError
from ..messaging import marking
from ..store import audit, cells, erasing, erasure_queries, keys, seals
from ..store.base import new_id
from ..store.ciphers import packed
from ..store.models import Erased, Erasure
from ..store.retention_queries import Amount
from ..store.transactions import notes, own, reading
from . import legal_holds

#: What one call of a clerk empties of conversations.
AT_ONCE = 100
#: Nobody else goes on with what somebody has just begun, or looks again at what will pass, before that is over.
PAUSE = timedelta(minutes=1)
#: What else forgets the texts of a conversation.
OTHERS: tuple[erasing.Forget, ...] = (marking.forget,)
BEGAN, DONE = "erasure.begin", "erasure.end"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was erased, when, by whom and why (None where that cannot be read). ``seal`` is the number of the seal that
    names it in the record, None while it is too young; ``whole``: the row is what the record says."""

    row: Erasure
    why: str | None = field(repr=False)
    conversations: tuple[uuid.UUID, ...]
    documents: tuple[tuple[str, str], ...]
    digest: str
    recorded: datetime | None
    seal: int | None
    whole: bool


def night(firm: str, by: str, over: Amount) -> Erasure:
    """The erasure of a night, or the one that somebody did not come to the end of."""
    with own() as session:
        if found := erasure_queries.open_night(session, firm, "retention"):
            return found
        return begin(session, firm, "retention", by=by, told=f"{over.conversations} conversations, {over.texts} texts")


def begin(
    session: Session,
    firm: str,
    cause: str,
    *,
    by: str,
    told: str,
    contact: str | None = None,
    shared: Sequence[str] = (),
    why: str | None = None,
    row_id: uuid.UUID | None = None,
) -> Erasure:
    """Note that something is about to be erased; ``told`` says how much."""
    row_id, now = row_id or new_id(), firmtext.clock.now()
    row = Erasure(
        id=row_id,
        firm=firm,
        cause=cause,
        contact=contact,
        shared=sorted(shared),
        by=by,
        why=cells.seal(session, cells.place(Erasure, "why", row_id, firm), why, scope=keys.GENERAL) if why else None,
        begun_at=now,
        look_at=now + PAUSE,
        gone={},
        left={},
    )
    session.add(row)
    session.flush()
    audit.record(session, BEGAN, (Erasure.__tablename__, row_id), firm=firm, actor=by, became=cause, evidence=told)
    return row


def empty_all(firm: str, stop: Any = None) -> int:
    """Empty whatever of a firm has lost its keys. Returns how many conversations that were."""
    done = 0
    while True:
        with reading() as session:
            rows = erasure_queries.full(session, firm, AT_ONCE)
        if not rows:
            return done
        for row in rows:
            erasing.empty(row, OTHERS)
            done += 1
            if stop is not None:
                stop(done)


def put_off(erasure: Erasure) -> None:
    """Somebody looks again in a minute."""
    later = update(Erasure).where(Erasure.firm == erasure.firm, Erasure.id == erasure.id)
    with own() as session:
        session.execute(later.values(look_at=firmtext.clock.now() + PAUSE).execution_options(synchronize_session=False))


def finish(erasure: Erasure, *, left: Mapping[str, int], gone: Mapping[str, int] | None = None) -> None:
    """It is over: count what went, and put the digest of all of it into the record. Done twice, once."""
    while not _finished(erasure, left, gone or {}):
        pass


def _finished(erasure: Erasure, left: Mapping[str, int], gone: Mapping[str, int]) -> bool:
    firm = erasure.firm
    empty_all(firm)
    points.reach("erase.finishing")
    with own() as session:
        legal_holds.take_turn(session, firm)
        counted = erasure_queries.counted(session, firm, erasure.id)
        if counted.full:  # somebody else was at work, too
            session.rollback()
            return False
        total = {"conversations": counted.conversations, "texts": int(counted.texts), "files": int(counted.files)}
        values = {"done_at": firmtext.clock.now(), "gone": {**total, **gone}, "left": dict(left)}
        open_one = (Erasure.firm == firm, Erasure.id == erasure.id, Erasure.done_at.is_(None))
        done = session.execute(
            update(Erasure)
            .where(*open_one)
            .values(**values)
            .returning(Erasure.id)
            .execution_options(synchronize_session=False)
        ).first()
        if done is None:
            return True
        session.expire_all()
        row = erasure_queries.erasure(session, firm, erasure.id)
        if row is not None:
            said = f"{total['conversations']}/{total['texts']}/{total['files']}"
            told = {"became": said, "evidence": digest(row, erasure_queries.erased_by(session, firm, row.id))}
            audit.record(session, DONE, (Erasure.__tablename__, row.id), firm=firm, actor=row.by, **told)
            notes(session).show(firm)
    return True


def digest(row: Erasure, erased: Iterable[Erased]) -> str:
    """Of all that the proof says but the reason: its bytes change with its key, and they name this row themselves.

    ``erased`` is what went with it, in the order of :func:`.erasure_queries.erased_by`; one at a time is enough.
    """
    when = (seals.written(row.begun_at), seals.written(row.done_at) if row.done_at else "-")
    counts = (f"{name}={count}" for some in (row.gone, row.left) for name, count in sorted(some.items()))
    why = "encrypted" if row.why else "-"
    whose = (row.firm, row.cause, row.contact or "-", row.by, *row.shared)
    said = hashlib.sha256(packed("firmtext", "erasure", 1, row.id, *whose, why, *when, *counts))
    for one in erased:
        said.update(packed(f"{one.conversation_id} {seals.written(one.at)} {one.texts} {one.files}"))
    return said.hexdigest()


def proof(firm: str, erasure_id: uuid.UUID) -> Proof | None:
    """The proof of an erasure, None when there is no such."""
    with reading() as session:
        row = erasure_queries.erasure(session, firm, erasure_id)
        if row is None:
            return None
        erased = erasure_queries.erased_by(session, firm, row.id)
        now = digest(row, erased)
        ids = tuple(one.conversation_id for one in erased)
        recorded = erasure_queries.record_of(session, firm, DONE, row.id)
        return Proof(
            row,
            _why(session, row),
            ids,
            tuple((one.matter, one.document) for one in erasure_queries.documents(session, firm, ids)),
            now,
            recorded.at if recorded else None,
            erasure_queries.seal_of(session, recorded) if recorded else None,
            recorded is not None and recorded.evidence == now,
        )


def _why(session: Session, row: Erasure) -> str | None:
    if row.why is None:
        return ""
    try:
        return cells.unseal(session, cells.place(Erasure, "why", row.id, row.firm), row.why)
    except DecryptError:
        return None

"""Checking the record against its seals, and proofs against the record: what was changed since, and where.

It holds a few seals at a time, however long the record is, and reads beside sweeps that go on sealing.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from ..current import firmtext
from ..store import keys, seal_queries, seals
from ..store.models import AuditSeal
from ..store.transactions import reading
from . import proof_check
from .breaks import Break, Checked
from .sealing import AGE, LATE

#: Seals that are read at once.
SEALS = 10

#: Number and hash (hexadecimal) of a seal that somebody has seen.
Seen = tuple[int, str]
Advance = Callable[[int], None]


def check(firm: str, seen: Sequence[Seen] = (), advance: Advance = lambda rows: None) -> Checked:
    """Check a firm's record. ``seen`` are seals that it once had; ``advance`` hears of rows that have been checked."""
    checked = Checked(firm)
    with reading() as session:
        last = seal_queries.last(session, firm)
        until = last.n if last else 0
        expected, settled = _Link(), None
        for seal in _chain(session, firm, until):
            _link(session, seal, expected, checked)
            _rows(session, seal, settled, checked)
            settled = max(seal.last_at, settled or seal.last_at)
            expected = _Link(seal.n + 1, bytes(seal.hash))
            advance(seal.count)
        for n in range(expected.n, until + 1):
            checked.found(Break("missing", f"The seal {n} is not there.", n))
        for one in seen:
            _end(session, firm, one, checked)
        _unsealed(session, firm, settled, checked, advance)
        proof_check.check(session, firm, checked)
    checked.head = seals.head(last.n, last.hash) if last else None
    return checked


@dataclass(frozen=True, slots=True)
class _Link:
    """What the next seal must go on from."""

    n: int = 1
    hash: bytes = seals.BEGINNING


def _chain(session: Session, firm: str, until: int) -> Iterator[AuditSeal]:
    after = 0
    while some := seal_queries.chain(session, firm, after, until, limit=SEALS):
        yield from some
        after = some[-1].n
        session.expunge_all()


def _link(session: Session, seal: AuditSeal, expected: _Link, checked: Checked) -> None:
    """Whether a seal is one that we made, and goes on from the one before."""
    checked.seals += 1
    for n in range(expected.n, seal.n):
        checked.found(Break("missing", f"The seal {n} is not there.", n))
    if seal.n == expected.n and bytes(seal.previous) != expected.hash:
        checked.found(Break("seal", f"The seal {seal.n} does not go on from the one before.", seal.n))
    hash_ = seals.hash_of(seal)
    key = keys.to_decrypt(session, [seal.key_id]).get(seal.key_id)
    if key is None:
        checked.found(Break("key", f"The key {seal.key_id} of seal {seal.n} cannot be had.", seal.n))
    elif hash_ != bytes(seal.hash) or not hmac.compare_digest(seals.mac_of(key, hash_), bytes(seal.mac)):
        checked.found(Break("seal", f"The seal {seal.n} was changed, or somebody else made it.", seal.n))


def _rows(session: Session, seal: AuditSeal, settled: datetime | None, checked: Checked) -> None:
    """Whether the rows of a seal say what they said."""
    held: Mapping[uuid.UUID, bytes] = dict(seals.parted(seal.members))
    there = seal_queries.rows(session, seal.firm, held)
    checked.rows += len(there)
    for id_, said in held.items():
        row: Any = there.get(id_)
        if row is None:
            why = f"The row {id_} is not there; it was between {_told(seal.first_at)} and {_told(seal.last_at)}."
            checked.found(Break("deleted", why, seal.n, id_))
        elif seals.digest(row) != said:
            checked.found(Break("changed", f"The row {id_} says something else.", seal.n, id_, row.at))
        elif settled is not None and row.at < settled:
            checked.late += 1


def _end(session: Session, firm: str, seen: Seen, checked: Checked) -> None:
    """Whether the chain still has a seal that it had."""
    n, hash_ = seen
    found = seal_queries.hash_at(session, firm, n)
    if found is None:
        why = f"The seal {n} was there and is not: the end was cut off, or an older backup was restored."
        checked.found(Break("end", why, n))
    elif bytes(found).hex() != hash_:
        why = f"The seal {n} was another one: all from there was written anew, maybe after a restored backup."
        checked.found(Break("end", why, n))


def _unsealed(session: Session, firm: str, settled: datetime | None, checked: Checked, advance: Advance) -> None:
    """Rows without a seal: too young, late, or put in between others long afterwards."""
    now = firmtext.clock.now()
    for piece in seal_queries.unsealed(session, firm, None, None):
        for row in piece.rows:
            if settled is not None and row.at < settled and row.at < now - LATE:
                why = f"The row {row.id} was put in after the rows of its time were sealed."
                checked.found(Break("inserted", why, None, row.id, row.at))
                continue
            checked.waiting += 1
            checked.overdue += row.at < now - 5 * AGE
        advance(piece.looked_at)


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}Z"

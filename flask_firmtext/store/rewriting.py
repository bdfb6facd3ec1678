"""Cells under another key, while people read and write them: batch by batch, only what is as it was read.

Nobody is waited for: a row that somebody has at this moment, or has changed since it was read, is there in the next
pass. A cell that cannot be read is left as it is and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Update, bindparam, select, update
from sqlalchemy.orm import Session

from .. import points
from ..errors import DecryptError
from . import cells, ciphers, key_queries, keys, rotations
from .models import Rotation
from .protected import CELLS, Protected, scope_of
from .transactions import own, reading

AT_ONCE = 500

Tell = Callable[[int], None]
Target = tuple[str, bytes]


@dataclass(slots=True)
class Passed:
    """What one pass has come to: rows encrypted anew, rows that nobody can read, rows that somebody else had."""

    done: int = 0
    unreadable: int = 0
    busy: int = 0

    def add(self, other: Passed) -> None:
        self.done += other.done
        self.unreadable += other.unreadable
        self.busy += other.busy


def one_pass(rotation: Rotation, tell: Tell) -> Passed:
    """Go once through all protected columns of a firm, from where the last process has come."""
    total = Passed()
    for one in CELLS:
        total.add(_column(rotation, one, tell))
    return total


def _column(rotation: Rotation, one: Protected, tell: Tell) -> Passed:
    passed = Passed()
    after = rotations.place_in(rotation, one)
    for rows in _looked_for(rotation.firm, one, after):
        found = _batch(rotation, one, rows)
        passed.add(found)
        tell(found.done)
        points.reach("keys.cells")
    rotations.note_passed(rotation, one, unreadable=passed.unreadable)
    return passed


def _looked_for(firm: str, one: Protected, after: Any) -> Iterator[Sequence[Any]]:
    while True:
        with reading() as session:
            found = key_queries.left(session, one, firm, after)
        if not found:
            return
        yield from (found[at : at + AT_ONCE] for at in range(0, len(found), AT_ONCE))
        after = found[-1]


def _batch(rotation: Rotation, one: Protected, ids: Sequence[Any]) -> Passed:
    with reading() as session:
        rows = key_queries.cells(session, one, ids)
        scopes = {row.row: scope_of(row.conversation, row.quarantine) for row in rows}
        targets = keys.active(session, rotation.firm, set(scopes.values()))
        texts = cells.read(session, [(one.place(row.row, row.firm), row.cell) for row in rows])
    changes, passed = [], Passed()
    for row, text in zip(rows, texts, strict=True):
        target = targets.get(scopes[row.row])
        if isinstance(text, DecryptError):
            passed.unreadable += 1
        elif target is None:  # a stranger's text that has just become a conversation's
            passed.busy += 1
        else:
            changes.append(_changed(one, row, text, target))
    passed.done = _written(rotation, one, ids, changes)
    passed.busy += len(changes) - passed.done
    return passed


def _changed(one: Protected, row: Row[Any], text: str, target: Target) -> Mapping[str, Any]:
    key_id, key = target
    return {"row": row.row, "was": row.cell, "now": ciphers.seal(key, key_id, one.place(row.row, row.firm), text)}


def _written(rotation: Rotation, one: Protected, ids: Sequence[Any], changes: list[Mapping[str, Any]]) -> int:
    with own() as session:
        done = _swapped(session, one, changes)
        rotations.note_place(session, rotation, one, str(ids[-1]), done)
        points.reach("keys.writing")
    return done


def _swapped(session: Session, one: Protected, changes: list[Mapping[str, Any]]) -> int:
    """Who holds a lock here waits for nobody, so that nobody who waits for it can be waited for."""
    wanted = [change["row"] for change in changes]
    free = select(one.primary).where(one.primary.in_(wanted)).with_for_update(skip_locked=True, key_share=True)
    held = set(session.scalars(free))
    mine = [change for change in changes if change["row"] in held]
    return cast(Any, session.connection().execute(_swap(one), mine)).rowcount if mine else 0


def _swap(one: Protected) -> Update:
    as_it_was = (one.primary == bindparam("row"), one.cell == bindparam("was"))
    return update(one.table).where(*as_it_was).values({one.column: bindparam("now")})

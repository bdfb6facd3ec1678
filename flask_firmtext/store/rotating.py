"""A firm's keys replaced by new ones while everybody goes on reading and writing.

1. Another firm key, and below it another data key for each scope, begin to encrypt. Old ones go on to decrypt: reading
   never asks which one is current, so it does not matter that a process remembers the old one for a minute.
2. Every cell and file is encrypted anew, again and again until a pass has found nothing to do.
3. Keys under which nothing is are retired after a second look ten minutes later. Only a person destroys them.

Ended at any moment, it goes on when it is called again; two at once do the same work once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import key_queries, moving, retiring, rewrapping, rewriting, rotations
from .models import Rotation
from .protected import CELLS, FILES
from .retiring import Settled
from .rewriting import Passed, Tell
from .transactions import reading

#: Under constant traffic a pass may always find something: more of them are of no use before a minute is over.
PASSES = 5


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a call has done for one firm. ``unreadable`` counts cells, files and keys that were left as they are."""

    firm: str
    cells: int
    files: int
    unreadable: int
    settled: Settled
    done: bool


def size(firm: str) -> int:
    """How many cells and files are to be encrypted anew, or are left of a rotation that goes on."""
    with reading() as session:
        going = any(one.firm == firm for one in rotations.open_ones(session))
        counted = key_queries.count_left if going else key_queries.count
        return sum(counted(session, one, firm) for one in (*CELLS, FILES))


def rotate(firm: str, by: str, tell: Tell) -> Rotated:
    """Begin to rotate a firm's keys, or go on; ``tell`` hears how many cells and files were done.

    :raises KeyUnavailable: the firm's key cannot be unwrapped; nothing was changed.
    """
    return _rest(rotations.begin(firm, by), by, tell)


def _rest(rotation: Rotation, by: str, tell: Tell) -> Rotated:
    firm = rotation.firm
    lost = rewrapping.data_keys(firm, rotation.key).unreadable
    texts, files = _passes(rotation, rewriting.one_pass, tell), _passes(rotation, moving.one_pass, tell)
    settled = retiring.settle(firm, by)
    unreadable = texts.unreadable + files.unreadable + len(lost)
    over = not settled.waiting and (not settled.needed or bool(unreadable))
    done = over and rotations.finish(rotation, retired=settled.retired)
    return Rotated(firm, texts.done, files.done, unreadable, settled, done)


def _passes(rotation: Rotation, one_pass: Callable[[Rotation, Tell], Passed], tell: Tell) -> Passed:
    total = Passed()
    for _ in range(PASSES):
        passed = one_pass(rotation, tell)
        total.done += passed.done
        total.unreadable, total.busy = passed.unreadable, passed.busy
        if not passed.done and not passed.busy:
            break
    return total


def due() -> Sequence[tuple[str, str]]:
    """Whose rotations are to be gone on with, and who began them: time for the second look, or whoever did it died."""
    with reading() as session:
        return [(one.firm, one.by) for one in rotations.due(session, retiring.WAIT)]


def go_on(firm: str, by: str, tell: Tell) -> Rotated | None:
    """Go on with a rotation without anybody at a terminal. ``tell`` may raise to end it.

    None when somebody else has come to its end since it was due: another one is begun by a person only.
    """
    rotation = rotations.take(firm)
    return None if rotation is None else _rest(rotation, by, tell)

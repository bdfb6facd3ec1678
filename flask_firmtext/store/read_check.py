"""Whether everything that is stored can be read: after a restore, or before a key goes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from ..errors import DecryptError
from . import cells, files, pieces
from .models import File
from .protected import CELLS, EVERYTHING, FILES, Protected
from .transactions import reading

log = logging.getLogger(__name__)

AT_ONCE = 500


def size() -> int:
    """How much there is to open."""
    with reading() as session:
        counts = (select(func.count()).select_from(one.table).where(one.there) for one in EVERYTHING)
        return sum(session.scalar(count) or 0 for count in counts)


def unreadable(tell: Callable[[int], None]) -> Mapping[str, int]:
    """Open every cell and every file; how many cannot be read, by the protected column they stand in.

    Which ones is said in the log, without what stands in them.
    """
    found = {one.name: sum(_cells(one, tell)) for one in CELLS}
    found[FILES.name] = sum(_files(tell))
    return {name: count for name, count in found.items() if count}


def _batches(one: Protected, *where: Any) -> Iterator[Sequence[Any]]:
    after = None
    while True:
        wanted = select(one.primary.label("row"), one.table.c.firm, one.cell.label("cell"))
        behind = wanted.where(one.there, *where).order_by(one.primary).limit(AT_ONCE)
        with reading() as session:
            rows = session.execute(behind if after is None else behind.where(one.primary > after)).all()
        if not rows:
            return
        yield rows
        after = rows[-1].row


def _cells(one: Protected, tell: Callable[[int], None]) -> Iterator[int]:
    for rows in _batches(one):
        with reading() as session:
            texts = cells.read(session, [(one.place(row.row, row.firm), row.cell) for row in rows])
        tell(len(rows))
        lost = [text for text in texts if isinstance(text, DecryptError)]
        for error in lost:
            log.warning("%s", error)
        yield len(lost)


def _files(tell: Callable[[int], None]) -> Iterator[int]:
    for rows in _batches(FILES, File.complete_at.is_not(None), File.moved_to.is_(None)):
        for row in rows:
            tell(1)
            yield not _opens(row)


def _opens(row: Any) -> bool:
    try:
        with files.reader(row.firm, row.row) as file:
            while file.read(pieces.SIZE):
                pass
    except DecryptError as error:
        log.warning("%s", error)
        return False
    return True

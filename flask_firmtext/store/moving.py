"""Files under another key: copied piece by piece into a new file that takes the place of the old one at once.

Until then the old one is read, from then on the new one; whoever is in the middle goes on in the new one. A process
that dies half-way leaves half a file, which the sweep takes, and the old one as it was.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, delete, select, update

from .. import points
from ..current import firmtext
from ..errors import DecryptError, KeyUnavailable
from . import file_readers, files, key_queries, keys, pieces, rotations
from .file_readers import FileReader
from .files import GONE_AT_ONCE
from .models import Attachment, File, FilePiece, Rotation
from .protected import FILES, scope_of
from .rewriting import Passed, Tell
from .transactions import own, reading

AT_ONCE = 100


def one_pass(rotation: Rotation, tell: Tell) -> Passed:
    """Go once through the files of a firm, from where the last process has come."""
    passed = Passed()
    after = rotations.place_in(rotation, FILES)
    while found := _looked_for(rotation.firm, after):
        after = found[-1].row
        for row in found:
            passed.add(_file(rotation, row))
            tell(1)
            points.reach("keys.file")
    rotations.note_passed(rotation, FILES, unreadable=passed.unreadable)
    _empty(rotation.firm)
    return passed


def _looked_for(firm: str, after: Any) -> Sequence[Row[Any]]:
    with reading() as session:
        return key_queries.cells(session, FILES, key_queries.left(session, FILES, firm, after, AT_ONCE))


def _file(rotation: Rotation, row: Row[Any]) -> Passed:
    scope = scope_of(row.conversation, row.quarantine)
    try:
        with file_readers.reader(row.firm, row.row) as old:
            new = _copied(old, row.firm, scope)
    except DecryptError:
        return Passed(unreadable=1)
    except KeyUnavailable:
        if not _is_erased(row.firm, scope):
            raise
        return Passed(busy=1)
    points.reach("keys.copied")
    if not _put_in_place(rotation, row, new):
        files.forget(new)
        return Passed(busy=1)
    points.reach("keys.moved")
    _forget_pieces(row.row)
    return Passed(done=1)


def _is_erased(firm: str, scope: str) -> bool:
    """Whether its keys were destroyed after it was opened: whoever erases it lets the file go in a moment."""
    with reading() as session:
        return keys.was_destroyed(session, firm, scope)


def _copied(old: FileReader, firm: str, scope: str) -> uuid.UUID:
    with files.writer(firm, scope) as out:
        while piece := old.read(pieces.SIZE):
            out.write(piece)
        if out.size != old.size:
            raise DecryptError(File.__tablename__, "size", str(out.file_id), "")
    return out.file_id


def _put_in_place(rotation: Rotation, row: Row[Any], new: uuid.UUID) -> bool:
    """False when whoever the file belongs to has let it go, or was given to somebody else, meanwhile."""
    with own() as session:
        theirs = (Attachment.firm == row.firm, Attachment.file_id == row.row)
        as_it_was = Attachment.quarantine_id.is_not_distinct_from(row.quarantine)
        put = session.execute(
            update(Attachment)
            .where(*theirs, as_it_was)
            .values(file_id=new)
            .execution_options(synchronize_session=False)
        )
        if not cast(Any, put).rowcount:
            return False
        session.execute(
            update(File)
            .where(File.id == row.row)
            .values(moved_to=new, complete_at=firmtext.clock.now())
            .execution_options(synchronize_session=False)
        )
        rotations.note_place(session, rotation, FILES, str(row.row), 1)
    return True


def _empty(firm: str) -> None:
    """What a process that died behind its last step has left."""
    still = select(FilePiece.file_id).where(FilePiece.file_id == File.id, FilePiece.n == 0).exists()
    with reading() as session:
        found = session.scalars(select(File.id).where(File.firm == firm, File.moved_to.is_not(None), still)).all()
    for file_id in found:
        _forget_pieces(file_id)


def _forget_pieces(file_id: uuid.UUID) -> None:
    """The last ones first: as long as there is a first one, there is something to forget."""
    while True:
        with own() as session:
            some = select(FilePiece.n).where(FilePiece.file_id == file_id).order_by(FilePiece.n.desc())
            these = FilePiece.n.in_(some.limit(GONE_AT_ONCE).scalar_subquery())
            gone = session.execute(
                delete(FilePiece)
                .where(FilePiece.file_id == file_id, these)
                .execution_options(synchronize_session=False)
            )
        if cast(Any, gone).rowcount < GONE_AT_ONCE:
            return

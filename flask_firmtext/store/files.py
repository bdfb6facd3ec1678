"""Encrypted files as rows: written and read in pieces, so that a large one costs little memory.

Rows rather than a folder: several machines see them, they are in the backup, and a commit is all that a temporary
file, its flush and its renaming would give. A file can be read once it is complete; one whose writer died is swept.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import and_, delete, exists, insert, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from .. import points
from ..current import firmtext
from . import ciphers, keys, pieces
from .base import new_id
from .file_readers import FileReader, reader
from .models import Attachment, File, FilePiece
from .pieces import Pieces
from .transactions import own, reading

__all__ = ["FileReader", "FileWriter", "forget", "reader", "sweep_orphans", "writer"]

log = logging.getLogger(__name__)

#: So many pieces go into one transaction: 1 MiB.
AT_ONCE = 16
#: So many are deleted in one.
GONE_AT_ONCE = 128
#: No writer takes so long; and a complete file is referred to by the statement that follows.
ABANDONED = timedelta(hours=24)
UNCLAIMED = timedelta(hours=1)
SWEPT_AT_ONCE = 50


class FileWriter:
    """A new file that takes plain bytes. ``size`` and ``digest`` count what was written so far."""

    def __init__(self, firm: str, scope: str) -> None:
        self.file_id = new_id()
        self.size = 0
        self._firm = firm
        self._digest = _digesting(firm)
        self._plain = bytearray()
        self._sealed: list[dict[str, Any]] = []
        self._n = 0
        with own() as session:
            key_id, key = keys.to_encrypt(session, firm, scope)
            head = pieces.new_head(key_id, self.file_id)
            session.add(File(id=self.file_id, firm=firm, head=head, created_at=firmtext.clock.now()))
        self._sha256 = hashlib.sha256(head)
        self._pieces = Pieces(key, head, file_id=self.file_id, firm=firm)

    @property
    def digest(self) -> bytes:
        """Keyed: equal for equal bytes at one firm, and tells nothing of them without the key."""
        return self._digest.digest()

    def write(self, data: bytes) -> int:
        """Take some more. No connection is held between two writes."""
        self.size += len(data)
        self._digest.update(data)
        self._plain += data
        while len(self._plain) > pieces.SIZE:  # the last piece is not known before the end
            self._seal(bytes(self._plain[: pieces.SIZE]), last=False)
            del self._plain[: pieces.SIZE]
        return len(data)

    def complete(self) -> None:
        """All has been written: from here on the file can be read."""
        self._seal(bytes(self._plain), last=True)
        self._store()
        values = {"size": self.size, "sha256": self._sha256.digest(), "complete_at": firmtext.clock.now()}
        with own() as session:
            session.execute(update(File).where(File.id == self.file_id).values(**values))

    def _seal(self, plain: bytes, *, last: bool) -> None:
        sealed = self._pieces.seal(self._n, plain, last=last)
        self._sha256.update(sealed)
        self._sealed.append({"file_id": self.file_id, "n": self._n, "data": sealed})
        self._n += 1
        if len(self._sealed) == AT_ONCE:
            self._store()

    def _store(self) -> None:
        if self._sealed:
            with own() as session:
                session.execute(insert(FilePiece), self._sealed)
            self._sealed = []
            points.reach("media.piece")


@contextmanager
def writer(firm: str, scope: str) -> Iterator[FileWriter]:
    """A new file of a firm under the key of ``scope``; complete at the end, forgotten when the block raises.

    :raises KeyUnavailable: nothing can be protected now.
    """
    out = FileWriter(firm, scope)
    try:
        yield out
        out.complete()
    except BaseException:
        _forget_if_possible(out.file_id)
        raise


def forget(file_id: uuid.UUID) -> None:
    """Delete a file, piece by piece, so that nobody waits long for a lock. One that is gone already is no fault."""
    while True:
        with own() as session:
            some = select(FilePiece.n).where(FilePiece.file_id == file_id).limit(GONE_AT_ONCE)
            gone = session.execute(delete(FilePiece).where(FilePiece.file_id == file_id, FilePiece.n.in_(some)))
            left = cast(Any, gone).rowcount == GONE_AT_ONCE
            if not left:
                session.execute(delete(File).where(File.id == file_id))
        if not left:
            return


def sweep_orphans() -> int:
    """Forget files whose writer died, and complete ones that nothing refers to. Returns how many those were."""
    now = firmtext.clock.now()
    referred = exists().where(Attachment.file_id == File.id)
    half = and_(File.complete_at.is_(None), File.created_at < now - ABANDONED)
    whole = and_(File.moved_to.is_(None), File.complete_at < now - UNCLAIMED)
    # Whoever was in the middle of it when it was encrypted anew has long come to its end.
    moved = and_(File.moved_to.is_not(None), File.complete_at < now - ABANDONED)
    with reading() as session:
        found = session.scalars(select(File.id).where(~referred, or_(whole, moved, half)).limit(SWEPT_AT_ONCE)).all()
    for file_id in found:
        forget(file_id)
    return len(found)


def _digesting(firm: str) -> hmac.HMAC:
    return ciphers.digesting(firmtext.settings.index_key[0], firm)


def _forget_if_possible(file_id: uuid.UUID) -> None:
    try:
        forget(file_id)
    except SQLAlchemyError as error:
        log.warning("half a file is left to the sweep (%s)", type(error).__name__)

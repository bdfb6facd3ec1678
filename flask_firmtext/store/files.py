"""Encrypted files as rows: written and read in pieces, so that a large one costs little memory.

Rows rather than a folder: several machines see them, they are in the backup, and a commit is all that a temporary
file, its flush and its renaming would give. A file can be read once it is complete; one whose writer died is swept.
"""

from __future__ import annotations

import hashlib
import hmac
import io
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
from ..errors import DecryptError
from . import ciphers, keys, pieces
from .base import new_id
from .models import Attachment, File, FilePiece
from .pieces import NotThisPiece, Pieces
from .transactions import own, reading

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


class FileReader(io.BufferedReader):
    """A file's plain bytes: seekable, a piece in memory at a time, a connection for as long as a piece takes."""

    def __init__(self, raw: _Plain) -> None:
        super().__init__(raw, pieces.SIZE)
        self.size = raw.size


def reader(firm: str, file_id: uuid.UUID) -> FileReader:
    """Open a complete file of a firm.

    :raises DecryptError: there is none, or its key is gone; reads raise it for a piece that is changed or missing.
    """
    with reading() as session:
        row = session.execute(
            select(File.head, File.size).where(
                File.id == file_id, File.firm == firm, File.complete_at.is_not(None), File.size.is_not(None)
            )
        ).one_or_none()
        key_id = pieces.key_id_of(row.head) if row else ""
        key = keys.to_decrypt(session, [key_id]).get(key_id) if row else None
    try:
        if row is None or key is None:
            raise NotThisPiece
        opened = Pieces(key, row.head, file_id=file_id, firm=firm)
    except NotThisPiece:
        raise DecryptError(File.__tablename__, "head", str(file_id), key_id) from None
    return FileReader(_Plain(opened, file_id, key_id, row.size))


class _Plain(io.RawIOBase):
    """What the pieces hold, one after the other."""

    def __init__(self, opened: Pieces, file_id: uuid.UUID, key_id: str, size: int) -> None:
        self.size = size
        self._pieces = opened
        self._file_id, self._key_id = file_id, key_id
        self._at = 0
        self._n, self._piece = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("a file has nothing before its beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= max(self.size, 1):  # an empty file has a piece, too, that says so
            return 0
        n, begin = divmod(self._at, pieces.SIZE)
        found = self._open(n)[begin : begin + len(buffer)]
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def _open(self, n: int) -> bytes:
        if n != self._n:
            self._piece, self._n = self._fetch(n), n
        return self._piece

    def _fetch(self, n: int) -> bytes:
        with reading() as session:
            sealed = session.scalar(select(FilePiece.data).where(FilePiece.file_id == self._file_id, FilePiece.n == n))
        try:
            plain = self._pieces.open(n, sealed or b"", last=n == pieces.count_of(self.size) - 1)
            if len(plain) != min(pieces.SIZE, self.size - n * pieces.SIZE):
                raise NotThisPiece
        except NotThisPiece:
            raise DecryptError(FilePiece.__tablename__, "data", f"{self._file_id}/{n}", self._key_id) from None
        return plain


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
    with reading() as session:
        found = session.scalars(
            select(File.id).where(~referred, or_(File.complete_at < now - UNCLAIMED, half)).limit(SWEPT_AT_ONCE)
        ).all()
    for file_id in found:
        forget(file_id)
    return len(found)


def _digesting(firm: str) -> hmac.HMAC:
    return ciphers.digesting(firmtext.settings.index_key, firm)


def _forget_if_possible(file_id: uuid.UUID) -> None:
    try:
        forget(file_id)
    except SQLAlchemyError as error:
        log.warning("half a file is left to the sweep (%s)", type(error).__name__)

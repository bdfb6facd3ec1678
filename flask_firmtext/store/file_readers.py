"""Reading an encrypted file: its plain bytes, a piece in memory at a time.

A file may be encrypted anew while it is read. Its bytes are another file's then, piece for piece, and whoever is in the
middle of it goes on there: with the same bytes, and without noticing.
"""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..errors import DecryptError
from . import keys, pieces
from .models import File, FilePiece
from .pieces import NotThisPiece, Pieces
from .transactions import reading

#: A file that was moved more often than this is one that leads to itself.
FOLLOWED = 1_000


class FileReader(io.BufferedReader):
    """A file's plain bytes: seekable, a connection for as long as a piece takes."""

    def __init__(self, raw: _Plain) -> None:
        super().__init__(raw, pieces.SIZE)
        self.size = raw.size


@dataclass(frozen=True, slots=True)
class _Opened:
    """Where a file's bytes are at this moment, and how they are read."""

    pieces: Pieces
    file_id: uuid.UUID
    key_id: str
    size: int


def reader(firm: str, file_id: uuid.UUID) -> FileReader:
    """Open a complete file of a firm.

    :raises DecryptError: there is none, or its key is gone; reads raise it for a piece that is changed or missing.
    """
    return FileReader(_Plain(firm, _open(firm, file_id)))


def _open(firm: str, file_id: uuid.UUID) -> _Opened:
    with reading() as session:
        row = None
        for _ in range(FOLLOWED):
            wanted = select(File.head, File.size, File.moved_to)
            whole = (File.complete_at.is_not(None), File.size.is_not(None))
            row = session.execute(wanted.where(File.id == file_id, File.firm == firm, *whole)).one_or_none()
            if row is None or row.moved_to is None:
                break
            file_id = row.moved_to
        key_id = pieces.key_id_of(row.head) if row else ""
        key = keys.to_decrypt(session, [key_id]).get(key_id) if row else None
    try:
        if row is None or row.moved_to is not None or key is None:
            raise NotThisPiece
        return _Opened(Pieces(key, row.head, file_id=file_id, firm=firm), file_id, key_id, row.size)
    except NotThisPiece:
        raise DecryptError(File.__tablename__, "head", str(file_id), key_id) from None


class _Plain(io.RawIOBase):
    """What the pieces hold, one after the other."""

    def __init__(self, firm: str, opened: _Opened) -> None:
        self.size = opened.size
        self._firm, self._opened = firm, opened
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
        try:
            return self._fetched(n)
        except DecryptError:
            now = _open(self._firm, self._opened.file_id)
            if now.file_id == self._opened.file_id or now.size != self.size:
                raise
            self._opened = now
            return self._fetch(n)

    def _fetched(self, n: int) -> bytes:
        opened = self._opened
        with reading() as session:
            wanted = (FilePiece.file_id == opened.file_id, FilePiece.n == n)
            sealed = session.scalar(select(FilePiece.data).where(*wanted))
        try:
            plain = opened.pieces.open(n, sealed or b"", last=n == pieces.count_of(self.size) - 1)
            if len(plain) != min(pieces.SIZE, self.size - n * pieces.SIZE):
                raise NotThisPiece
        except NotThisPiece:
            where = (FilePiece.__tablename__, "data", f"{opened.file_id}/{n}")
            raise DecryptError(*where, opened.key_id) from None
        return plain

"""How the bytes of a file are protected: in pieces, so that neither side ever holds all of them.

    head  = 0x02 | key id(8) | file id(16) | salt(32)
    piece = AES-256-GCM(HKDF(data key, salt, info="file/v1"), at most 64 KiB, nonce = 0^8 | n(4),
                        aad = L("firmtext","file",1,file id,n,"last" or "more",firm))

The key is this file's alone, so the counted nonces never meet those of another. Order, length and end are
authenticated: a piece that was changed, moved to another place or file, or left out at the end does not open.
"""

from __future__ import annotations

import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .ciphers import KEY_ID, packed

VERSION = b"\x02"
SIZE = 64 * 1024
SALT = 32
HEAD = 1 + KEY_ID + 16 + SALT


class NotThisPiece(ValueError):
    """Wrong key, or bytes that do not belong here; one error for all."""


class Pieces:
    """One file's key: seals and opens pieces by their place."""

    def __init__(self, data_key: bytes, head: bytes, *, file_id: uuid.UUID, firm: str) -> None:
        """:raises NotThisPiece: the head is another file's or of another format."""
        if len(head) != HEAD or not head.startswith(VERSION) or head[1 + KEY_ID : -SALT] != file_id.bytes:
            raise NotThisPiece("the head is not this file's")
        self._aead = AESGCM(HKDF(SHA256(), 32, head[-SALT:], b"file/v1").derive(data_key))
        self._file_id = file_id
        self._firm = firm

    def seal(self, n: int, plain: bytes, *, last: bool) -> bytes:
        return self._aead.encrypt(_nonce(n), plain, self._aad(n, last))

    def open(self, n: int, sealed: bytes, *, last: bool) -> bytes:
        """:raises NotThisPiece: it cannot be read here."""
        try:
            return self._aead.decrypt(_nonce(n), sealed, self._aad(n, last))
        except (InvalidTag, ValueError):
            raise NotThisPiece("it does not open") from None

    def _aad(self, n: int, last: bool) -> bytes:
        return packed("firmtext", "file", 1, self._file_id, n, "last" if last else "more", self._firm)


def new_head(key_id: str, file_id: uuid.UUID) -> bytes:
    """The first bytes of a new file, with a salt of its own."""
    return VERSION + bytes.fromhex(key_id) + file_id.bytes + os.urandom(SALT)


def key_id_of(head: bytes) -> str:
    """The id of the data key that a head names."""
    return bytes(head[1 : 1 + KEY_ID]).hex()


def count_of(size: int) -> int:
    """How many pieces a file of so many plain bytes has; an empty one has one, so that its end is authenticated."""
    return max(1, -(-size // SIZE))


def _nonce(n: int) -> bytes:
    return bytes(8) + n.to_bytes(4, "big")

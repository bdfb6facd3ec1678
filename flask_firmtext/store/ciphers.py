"""How bytes are protected: AES-256-GCM with associated data, wrapped keys, padding and the blind index.

The formats, so that they can be read in ten years:

    wrapped key = 0x01 | nonce(12) | AES-256-GCM(parent, key, aad = L("firmtext","key",1,key id,parent id,scope,firm))
    cell        = 0x01 | key id(8) | nonce(12) | AES-256-GCM(key, pad(text),
                                      aad = L("firmtext","cell",1,table,column,row id,firm,key id))
    blind index = first 16 bytes of HMAC-SHA-256(HKDF(index key, info="phone/v1"), L(firm, number))
    mark        = first 8 bytes of HMAC-SHA-256(HMAC-SHA-256(HKDF(index key, info="search/v1"), L(firm)), L(kind, word))
    L(a, b, …)  = for each: 4-byte big-endian length, then UTF-8 bytes; no two lists give the same bytes

Because table, column, row and firm are in the associated data, a cell that somebody moved does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import DecryptError

VERSION = b"\x01"
NONCE = 12
KEY_ID = 8
SMALL = (32, 64, 128, 256)
STEP = 256


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell lives. All four are authenticated with the text."""

    table: str
    column: str
    row: str
    firm: str


def packed(*parts: object) -> bytes:
    """``L`` of the formats above."""
    encoded = [str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def padded(plain: bytes) -> bytes:
    """ISO/IEC 7816-4 padding to 32, 64, 128, 256, then multiples of 256 bytes: the length says little."""
    needed = len(plain) + 1
    size = next((small for small in SMALL if needed <= small), -(-needed // STEP) * STEP)
    return plain + b"\x80" + bytes(size - needed)


def unpadded(data: bytes) -> bytes:
    return data.rstrip(b"\0")[:-1]


def new_key_id() -> str:
    """Sixteen hexadecimal digits, random."""
    return os.urandom(KEY_ID).hex()


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def wrap(parent: bytes, key: bytes, *, key_id: str, parent_id: str, scope: str, firm: str) -> bytes:
    """A key under its parent."""
    nonce = os.urandom(NONCE)
    return (
        VERSION
        + nonce
        + AESGCM(parent).encrypt(nonce, key, packed("firmtext", "key", 1, key_id, parent_id, scope, firm))
    )


def unwrap(parent: bytes, wrapped: bytes, *, key_id: str, parent_id: str, scope: str, firm: str) -> bytes:
    """:raises DecryptError: wrong parent, or the row was changed."""
    try:
        _expect_version(wrapped)
        aad = packed("firmtext", "key", 1, key_id, parent_id, scope, firm)
        return AESGCM(parent).decrypt(wrapped[1 : 1 + NONCE], wrapped[1 + NONCE :], aad)
    except (InvalidTag, ValueError):
        raise DecryptError("firmtext_key", "wrapped", key_id, parent_id) from None


def seal(key: bytes, key_id: str, place: Place, text: str) -> bytes:
    """A text as a cell for exactly this place."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(key).encrypt(nonce, padded(text.encode()), _cell_aad(place, key_id))
    return VERSION + bytes.fromhex(key_id) + nonce + sealed


def unseal(key: bytes, place: Place, cell: bytes) -> str:
    """:raises DecryptError: wrong key, moved row or changed bytes; one error for all."""
    key_id = key_id_of(cell)
    body = cell[1 + KEY_ID :]
    try:
        _expect_version(cell)
        plain = AESGCM(key).decrypt(body[:NONCE], body[NONCE:], _cell_aad(place, key_id))
        return unpadded(plain).decode()
    except (InvalidTag, ValueError):
        raise DecryptError(place.table, place.column, place.row, key_id) from None


def _expect_version(data: bytes) -> None:
    if data[:1] != VERSION:
        raise ValueError("another format")


def key_id_of(cell: bytes) -> str:
    """The id of the key that a cell names."""
    return bytes(cell[1 : 1 + KEY_ID]).hex()


def blind_index(index_key: bytes, firm: str, number: str) -> bytes:
    """What a number is found by: equal inside a firm, different between firms, meaningless without the key."""
    return hmac.digest(_derived(index_key, b"phone/v1"), packed(firm, number), "sha256")[:16]


def keyed_digest(index_key: bytes, body: bytes) -> bytes:
    """32 bytes that are equal for equal bodies and tell nothing of them without the key."""
    return hmac.digest(_derived(index_key, b"digest/v1"), body, "sha256")


def digesting(index_key: bytes, firm: str) -> hmac.HMAC:
    """The keyed digest of a file's bytes, to be fed with them; equal files of two firms have different ones."""
    return hmac.new(_derived(index_key, b"file digest/v1"), packed(firm), "sha256")


@lru_cache(maxsize=1024)
def search_key(index_key: bytes, firm: str) -> bytes:
    """Under which the words of a firm's texts are marked."""
    return hmac.digest(_derived(index_key, b"search/v1"), packed(firm), "sha256")


def word_mark(search_key: bytes, kind: str, word: str) -> int:
    """What a word is found by: a number that is equal inside a firm and tells nothing without the key."""
    return int.from_bytes(hmac.digest(search_key, packed(kind, word), "sha256")[:8], "big", signed=True)


@lru_cache(maxsize=16)
def _derived(index_key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, purpose).derive(index_key)


def check_value(key: bytes) -> bytes:
    """Stored beside a key's id, so that another key under the same id is noticed before it writes."""
    return hmac.digest(key, b"firmtext key check", hashlib.sha256)[:16]


def _cell_aad(place: Place, key_id: str) -> bytes:
    return packed("firmtext", "cell", 1, place.table, place.column, place.row, place.firm, key_id)

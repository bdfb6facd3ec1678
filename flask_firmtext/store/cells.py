"""Reading and writing protected columns: one call for one text, one for a page of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..errors import DecryptError
from . import ciphers, keys
from .base import Base
from .ciphers import Place

Sessions = Session | scoped_session[Any]


def place(model: type[Base], column: str, row: uuid.UUID, firm: str) -> Place:
    return Place(model.__tablename__, column, str(row), firm)


def seal(session: Sessions, where: Place, text: str, *, scope: str) -> bytes:
    """A text for one place, under the active key of ``scope``. :raises KeyUnavailable: nothing can be protected now."""
    key_id, key = keys.to_encrypt(session, where.firm, scope)
    return ciphers.seal(key, key_id, where, text)


def unseal(session: Sessions, where: Place, cell: bytes) -> str:
    """:raises DecryptError: this one cell cannot be read."""
    found = read(session, [(where, cell)])[0]
    if isinstance(found, DecryptError):
        raise found
    return found


def read(session: Sessions, cells: Sequence[tuple[Place, bytes]]) -> list[str | DecryptError]:
    """Many cells at once, each its text or its own error: one bad row never hides the others."""
    available = keys.to_decrypt(session, {ciphers.key_id_of(cell) for _, cell in cells})
    return [_one(available.get(ciphers.key_id_of(cell)), where, cell) for where, cell in cells]


def _one(key: bytes | None, where: Place, cell: bytes) -> str | DecryptError:
    if key is None:
        return DecryptError(where.table, where.column, where.row, ciphers.key_id_of(cell))
    try:
        return ciphers.unseal(key, where, cell)
    except DecryptError as error:
        return error

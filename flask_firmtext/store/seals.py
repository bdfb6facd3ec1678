"""How the record is sealed, so that it can be checked in ten years, without the key, too.

    digest of a row = SHA-256(L("firmtext","audit",1, id, firm, at, actor, action, table, row id, from, to, evidence,
                                request id)); what may be absent is "-" when it is and begins with "+" when not
    members         = id (16 bytes) | digest (32) of each row, in the order of the ids
    hash of a seal  = SHA-256(L("firmtext","seal",1, firm, n, at, first, last, count, key id, hash of the seal before,
                                SHA-256(members))); 64 zeros before the first; hashes in hexadecimal, times in ISO 8601
    mac of a seal   = HMAC-SHA-256(HKDF-SHA-256(seal key, info="audit seal/v1"), hash)

Anybody who has a seal's hash from elsewhere can check every row before it; who has the keys can check the macs, too.
The seal key is the firm's data key of the scope "audit": rotation of what wraps it changes no seal, and each seal names
its key, which must never be destroyed while the seal is there.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .ciphers import packed
from .models import Audit, AuditSeal

#: Of the key, in ``firmtext_key``.
SCOPE = "audit"
BEGINNING = bytes(32)
ID, MEMBER = 16, 48
ABSENT = "-"


def digest(row: Any) -> bytes:
    """What a row (with the columns of ``Audit``) says, in 32 bytes."""
    optional = (row.was, row.became, row.evidence, row.request_id)
    return hashlib.sha256(
        packed(
            *("firmtext", "audit", 1, row.id, row.firm, written(row.at), row.actor, row.action),
            *(row.object_table, row.object_id, *(ABSENT if one is None else f"+{one}" for one in optional)),
        )
    ).digest()


def members(rows: Iterable[Any]) -> bytes:
    """Ids and digests of some rows."""
    return b"".join(row.id.bytes + digest(row) for row in sorted(rows, key=lambda row: row.id.bytes))


def parted(packed_members: bytes) -> Iterator[tuple[uuid.UUID, bytes]]:
    """The ids and digests that a seal holds, as far as they are whole."""
    for begin in range(0, len(packed_members) - MEMBER + 1, MEMBER):
        yield (
            uuid.UUID(bytes=bytes(packed_members[begin : begin + ID])),
            bytes(packed_members[begin + ID : begin + MEMBER]),
        )


def hash_of(seal: AuditSeal) -> bytes:
    """What a seal and all before it say, in 32 bytes."""
    inside = hashlib.sha256(seal.members).hexdigest()
    when = (written(seal.at), written(seal.first_at), written(seal.last_at))
    chain = (seal.count, seal.key_id, bytes(seal.previous).hex(), inside)
    return hashlib.sha256(packed("firmtext", "seal", 1, seal.firm, seal.n, *when, *chain)).digest()


def mac_of(key: bytes, hash_: bytes) -> bytes:
    derived = HKDF(SHA256(), 32, None, b"audit seal/v1").derive(key)
    return hmac.digest(derived, hash_, "sha256")


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def head(n: int, hash_: bytes) -> str:
    """The end of a chain as people keep it elsewhere."""
    return f"{n}:{bytes(hash_).hex()}"


#: What a digest is made of, beside its table.
COLUMNS = tuple(getattr(Audit, column.key) for column in Audit.__table__.columns)

"""Files that came with clients' texts, wherever they may be by now. Everything needs an application context."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.ports.gateway import Media
from flask_firmtext.store import files, keys
from flask_firmtext.store.models import Attachment, Audit, FilePiece, Filing, Message
from flask_firmtext.store.states import FileState
from flask_firmtext.store.transactions import notes, own, reading
from office import HARBOR, ROSA, Office


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def png(width: int = 48, height: int = 36) -> bytes:
    """A picture that browsers show."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    line = b"\0" + b"".join(bytes((x * 255 // width, 120, 160)) for x in range(width))
    data = zlib.compress(line * height)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def enormous_png(side: int = 30_000) -> bytes:
    """900 million black dots in 0.1 MB: a browser that took them all would need 3.6 GB."""
    head = side.to_bytes(4, "big") * 2 + b"\x01\0\0\0\0"
    packing, line = zlib.compressobj(9), bytes(1 + side // 8)
    data = b"".join(packing.compress(line) for _ in range(side)) + packing.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def comes(
    office: Office, *names: str, kind: str = "image", text: str = "", phone: str = ROSA, to: str = HARBOR
) -> list[uuid.UUID]:
    """A client's text with files that are still to be fetched; their ids."""
    media = tuple(Media(f"https://media.carrier.example/{uuid.uuid4()}", kind, name) for name in names)
    office.receives(text, phone, to=to, media=media)
    with reading() as session:
        newest = (
            select(Message.id).where(Message.direction == "in").order_by(Message.created_at.desc(), Message.id.desc())
        )
        text_id = session.scalars(newest.limit(1)).one()
        found = select(Attachment.id).where(Attachment.message_id == text_id).order_by(Attachment.n)
        return list(session.scalars(found))


def becomes(attachment_id: uuid.UUID, state: FileState, **columns: Any) -> None:
    """Write what became of a file as the fetcher does."""
    with own() as session:
        values = {"state": state, "state_at": firmtext.clock.now(), **columns}
        row = session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id)
            .values(**values)
            .returning(Attachment.firm, Attachment.message_id)
        ).one()
        notes(session).show(row.firm, row.message_id)


def stores(attachment_id: uuid.UUID, data: bytes, media_type: str) -> uuid.UUID:
    """The bytes have been fetched; returns the attachment's id."""
    firm, scope = "harbor", keys.GENERAL
    with reading() as session:
        row = session.get_one(Attachment, attachment_id)
        firm = row.firm
    with files.writer(firm, scope) as out:
        out.write(data)
    columns = {"media_type": media_type, "size": out.size, "digest": out.digest, "file_id": out.file_id}
    becomes(attachment_id, FileState.STORED, **columns)
    return attachment_id


def arrives(
    office: Office, data: bytes | None = None, media_type: str = "image/png", name: str = "", **how: Any
) -> uuid.UUID:
    """A client's text with a file that is here; the file's id."""
    return stores(comes(office, name, **how)[0], png() if data is None else data, media_type)


def filings(attachment_id: uuid.UUID | None = None) -> Sequence[Filing]:
    with reading() as session:
        query = select(Filing).order_by(Filing.created_at, Filing.matter)
        if attachment_id is not None:
            query = query.where(Filing.attachment_id == attachment_id)
        return session.scalars(query).all()


def downloads() -> list[str]:
    """Who has downloaded, by the audit."""
    with reading() as session:
        return list(session.scalars(select(Audit.actor).where(Audit.action == "attachment.download")))


def damage(attachment_id: uuid.UUID, piece: int = 0) -> None:
    """Change a byte of what is stored."""
    with own() as session:
        file_id = session.get_one(Attachment, attachment_id).file_id
        row = session.get_one(FilePiece, (file_id, piece))
        row.data = row.data[:-1] + bytes((row.data[-1] ^ 1,))


def due_now() -> None:
    """Let everything that waits to be filed be due, and every claim be over."""
    past = firmtext.clock.now() - timedelta(seconds=1)
    with own() as session:
        session.execute(update(Filing).values(not_before=past, claimed_until=None))
        session.execute(update(Attachment).where(Attachment.claimed_until.is_not(None)).values(claimed_until=past))

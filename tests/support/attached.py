"""Texts with files, as the tests of media look at them. Everything needs an application context."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from flask_firmtext.clock import ShiftedClock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import media, placing
from flask_firmtext.ports.gateway import InboundText, Media, RawRequest
from flask_firmtext.store import files, keys, queries
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import Attachment, File, FilePiece
from flask_firmtext.store.transactions import own, reading

ROSA, HARBOR = "+13125550100", "+18335550100"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"


def received(*urls: str, names: Sequence[str] = (), **more: Any) -> list[uuid.UUID]:
    """The files of a text from Rosa, to whom Harbor must have sent one."""
    given = tuple(Media(url, "image", name) for url, name in zip(urls, [*names, *[""] * len(urls)], strict=False))
    values = {"carrier_id": str(uuid.uuid4()), "at": None, "digest": b"x", **more}
    event = InboundText(**values, sender=ROSA, to=HARBOR, text="Look", media=given)
    with own() as session:
        placing.store(session, event, RawRequest("POST", {}, f"{event!r}".encode()))
    with reading() as session:
        return list(session.scalars(select(Attachment.id).order_by(Attachment.id)))[-len(urls) :]


def quarantined(url: str) -> uuid.UUID:
    """A file of a text that lies in Harbor's quarantine."""
    with own() as session:
        kept = new_id()
        scope = keys.quarantine_scope(kept)
        placing._attach(session, [Media(url, "image", "x.jpg")], "harbor", scope, quarantine_id=kept)
    with reading() as session:
        return session.scalars(select(Attachment.id).where(Attachment.quarantine_id.is_not(None))).one()


def file(attachment_id: uuid.UUID) -> Attachment:
    with reading() as session:
        return session.get_one(Attachment, attachment_id)


def content(attachment_id: uuid.UUID) -> bytes:
    row = file(attachment_id)
    assert row.file_id is not None
    return files.reader(row.firm, row.file_id).read()


def stands(attachment_id: uuid.UUID) -> tuple[str, str | None]:
    row = file(attachment_id)
    return str(row.state), row.reason


def stored() -> tuple[int, int]:
    """How many files and pieces the database holds."""
    with reading() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (File, FilePiece)]
    return counts[0] or 0, counts[1] or 0


def passes(by: timedelta) -> None:
    """Let time pass, for whoever asks our clock."""
    state: Any = firmtext._get_current_object()  # type: ignore[attr-defined]
    before = state.clock.shift if isinstance(state.clock, ShiftedClock) else timedelta(0)
    state.clock = ShiftedClock(before + by)


def tried(attachment_id: uuid.UUID, times: int = 1) -> None:
    """Fetch a file so many times, each when its next try is due."""
    for _ in range(times):
        wait = (file(attachment_id).not_before or firmtext.clock.now()) - firmtext.clock.now()
        passes(max(wait, timedelta(0)) + timedelta(seconds=1))
        assert media.fetch(attachment_id)


def claims_are_over() -> None:
    """As if whoever fetches had been gone for long."""
    with own() as session:
        columns = {"not_before": firmtext.clock.now(), "claimed_until": firmtext.clock.now()}
        session.execute(update(Attachment).where(queries.is_in(Attachment.state, "fetching")).values(**columns))  # type: ignore[arg-type]

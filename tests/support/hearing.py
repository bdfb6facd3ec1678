"""Clients' texts as the carrier brings them. Everything needs an application context."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from flask_firmtext.messaging import placing
from flask_firmtext.ports.gateway import InboundText, Media, RawRequest
from flask_firmtext.store.models import Message
from flask_firmtext.store.transactions import own, reading

ROSA, HARBOR = "+13125550100", "+18335550100"


def text_from(
    text: str,
    *,
    at: datetime | None = None,
    sender: str = ROSA,
    to: str = HARBOR,
    carrier_id: str | None = None,
    media: tuple[Media, ...] = (),
) -> uuid.UUID | None:
    """Store a client's text; its id, None when it found no conversation."""
    known = carrier_id or str(uuid.uuid4())
    event = InboundText(carrier_id=known, sender=sender, to=to, text=text, at=at, media=media, digest=text.encode())
    with own() as session:
        placing.store(session, event, RawRequest("POST", {}, f"{event!r}".encode()))
    with reading() as session:
        row: Any = session.query(Message).filter_by(carrier_id=known).one_or_none()
        return row.id if row else None

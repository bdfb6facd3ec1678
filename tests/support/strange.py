"""Texts of people whom the firm never texted, as the carrier's webhooks bring them. In an application context."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import receiving
from flask_firmtext.store.models import Quarantine
from flask_firmtext.store.transactions import own, reading

SARA, ZELDA = "+14165550104", "+12065550199"
HARBOR = "+18335550100"


def texts(text: str, *files: bytes, sender: str = SARA, to: str = HARBOR, carrier_id: str | None = None) -> None:
    """A text, signed, as it comes."""
    make = firmtext.gateway.webhooks  # type: ignore[attr-defined]
    receiving.receive(make.text(sender, to, text, *files, carrier_id=carrier_id or str(uuid.uuid4())), "inbound")


def strangers() -> list[Any]:
    """What is kept of strangers, the oldest first."""
    with reading() as session:
        query = select(Quarantine).where(Quarantine.reason == "stranger")
        return list(session.scalars(query.order_by(Quarantine.received_at, Quarantine.id)))


def came(row: uuid.UUID, ago: timedelta) -> datetime:
    """Let a kept text have come so long ago; returns when."""
    at = firmtext.clock.now() - ago
    with own() as session:
        session.execute(update(Quarantine).where(Quarantine.id == row).values(received_at=at))
    return at

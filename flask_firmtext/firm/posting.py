"""Posting what has happened: a claim that ends by itself, one POST, and what became of it.

waiting → delivered | failed. Whoever dies between the POST and its note posts once more, with the same id: a consumer
gets everything at least once, in no promised order.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from .. import points
from ..adapters import consumer
from ..adapters.consumer import Outcome
from ..current import firmtext
from ..messaging import alarms
from ..signals import KINDS
from ..store import audit, cells, endpoint_queries
from ..store.models import Delivery, Endpoint, Message
from ..store.states import DeliveryState, EndpointState
from ..store.transactions import own, reading
from . import endpoints
from .deliveries import FAILING, GONE, UNSEEN, this

#: That of Standard Webhooks: how long each repeat waits after the try before it.
SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
#: Longer than a POST may take. Nobody else posts the same before it is over.
CLAIM = timedelta(seconds=60)
#: After so long without a success an address is turned off.
PATIENCE = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event for an address as it was when its claim was committed."""

    event: uuid.UUID
    endpoint: uuid.UUID
    claim: uuid.UUID
    firm: str
    kind: str
    at: datetime
    data: dict[str, Any]
    tries: int


def claim(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> Claimed | None:
    """Take an event to post it. None: it is not due, or somebody has it."""
    mine = uuid.uuid4()
    with own() as session:
        row = session.execute(
            update(Delivery)
            .where(
                *this(firm, endpoint, event),
                Delivery.state == DeliveryState.WAITING,
                Delivery.not_before <= firmtext.clock.sql(),
            )
            .values(claim=mine, not_before=firmtext.clock.sql(CLAIM), tries=Delivery.tries + 1)
            .returning(Delivery.firm, Delivery.kind, Delivery.at, Delivery.data, Delivery.tries)
            .execution_options(**UNSEEN)
        ).one_or_none()
    return None if row is None else Claimed(event, endpoint, mine, *row)


def deliver(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> bool | None:
    """Post one event; whether it arrived, None: it was not ours to post. What fails is written down, not raised."""
    claimed = claim(firm, endpoint, event)
    if claimed is None:
        return None
    points.reach("delivery.claimed")
    with reading() as session:
        row = endpoint_queries.one(session, firm, endpoint)
        if row is None or row.state != EndpointState.ON:
            return None
        url, secrets = endpoints.signing(session, row)
        body = _body(session, claimed, content=row.content)
    outcome = consumer.post(firmtext.settings, url, _headers(claimed, secrets, body), body)
    points.reach("delivery.posted")
    with own() as session:
        _write(session, claimed, outcome)
    return outcome.evidence is None


def _body(session: Session, claimed: Claimed, *, content: bool) -> bytes:
    """What is posted. The words of a text are read now: what was erased meanwhile is not told any more."""
    data = dict(claimed.data)
    told = KINDS.get(claimed.kind)
    if content and told is not None and told.words:
        data["text"] = _words(session, claimed.firm, uuid.UUID(data["message"]))
    body = _written(claimed, data)
    return body if len(body) <= consumer.LONGEST else _written(claimed, {**data, "text": None})


def _written(claimed: Claimed, data: dict[str, Any]) -> bytes:
    told = {"type": claimed.kind, "timestamp": claimed.at.isoformat().replace("+00:00", "Z"), "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _words(session: Session, firm: str, message: uuid.UUID) -> str | None:
    """:raises DecryptError: they cannot be read now."""
    cell = endpoint_queries.words_of(session, firm, message)
    return cells.unseal(session, cells.place(Message, "body", message, firm), cell) if cell else None


def _headers(claimed: Claimed, secrets: list[str], body: bytes) -> dict[str, str]:
    id_, now, text = str(claimed.event), firmtext.clock.now(), body.decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "flask-firmtext",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(id_, now, text) for secret in secrets),
    }


def _write(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    arrived = outcome.evidence is None
    over = outcome.is_over or claimed.tries > len(SCHEDULE)
    state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED if over else DeliveryState.WAITING
    values: dict[str, Any] = {"state": state, "status": outcome.status, "evidence": outcome.evidence, "claim": None}
    if state == DeliveryState.WAITING:
        values["not_before"] = firmtext.clock.sql(SCHEDULE[claimed.tries - 1])
    here = (*this(claimed.firm, claimed.endpoint, claimed.event), Delivery.claim == claimed.claim)
    session.execute(
        update(Delivery).where(*here).values(**values, state_at=firmtext.clock.now()).execution_options(**UNSEEN)
    )
    if arrived:
        _recovered(session, claimed)
    else:
        _failed(session, claimed, outcome)


def _recovered(session: Session, claimed: Claimed) -> None:
    theirs = (Endpoint.firm == claimed.firm, Endpoint.id == claimed.endpoint, Endpoint.failing_since.is_not(None))
    session.execute(update(Endpoint).where(*theirs).values(failing_since=None).execution_options(**UNSEEN))


def _failed(session: Session, claimed: Claimed, outcome: Outcome) -> None:
    now = firmtext.clock.now()
    since = session.scalar(
        update(Endpoint)
        .where(Endpoint.firm == claimed.firm, Endpoint.id == claimed.endpoint)
        .values(failing_since=func.coalesce(Endpoint.failing_since, now))
        .returning(Endpoint.failing_since)
        .execution_options(**UNSEEN)
    )
    if outcome.is_over:
        why = GONE
    elif since is not None and now - since >= PATIENCE:
        why = FAILING
    else:
        return
    if endpoints.turn_off(session, claimed.firm, claimed.endpoint, by=audit.WORKER, why=why):
        alarms.note(session, f"webhook_{why}", str(claimed.endpoint))

"""Posting what has happened: a claim that ends by itself, one POST, and what became of it.

waiting → delivered | failed. Whoever dies between the POST and its note posts once more, with the same id: a consumer
gets everything at least once, in no promised order.
"""

from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from .. import points
from ..adapters import consumer
from ..adapters.consumer import Outcome
from ..current import firmtext
from ..errors import DecryptError
from ..messaging import alarms
from ..signals import KINDS
from ..store import audit, cells, endpoint_queries
from ..store.models import Delivery, Endpoint, Message
from ..store.states import DeliveryState, EndpointState
from ..store.transactions import own, reading
from . import endpoint_secrets, endpoints
from .deliveries import FAILING, GONE, UNSEEN, this

log = logging.getLogger(__name__)

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
#: What cannot be read now (a key is away, a text is just being erased) is looked at again after so long.
UNREADABLE, LATER = "unreadable", timedelta(minutes=5)


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


@dataclass(frozen=True, slots=True)
class Ready:
    """What is posted where, and by which secrets it is signed."""

    url: str = field(repr=False)
    secrets: list[str] = field(repr=False)
    body: bytes = field(repr=False)


def claim(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> Claimed | None:
    """Take an event to post it. None: it is not due, or somebody has it."""
    with own() as session:
        return take(session, firm, endpoint, event)


def take(session: Session, firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> Claimed | None:
    """As :func:`claim`, in the caller's transaction."""
    mine = uuid.uuid4()
    due = (Delivery.state == DeliveryState.WAITING, Delivery.not_before <= firmtext.clock.sql())
    row = session.execute(
        update(Delivery)
        .where(*this(firm, endpoint, event), *due)
        .values(claim=mine, not_before=firmtext.clock.sql(CLAIM), tries=Delivery.tries + 1)
        .returning(Delivery.firm, Delivery.kind, Delivery.at, Delivery.data, Delivery.tries)
        .execution_options(**UNSEEN)
    ).one_or_none()
    return None if row is None else Claimed(event, endpoint, mine, *row)


def deliver(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> bool | None:
    """Post one event; whether it arrived, None: it was not posted. What fails is written down, not raised.

    :raises DecryptError: the address or its secret cannot be read now.
    """
    claimed = claim(firm, endpoint, event)
    if claimed is None:
        return None
    points.reach("delivery.claimed")
    with reading() as session:
        row = endpoint_queries.one(session, firm, endpoint)
        ready = _ready(session, claimed, row) if row and row.state == EndpointState.ON else None
    if row is None or ready is None:
        return None
    outcome = consumer.post(firmtext.settings, ready.url, _headers(claimed, ready), ready.body)
    points.reach("delivery.posted")
    with own() as session:
        _write(session, claimed, outcome, row.url)
    return outcome.evidence is None


def _ready(session: Session, claimed: Claimed, row: Endpoint) -> Ready | None:
    """None: the words of this one cannot be read now, and it lets the others go first."""
    try:
        url, secrets = endpoint_secrets.signing(session, row)
    except DecryptError:
        _put_off(claimed)
        raise
    try:
        return Ready(url, secrets, _body(session, claimed, content=row.content))
    except DecryptError as error:
        log.error("the words of a webhook cannot be read: %s", error)
        _put_off(claimed)
        return None


def _put_off(claimed: Claimed) -> None:
    """It counts as no try."""
    later = {"not_before": firmtext.clock.sql(LATER), "tries": claimed.tries - 1, "claim": None, "evidence": UNREADABLE}
    with own() as session:
        session.execute(update(Delivery).where(*_mine(claimed)).values(**later).execution_options(**UNSEEN))


def _mine(claimed: Claimed) -> tuple[Any, ...]:
    return (*this(claimed.firm, claimed.endpoint, claimed.event), Delivery.claim == claimed.claim)


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


def _headers(claimed: Claimed, ready: Ready) -> dict[str, str]:
    id_, now, text = str(claimed.event), firmtext.clock.now(), ready.body.decode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "flask-firmtext",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(id_, now, text) for secret in ready.secrets),
    }


def _write(session: Session, claimed: Claimed, outcome: Outcome, url: bytes) -> None:
    """Note what became of it, unless the claim was over and somebody else has it, whose note counts."""
    arrived = outcome.evidence is None
    # Whoever has written another address meanwhile is not to hear what the one before said.
    stands = arrived or endpoint_queries.stands(session, claimed.firm, claimed.endpoint, url)
    over = (outcome.is_over and stands) or claimed.tries > len(SCHEDULE)
    state = DeliveryState.DELIVERED if arrived else DeliveryState.FAILED if over else DeliveryState.WAITING
    values: dict[str, Any] = {"state": state, "status": outcome.status, "evidence": outcome.evidence, "claim": None}
    if state == DeliveryState.WAITING:
        values["not_before"] = firmtext.clock.sql(SCHEDULE[claimed.tries - 1] if stands else timedelta())
    noted = update(Delivery).where(*_mine(claimed)).values(**values, state_at=firmtext.clock.now())
    if session.execute(noted.returning(Delivery.event_id).execution_options(**UNSEEN)).first() is None:
        return
    if arrived:
        _recovered(session, claimed)
    elif stands:
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

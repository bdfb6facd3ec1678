"""Events for an address that somebody wants posted: a test, and what is to be posted again."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..store import audit, endpoint_queries
from ..store.base import new_id
from ..store.models import Delivery, Endpoint
from ..store.states import DeliveryState, EndpointState

Sessions = Session | scoped_session[Any]

TEST = "endpoint.test"
GONE, FAILING = "gone", "failing"
UNSEEN = {"synchronize_session": False}


def try_out(session: Session, firm: str, endpoint: uuid.UUID, *, by: str, event: uuid.UUID | None = None) -> uuid.UUID:
    """Let an event that tells nothing be posted; its id. :raises FormRefused: nothing is posted there."""
    _expect_on(session, firm, endpoint)
    now, event = firmtext.clock.now(), event or new_id()
    row = {"event_id": event, "endpoint_id": endpoint, "firm": firm, "kind": TEST, "at": now, "data": {"firm": firm}}
    session.add(Delivery(**row, state=DeliveryState.WAITING, state_at=now, not_before=firmtext.clock.sql()))
    audit.record(session, "endpoint.test", (Endpoint.__tablename__, endpoint), firm=firm, actor=by)
    return event


def again(session: Session, firm: str, endpoint: uuid.UUID, event: uuid.UUID, *, by: str) -> bool:
    """Post an event once more that arrived or failed; its id stays. Returns whether there is one.

    :raises FormRefused: nothing is posted to this address.
    """
    _expect_on(session, firm, endpoint)
    found = session.execute(
        update(Delivery)
        .where(*this(firm, endpoint, event), Delivery.state != DeliveryState.WAITING)
        .values(state=DeliveryState.WAITING, state_at=firmtext.clock.now(), tries=0, not_before=firmtext.clock.sql())
        .returning(Delivery.event_id)
        .execution_options(**UNSEEN)
    ).first()
    if found is not None:
        audit.record(
            session,
            "endpoint.again",
            (Endpoint.__tablename__, endpoint),
            firm=firm,
            actor=by,
            evidence=f"event {event}",
        )
    return found is not None


def _expect_on(session: Session, firm: str, endpoint: uuid.UUID) -> None:
    row = endpoint_queries.one(session, firm, endpoint)
    if row is None or row.state != EndpointState.ON:
        raise FormRefused({"": _("Nothing is posted to this address. Turn it on first.")})


def this(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> tuple[Any, ...]:
    """Criteria of one event at one address."""
    return Delivery.firm == firm, Delivery.endpoint_id == endpoint, Delivery.event_id == event

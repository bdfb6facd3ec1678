"""Events for an address that somebody wants posted: a test, and what is to be posted again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..store import audit, endpoint_queries
from ..store.base import new_id
from ..store.models import Delivery, Endpoint
from ..store.queries import is_in
from ..store.states import DeliveryState, EndpointState

Sessions = Session | scoped_session[Any]

TEST = "endpoint.test"
GONE, FAILING = "gone", "failing"
UNSEEN = {"synchronize_session": False}
#: What failed is posted again in parts: a transaction with a month's events would let others wait for its locks.
AT_ONCE = 1000


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
    here = (*this(firm, endpoint, event), Delivery.state != DeliveryState.WAITING)
    found = bool(_wait_anew(session, *here))
    if found:
        _record(session, firm, endpoint, by, f"event {event}")
    return found


def again_since(session: Session, firm: str, endpoint: uuid.UUID, since: datetime, *, by: str) -> Sequence[uuid.UUID]:
    """Post once more what happened since a moment (aware) and failed for good, the oldest first; its ids stay.

    Safe to repeat. Returns the events: where they are :data:`AT_ONCE` there may be more, for another call.

    :raises FormRefused: nothing is posted to this address.
    """
    _expect_on(session, firm, endpoint)
    now = firmtext.clock.now()
    since = min(max(since, now - endpoint_queries.KEPT), now).astimezone(UTC)
    events = endpoint_queries.failed(session, firm, endpoint, since, AT_ONCE)
    theirs = (Delivery.firm == firm, Delivery.endpoint_id == endpoint, Delivery.event_id.in_(events))
    done = _wait_anew(session, *theirs, Delivery.state == DeliveryState.FAILED) if events else []
    if done:
        _record(session, firm, endpoint, by, f"{len(done)} since {since:%Y-%m-%dT%H:%MZ}")
    return done


def hurry(session: Session, firm: str, endpoint: uuid.UUID) -> None:
    """Let what waits for its next try go at once: its address is another one, or takes webhooks again. Joined."""
    theirs = (Delivery.firm == firm, Delivery.endpoint_id == endpoint, is_in(Delivery.state, DeliveryState.WAITING))
    now = firmtext.clock.sql()
    session.execute(
        update(Delivery)
        .where(*theirs, Delivery.claim.is_(None), Delivery.not_before > now)
        .values(not_before=now)
        .execution_options(**UNSEEN)
    )


def _wait_anew(session: Session, *which: Any) -> Sequence[uuid.UUID]:
    """As if they had just happened; their ids."""
    waits = {"state": DeliveryState.WAITING, "state_at": firmtext.clock.now(), "tries": 0}
    changed = update(Delivery).where(*which).values(**waits, not_before=firmtext.clock.sql())
    return session.scalars(changed.returning(Delivery.event_id).execution_options(**UNSEEN)).all()


def _record(session: Session, firm: str, endpoint: uuid.UUID, by: str, evidence: str) -> None:
    here = (Endpoint.__tablename__, endpoint)
    audit.record(session, "endpoint.again", here, firm=firm, actor=by, evidence=evidence)


def _expect_on(session: Session, firm: str, endpoint: uuid.UUID) -> None:
    row = endpoint_queries.one(session, firm, endpoint)
    if row is None or row.state != EndpointState.ON:
        raise FormRefused({"": _("Nothing is posted to this address. Turn it on first.")})


def this(firm: str, endpoint: uuid.UUID, event: uuid.UUID) -> tuple[Any, ...]:
    """Criteria of one event at one address."""
    return Delivery.firm == firm, Delivery.endpoint_id == endpoint, Delivery.event_id == event

"""Outgoing webhooks: what was posted to an address and what became of it, a test, and what is posted again."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import AwareDatetime, Field

from ...firm import deliveries
from ...store import endpoint_queries, page_queries
from ...store.models import Delivery as Row
from ...store.transactions import own, reading
from . import cursors
from .arguments import Key, as_id
from .bearer import Bearer
from .operations import get, post
from .problems import nothing
from .shapes import Answer, Done, Given, Page, Paging
from .webhooks import present, standing


class Delivery(Answer):
    """One event at one address."""

    id: uuid.UUID = Field(description="The event's: its `webhook-id`, the same at each repeat.")
    kind: str
    at: datetime
    state: str = Field(description="`waiting`, `delivered`, or `failed`: not tried any more.")
    tries: int
    next_try_at: datetime | None
    status: int | None = Field(description="The last answer's.")
    evidence: str | None = Field(description="Why the last try was no success; docs/webhooks.md lists the words.")


class Deliveries(Page[Delivery]):
    """A page of them, the newest first, of the last 30 days."""


class FailedSince(Given):
    """From when on."""

    since: AwareDatetime = Field(description="When it happened, at the earliest; 30 days ago at most.")


class PostedAgain(Answer):
    """What is posted again."""

    ids: list[uuid.UUID] = Field(description="The events, the oldest first.")
    more: bool = Field(description="Whether there may be more: ask again.")


@post("/webhooks/{webhook}/test", "webhooks:write")
def test_webhook(who: Bearer, webhook: uuid.UUID, key: Key) -> Delivery:
    """Post an event that tells nothing"""
    present(who, webhook)
    event = as_id(key)
    with own() as session:
        if endpoint_queries.delivery(session, who.firm.ref, webhook, event) is None:
            standing("off", lambda: deliveries.try_out(session, who.firm.ref, webhook, by=who.user.ref, event=event))
    return _delivery(_event(who, webhook, event))


@get("/webhooks/{webhook}/deliveries", "webhooks:read")
def list_deliveries(who: Bearer, webhook: uuid.UUID, query: Paging) -> Deliveries:
    """List what was, or is to be, posted to an address"""
    present(who, webhook)
    kind, after = f"deliveries {webhook}", None
    if query.after:
        at, event = cursors.read(who, kind, query.after)
        after = (datetime.fromisoformat(at), uuid.UUID(event))
    with reading() as session:
        rows = page_queries.deliveries(session, who.firm.ref, webhook, after, query.limit + 1)
    shown, last = rows[: query.limit], rows[query.limit - 1] if len(rows) > query.limit else None
    more = cursors.write(who, kind, last.at.isoformat(), str(last.event_id)) if last else None
    return Deliveries(items=[_delivery(one) for one in shown], next=more)


@post("/webhooks/{webhook}/deliveries/{delivery}/retry", "webhooks:write")
def retry_delivery(who: Bearer, webhook: uuid.UUID, delivery: uuid.UUID) -> Done:
    """Post an event once more, with the same id"""
    present(who, webhook)
    _event(who, webhook, delivery)
    with own() as session:
        done = standing("off", lambda: deliveries.again(session, who.firm.ref, webhook, delivery, by=who.user.ref))
    return Done(done=bool(done))


@post("/webhooks/{webhook}/retry", "webhooks:write")
def retry_webhook(who: Bearer, webhook: uuid.UUID, given: FailedSince) -> PostedAgain:
    """Post once more all that failed for good since a moment

    With the same ids, the oldest first and at most 1000 at once; what waits or has arrived is left alone. Safe to
    repeat.
    """
    present(who, webhook)
    with own() as session:
        again = deliveries.again_since
        events = standing("off", lambda: again(session, who.firm.ref, webhook, given.since, by=who.user.ref))
    return PostedAgain(ids=[*events], more=len(events) == deliveries.AT_ONCE)


def _event(who: Bearer, webhook: uuid.UUID, event: uuid.UUID) -> Row:
    with reading() as session:
        found = endpoint_queries.delivery(session, who.firm.ref, webhook, event)
    if found is None:
        raise nothing()
    return found


def _delivery(row: Row) -> Delivery:
    names = ("kind", "at", "state", "tries", "status", "evidence")
    due = row.not_before if row.state == "waiting" else None
    return Delivery(id=row.event_id, next_try_at=due, **{name: getattr(row, name) for name in names})

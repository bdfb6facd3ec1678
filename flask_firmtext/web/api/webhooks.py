"""Outgoing webhooks: where the firm's events are posted, and what became of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ...errors import FormRefused
from ...firm import deliveries, endpoints
from ...firm.endpoints import Shown
from ...signals import KINDS
from ...store import endpoint_queries, page_queries
from ...store.models import Delivery as Row
from ...store.transactions import own, reading
from . import cursors
from .arguments import Key, as_id
from .bearer import Bearer
from .operations import delete, get, post, put
from .problems import conflict, nothing
from .shapes import Answer, Done, Given, Page, Paging

#: Whoever lets the words of texts go somewhere must be allowed to read them.
WORDS = "texts:read"


def _known(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError("there is no such event")
    return kind


Kind = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*KINDS]})]


class Address(Given):
    """Where to post, and what."""

    url: str = Field(max_length=endpoints.LONGEST_URL, description="`https:`, and not an address inside.")
    kinds: list[Kind] = Field(min_length=1, max_length=50, description="Events as docs/signals.md lists them.")
    content: bool = Field(False, description=f"With the words of each text; the token needs `{WORDS}` for it.")


class Webhook(Answer):
    """An address to which the firm's events are posted."""

    id: uuid.UUID
    url: str | None = Field(description="Null where it cannot be read.")
    kinds: list[str]
    content: bool = Field(description="Whether the words of each text go with it.")
    state: str = Field(description="`on` or `off`.")
    why: str | None = Field(description="Why we turned it off: `gone` (it answered 410) or `failing` (for five days).")
    failing_since: datetime | None = Field(description="Null after a success.")
    old_secret_until: datetime | None = Field(description="Until then a replaced secret signs, too.")
    made_by: str
    made_at: datetime


class Secret(Webhook):
    """An address with its new secret."""

    secret: str | None = Field(description="Shown this once: null where a request is repeated.")


class Webhooks(Page[Webhook]):
    """All of them, the oldest first."""


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


@get("/webhooks", "webhooks:read")
def list_webhooks(who: Bearer) -> Webhooks:
    """List where the firm's events are posted"""
    who.must("webhook.edit")
    with reading() as session:
        found = endpoints.listed(session, who.firm.ref)
    return Webhooks(items=[Webhook(**_fields(one)) for one in found], next=None)


@post("/webhooks", "webhooks:write")
def add_webhook(who: Bearer, given: Address, key: Key) -> Secret:
    """Post what happens from now on to an address

    The answer has the secret by which a consumer knows that a webhook is ours. Lost it? Replace it.
    """
    _may_say(who, given)
    row, secret = as_id(key), None
    with own() as session:
        if endpoint_queries.any_state(session, who.firm.ref, row) is None:
            words: dict[str, Any] = {"content": given.content, "by": who.user.ref, "row_id": row}
            _id, secret = endpoints.add(session, who.firm.ref, given.url, given.kinds, **words)
    return Secret(**_fields(_one(who, row)), secret=secret)


@get("/webhooks/{webhook}", "webhooks:read", version="show_webhook")
def show_webhook(who: Bearer, webhook: uuid.UUID) -> Webhook:
    """Show an address for webhooks"""
    who.must("webhook.edit")
    return Webhook(**_fields(_one(who, webhook)))


@put("/webhooks/{webhook}", "webhooks:write", version="show_webhook")
def change_webhook(who: Bearer, webhook: uuid.UUID, given: Address) -> Webhook:
    """Write an address and its events anew"""
    _may_say(who, given)
    more: dict[str, Any] = {"content": given.content, "by": who.user.ref}
    with own() as session:
        if not endpoints.change(session, who.firm.ref, webhook, given.url, given.kinds, **more):
            raise nothing()
    return show_webhook(who, webhook)


@post("/webhooks/{webhook}/secret", "webhooks:write", version="show_webhook")
def replace_webhook_secret(who: Bearer, webhook: uuid.UUID) -> Secret:
    """Replace the secret of an address

    For a day both sign. Send `If-Match`, so that a repeat does not replace the new one, too.
    """
    who.must("webhook.edit")
    with own() as session:
        secret = endpoints.rotate(session, who.firm.ref, webhook, by=who.user.ref)
    return Secret(**_fields(_one(who, webhook)), secret=secret)


@post("/webhooks/{webhook}/turn-on", "webhooks:write", version="show_webhook")
def turn_webhook_on(who: Bearer, webhook: uuid.UUID) -> Webhook:
    """Post again to an address that was turned off; what waited goes first"""
    return _turned(who, webhook, endpoints.turn_on)


@post("/webhooks/{webhook}/turn-off", "webhooks:write", version="show_webhook")
def turn_webhook_off(who: Bearer, webhook: uuid.UUID) -> Webhook:
    """Post nothing more to an address; what happens meanwhile is not kept for it"""
    return _turned(who, webhook, endpoints.turn_off)


@delete("/webhooks/{webhook}", "webhooks:write", version="show_webhook")
def remove_webhook(who: Bearer, webhook: uuid.UUID) -> None:
    """Forget an address with its secret"""
    who.must("webhook.edit")
    with own() as session:
        if not endpoints.remove(session, who.firm.ref, webhook, by=who.user.ref):
            raise nothing()


@post("/webhooks/{webhook}/test", "webhooks:write")
def test_webhook(who: Bearer, webhook: uuid.UUID, key: Key) -> Delivery:
    """Post an event that tells nothing"""
    _present(who, webhook)
    event = as_id(key)
    with own() as session:
        if endpoint_queries.delivery(session, who.firm.ref, webhook, event) is None:
            _expecting_on(lambda: deliveries.try_out(session, who.firm.ref, webhook, by=who.user.ref, event=event))
    return _delivery(_event(who, webhook, event))


@get("/webhooks/{webhook}/deliveries", "webhooks:read")
def list_deliveries(who: Bearer, webhook: uuid.UUID, query: Paging) -> Deliveries:
    """List what was, or is to be, posted to an address"""
    _present(who, webhook)
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
    _present(who, webhook)
    _event(who, webhook, delivery)
    with own() as session:
        done = _expecting_on(lambda: deliveries.again(session, who.firm.ref, webhook, delivery, by=who.user.ref))
    return Done(done=bool(done))


def _may_say(who: Bearer, given: Address) -> None:
    who.must("webhook.edit")
    if given.content:
        who.must_hold(WORDS)


def _present(who: Bearer, webhook: uuid.UUID) -> None:
    who.must("webhook.edit")
    _one(who, webhook)


def _turned(who: Bearer, webhook: uuid.UUID, turn: Callable[..., bool]) -> Webhook:
    _present(who, webhook)
    with own() as session:
        turn(session, who.firm.ref, webhook, by=who.user.ref)
    return show_webhook(who, webhook)


def _expecting_on(ask: Callable[[], object]) -> object:
    try:
        return ask()
    except FormRefused as refusal:
        raise conflict("off", " ".join(refusal.faults.values())) from None


def _one(who: Bearer, webhook: uuid.UUID) -> Shown:
    with reading() as session:
        found = endpoints.one(session, who.firm.ref, webhook)
    if found is None:
        raise nothing()
    return found


def _event(who: Bearer, webhook: uuid.UUID, event: uuid.UUID) -> Row:
    with reading() as session:
        found = endpoint_queries.delivery(session, who.firm.ref, webhook, event)
    if found is None:
        raise nothing()
    return found


def _fields(one: Shown) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in Webhook.model_fields}, "kinds": list(one.kinds)}


def _delivery(row: Row) -> Delivery:
    names = ("kind", "at", "state", "tries", "status", "evidence")
    due = row.not_before if row.state == "waiting" else None
    return Delivery(id=row.event_id, next_try_at=due, **{name: getattr(row, name) for name in names})

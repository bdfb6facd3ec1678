"""Outgoing webhooks: where the firm's events are posted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field

from ...errors import FormRefused
from ...firm import endpoint_secrets, endpoints
from ...firm.endpoints import Shown
from ...signals import KINDS
from ...store import endpoint_queries
from ...store.transactions import own, reading
from .arguments import Key, as_id
from .bearer import Bearer
from .operations import delete, get, post, put
from .problems import conflict, nothing
from .shapes import Answer, Given, Page

T = TypeVar("T")

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

    For a day both sign, and meanwhile it is not replaced again (409, `reason` is `two_sign`): a repeat replaces
    nothing, and no consumer is left with a secret that signs no more. End the old one to replace it sooner.
    """
    who.must("webhook.edit")
    with own() as session:
        renew = endpoint_secrets.rotate
        secret = standing("two_sign", lambda: renew(session, who.firm.ref, webhook, by=who.user.ref))
    return Secret(**_fields(_one(who, webhook)), secret=secret)


@delete("/webhooks/{webhook}/old-secret", "webhooks:write", version="show_webhook")
def end_old_webhook_secret(who: Bearer, webhook: uuid.UUID) -> None:
    """Let the secret that was replaced sign no longer

    From now on the new one signs alone. Safe to repeat.
    """
    present(who, webhook)
    with own() as session:
        endpoint_secrets.end_old(session, who.firm.ref, webhook, by=who.user.ref)


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


def _may_say(who: Bearer, given: Address) -> None:
    who.must("webhook.edit")
    if given.content:
        who.must_hold(WORDS)


def present(who: Bearer, webhook: uuid.UUID) -> None:
    """:raises Failure: the firm has no such address, or it is not theirs to change."""
    who.must("webhook.edit")
    _one(who, webhook)


def _turned(who: Bearer, webhook: uuid.UUID, turn: Callable[..., bool]) -> Webhook:
    present(who, webhook)
    with own() as session:
        turn(session, who.firm.ref, webhook, by=who.user.ref)
    return show_webhook(who, webhook)


def standing(reason: str, ask: Callable[[], T]) -> T:
    """What it answers. :raises Failure: it cannot be done as things stand."""
    try:
        return ask()
    except FormRefused as refusal:
        raise conflict(reason, " ".join(refusal.faults.values())) from None


def _one(who: Bearer, webhook: uuid.UUID) -> Shown:
    with reading() as session:
        found = endpoints.one(session, who.firm.ref, webhook)
    if found is None:
        raise nothing()
    return found


def _fields(one: Shown) -> dict[str, Any]:
    return {**{name: getattr(one, name) for name in Webhook.model_fields}, "kinds": list(one.kinds)}

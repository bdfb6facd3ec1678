"""Every address of ours with the view behind it, which is loaded when it is first asked for.

A host's start, its commands, its workers and its migrations wait for no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from ..deferred import function_of
from .problems import Problem

PACKAGE = __name__.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Route:
    """``view`` is ``module:function`` in this room, and its endpoint is called like the function.

    So is ``stale``, which shows a form again, with what was typed, when its page was open too long (a problem with the
    code 400) or its session is gone (401).
    """

    methods: tuple[str, ...]
    address: str
    view: str
    stale: str | None = None

    @property
    def endpoint(self) -> str:
        return self.view.partition(":")[2]


get, post = partial(Route, ("GET",)), partial(Route, ("POST",))

CONVERSATION = "/conversations/<uuid:conversation_id>"
TEXT = f"{CONVERSATION}/texts/<uuid:message_id>"
RESOLVE = f"{TEXT}/<any(arrived, lost, resend):answer>"
SCHEDULED = "/scheduled/<uuid:text_id>"
INVITATION = "/events/invitations/<uuid:invitation_id>"
REPLY = "/settings/replies/<uuid:reply_id>"
WEBHOOK = "/settings/webhooks/<uuid:endpoint_id>"

PAGES = (
    # Conversations, and what is done with them
    get("/", "inbox:inbox"),
    post("/", "finding:find"),
    get("/changes", "live:changed"),
    post("/search", "searching:search_texts"),
    get("/search/<uuid:search_id>", "searching:found_texts"),
    get(CONVERSATION, "thread:conversation"),
    post(f"{CONVERSATION}/done", "marking:finish"),
    post(f"{CONVERSATION}/open", "marking:reopen"),
    post(f"{CONVERSATION}/unread", "marking:leave_unread"),
    get(f"{CONVERSATION}/consent", "consent:consent"),
    post(f"{CONVERSATION}/consent", "consent:note_opt_out"),
    post(f"{CONVERSATION}/consent/opt-out", "consent:opt_out_as_asked"),
    post(f"{CONVERSATION}/consent/<uuid:message_id>/opt-out", "consent:opt_out_as_asked"),
    post(f"{CONVERSATION}/consent/not-an-opt-out", "consent:not_an_opt_out"),
    post(f"{CONVERSATION}/consent/<uuid:message_id>/not-an-opt-out", "consent:not_an_opt_out"),
    get(f"{CONVERSATION}/time", "time_entry:time_entry"),
    post(f"{CONVERSATION}/time", "time_entry:add_time", stale="time_entry:stale"),
    get("/time/<uuid:entry_id>", "time_entry:time_added"),
    # Texts
    get("/new", "picker:new"),
    post("/new", "picker:search"),
    post("/texts", "composer:send", stale="refusal:stale_text"),
    post("/drafts", "drafts:save_draft", stale="drafts:stale"),
    get("/sendable", "explaining:sendable"),
    post(f"{TEXT}/again", "repeating:send_again"),
    post(f"{TEXT}/new-number", "repeating:send_to_new_number"),
    get(RESOLVE, "resolving:resolve_form"),
    post(RESOLVE, "resolving:resolve", stale="resolving:stale"),
    # Texts for later
    post("/later", "later:later", stale="later:stale"),
    post("/scheduled", "later:schedule", stale="later:stale"),
    get("/scheduled", "planned:scheduled_texts"),
    get(SCHEDULED, "later:edit_scheduled"),
    post(SCHEDULED, "later:change_scheduled", stale="later:stale"),
    post(f"{SCHEDULED}/cancel", "planned:cancel_scheduled"),
    post(f"{SCHEDULED}/dismiss", "planned:dismiss_scheduled"),
    # What is put into a text
    get("/replies", "replies:replies"),
    post("/replies/choices", "replies:reply_choices", stale="replies:stale_choices"),
    post("/replies/insert", "replies:insert_reply", stale="replies:stale_choices"),
    get("/payments/bill", "payments:bill_link"),
    post("/payments/bill", "payments:make_bill_link"),
    post("/payments/account", "payments:make_account_link"),
    post("/payments/choices", "payments:payment_choices", stale="payments:stale_choices"),
    post("/payments/insert", "payments:insert_payment_link", stale="payments:stale_choices"),
    # Files
    get("/files/<uuid:attachment_id>", "files:file"),
    post("/files/<uuid:attachment_id>/again", "filing:fetch_again"),
    post("/files/<uuid:attachment_id>/filings", "filing:file_one"),
    post(f"{CONVERSATION}/filings", "filing:file_earlier"),
    post("/filings/<uuid:filing_id>/again", "filing:file_again"),
    # Events
    get("/events/text", "event_texts:text_attendees"),
    post("/events/text", "event_texts:send_to_attendees", stale="event_texts:stale"),
    post(f"{INVITATION}/now", "hurrying:send_now"),
    post(f"{INVITATION}/again", "hurrying:tell_again"),
    # A user's and a firm's settings
    get("/guidance", "settings:guidance"),
    get("/settings", "settings:settings"),
    get("/settings/notifications", "notifications:notifications"),
    post("/settings/notifications", "notifications:choose"),
    get("/settings/turn-on", "switch:turn_on_form"),
    post("/settings/turn-on", "switch:turn_on", stale="switch:stale"),
    post("/settings/turn-on-again", "switch:turn_on_again"),
    get("/settings/turn-off", "switch:turn_off_form"),
    post("/settings/turn-off", "switch:turn_off"),
    post("/settings/try-again", "switch:try_again"),
    get("/settings/details", "details:details_form"),
    post("/settings/details", "details:change_details", stale="details:stale"),
    post("/settings/reminders", "reminders:change_reminders", stale="reminders:stale"),
    post("/settings/refusals", "explaining:change_refusals", stale="explaining:stale"),
    get("/settings/registration", "registration:registration"),
    post("/settings/registration", "registration:save_registration", stale="registration:stale"),
    get("/settings/registration/export", "registration:export_registration"),
    get("/settings/replies", "replies:saved_replies_page"),
    get("/settings/replies/new", "replies:new_reply"),
    post("/settings/replies/new", "replies:add_reply", stale="replies:stale_form"),
    get(REPLY, "replies:reply"),
    post(REPLY, "replies:change_reply", stale="replies:stale_form"),
    post(f"{REPLY}/delete", "replies:delete_reply"),
    # For programs: webhooks and tokens
    get("/settings/webhooks", "endpoints:endpoints_page"),
    post("/settings/webhooks", "endpoints:add_endpoint"),
    get(WEBHOOK, "endpoints:endpoint"),
    post(WEBHOOK, "endpoints:change_endpoint"),
    post(f"{WEBHOOK}/secret", "endpoints:replace_secret"),
    post(f"{WEBHOOK}/secret/end", "endpoints:end_old_secret"),
    post(f"{WEBHOOK}/state", "endpoints:turn_endpoint"),
    post(f"{WEBHOOK}/remove", "endpoints:remove_endpoint"),
    post(f"{WEBHOOK}/test", "deliveries:test_endpoint"),
    post(f"{WEBHOOK}/deliveries", "deliveries:send_failed_webhooks_again"),
    post(f"{WEBHOOK}/deliveries/<uuid:event_id>", "deliveries:send_webhook_again"),
    get("/settings/tokens", "tokens:api_tokens"),
    post("/settings/tokens", "tokens:make_token"),
    post("/settings/tokens/<uuid:token_id>/revoke", "tokens:revoke_token"),
    # What is kept, and for how long
    get("/settings/retention", "retention:retention"),
    post("/settings/retention", "retention:set_retention"),
    post("/settings/holds", "retention:put_hold"),
    post("/settings/holds/<uuid:hold_id>/lift", "retention:lift_hold"),
    get("/settings/erase", "erasing:erase_form"),
    post("/settings/erase", "erasing:erase"),
    get("/settings/erasures/<uuid:erasure_id>", "erasing:erasure"),
)
#: Where the carrier calls.
WEBHOOKS = (
    post("/webhooks/inbound", "webhooks:inbound"),
    post("/webhooks/status", "webhooks:status"),
    Route(("GET", "POST"), "/webhooks/answer", "webhooks:answer"),
)
HEALTH = (get("/healthz", "health:healthz"), get("/readyz", "health:readyz"))
METRICS = (get("/metrics", "metrics:metrics"),)
#: Those that only programs ask, and all.
PROGRAMS = (*WEBHOOKS, *HEALTH, *METRICS)
EVERY = (*PAGES, *PROGRAMS)

_STALE = {route.endpoint: route.stale for route in PAGES if route.stale}


def add(blueprint: Blueprint, routes: Iterable[Route], **options: Any) -> None:
    """Let a blueprint answer at these addresses. ``options`` are Flask's, for each of them."""
    for route in routes:
        blueprint.add_url_rule(route.address, route.endpoint, view(route.view), methods=list(route.methods), **options)


def view(name: str) -> Callable[..., Any]:
    """``module:function`` of this room, loaded when it is first called."""
    return function_of(f"{PACKAGE}.{name}")


def stale(endpoint: str) -> Callable[[Problem], Response] | None:
    """What shows the form of this endpoint (``firmtext.…``) again; None where there is no word to be kept."""
    name = _STALE.get(endpoint.rpartition(".")[2])
    return view(name) if name else None

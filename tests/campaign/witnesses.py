"""The two witnesses: the carrier's ledger with its phones, and our tables. Read once, when everything is quiet."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from carrier import Carrier
from flask_firmtext.store import cells
from flask_firmtext.store.models import (
    Attachment,
    Attempt,
    Audit,
    ConsentEvent,
    Conversation,
    Counter,
    Hold,
    Message,
    Notice,
    Quarantine,
    Reminder,
    StatusEvent,
)
from flask_firmtext.store.transactions import reading

SEEN = (200, 204)


@dataclass
class Tables:
    """Rows as they are at the end. Keys are texts."""

    messages: dict[str, Any] = field(default_factory=dict)
    inbound: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    attempts: dict[str, Any] = field(default_factory=dict)
    by_message: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    audit: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    statuses: list[Any] = field(default_factory=list)
    kept: list[dict[str, Any]] = field(default_factory=list)
    kept_reasons: list[str] = field(default_factory=list)
    consent: list[Any] = field(default_factory=list)
    pairs: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    notices: list[Any] = field(default_factory=list)
    reminders: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    holds: list[tuple[datetime, datetime]] = field(default_factory=list)


@dataclass
class Ledger:
    """What the carrier knows."""

    posts: list[dict[str, Any]]
    webhooks: list[dict[str, Any]]
    phones: dict[str, list[dict[str, Any]]]

    def by_reference(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for post in self.posts:
            found[post["client_ref"]].append(post)
        return found

    def body(self, webhook: dict[str, Any]) -> dict[str, Any]:
        said = json.loads(webhook["body"]) if webhook["body"] else {}
        return said if isinstance(said, dict) else {}


def ledger(carrier: Carrier) -> Ledger:
    said = carrier.get("/_sandbox/ledger")
    phones = {one["msisdn"]: one["texts"] for one in carrier.get("/_sandbox/phones")}
    return Ledger(said["posts"], said["webhooks"], phones)


def tables() -> Tables:
    found = Tables()
    with reading() as session:
        for row in session.scalars(select(Message)):
            found.messages[str(row.id)] = row
            if row.carrier_id:
                found.inbound[row.carrier_id].append(row)
        for row in session.scalars(select(Attempt).order_by(Attempt.n)):
            found.attempts[str(row.id)] = row
            found.by_message[str(row.message_id)].append(row)
        for row in session.scalars(select(Audit).order_by(Audit.at, Audit.id)):
            found.audit[row.object_id].append(row)
        found.statuses = list(session.scalars(select(StatusEvent)))
        for row in session.scalars(select(Quarantine)):
            where = cells.place(Quarantine, "body", row.id, row.firm)
            found.kept.append(_read(cells.unseal(session, where, row.body)))
            found.kept_reasons.append(row.reason)
        found.consent = list(session.scalars(select(ConsentEvent).order_by(ConsentEvent.noted_at)))
        for row in session.execute(select(Conversation.id, Conversation.firm, Conversation.phone_index)):
            found.pairs[str(row.id)] = (row.firm, row.phone_index)
        found.counters = {row.name: row.count for row in session.scalars(select(Counter))}
        found.notices = list(session.scalars(select(Notice)))
        found.reminders = list(session.scalars(select(Reminder)))
        found.holds = [(row.since, row.lifted_at) for row in session.scalars(select(Hold)) if row.lifted_at]
        found.attachments = list(session.scalars(select(Attachment)))
    return found


def _read(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def history(message: str, rows: Tables, carrier: Ledger) -> list[str]:
    """Everything that is known of one text, in words."""
    row = rows.messages.get(message)
    lines = [f"message {message}: " + ("no row" if row is None else _said(row))]
    ids, uuids = set(), {row.carrier_id} if row is not None and row.carrier_id else set()
    for one in rows.by_message.get(message, []):
        ids.add(str(one.id))
        uuids.add(one.carrier_id)
        lines.append(
            f"  attempt {one.n} {one.id} {one.outcome} ({one.evidence}) claimed {one.claimed_at:%H:%M:%S.%f} "
            f"closed {one.closed_at and one.closed_at.strftime('%H:%M:%S.%f')} by {one.claimed_by}"
        )
    for each in rows.audit.get(message, []):
        lines.append(
            f"  audit {each.at:%H:%M:%S.%f} {each.action} {each.was} → {each.became} ({each.evidence}) {each.actor}"
        )
    for post in carrier.posts:
        if post["client_ref"] in ids:
            uuids.add(post["message_uuid"])
            lines.append(f"  ledger post {post['at']} {post['client_ref']} {post['message_uuid']} {post['status']}")
    for hook in carrier.webhooks:
        said = carrier.body(hook)
        if said.get("message_uuid") in uuids:
            what = said.get("status") or hook["kind"]
            lines.append(f"  webhook {hook['at']} {what} try {hook['attempt']} answered {hook['http_status']}")
    return lines


def _said(row: Any) -> str:
    return (
        f"{row.firm} {row.direction} {row.kind} {row.state} reason={row.reason} tries={row.tries} made {row.created_at}"
    )


def words(row: Any) -> str:
    """What stands in a text."""
    with reading() as session:
        return cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body)

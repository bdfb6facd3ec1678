"""The two witnesses: the carrier's ledger with its phones, and our tables. Read once, when everything is quiet."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from carrier import Carrier
from flask_firmtext.store import cells
from flask_firmtext.store.models import (
    Attachment,
    Attempt,
    Audit,
    CalendarEvent,
    ConsentEvent,
    Conversation,
    ConversationContact,
    Counter,
    Erased,
    Erasure,
    EventAnswer,
    Hold,
    Invitation,
    LegalHold,
    LegalHoldContact,
    Message,
    Notice,
    OptOut,
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
    consent: list[Any] = field(default_factory=list)
    pairs: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    notices: list[Any] = field(default_factory=list)
    reminders: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    holds: list[Any] = field(default_factory=list)
    quarantine: list[Any] = field(default_factory=list)
    opt_outs: list[Any] = field(default_factory=list)
    events: dict[str, Any] = field(default_factory=dict)
    invitations: dict[str, Any] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)
    erasures: dict[str, Any] = field(default_factory=dict)
    erased: dict[str, Any] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    legal_holds: list[Any] = field(default_factory=list)
    covered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def held(self) -> list[tuple[datetime, datetime]]:
        """When sending was on hold."""
        return [(row.since, row.lifted_at) for row in self.holds if row.lifted_at]


@dataclass
class Ledger:
    """What the carrier knows."""

    posts: list[dict[str, Any]]
    webhooks: list[dict[str, Any]]
    phones: dict[str, list[dict[str, Any]]]

    @cached_property
    def by_reference(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for post in self.posts:
            found[post["client_ref"]].append(post)
        return found

    @cached_property
    def hooks_of(self) -> dict[str, list[dict[str, Any]]]:
        """The webhooks about each of the carrier's ids."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for hook in self.webhooks:
            found[str(self.body(hook).get("message_uuid"))].append(hook)
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
            found.kept.append(_read(cells.unseal(session, where, row.body)) if row.body else {})
            found.quarantine.append(row)
        found.consent = list(session.scalars(select(ConsentEvent).order_by(ConsentEvent.noted_at)))
        for row in session.execute(select(Conversation.id, Conversation.firm, Conversation.phone_index)):
            found.pairs[str(row.id)] = (row.firm, row.phone_index)
        found.counters = {row.name: row.count for row in session.scalars(select(Counter))}
        found.notices = list(session.scalars(select(Notice)))
        found.reminders = list(session.scalars(select(Reminder)))
        found.holds = list(session.scalars(select(Hold)))
        found.attachments = list(session.scalars(select(Attachment)))
        found.opt_outs = list(session.scalars(select(OptOut)))
        found.events = {str(row.id): row for row in session.scalars(select(CalendarEvent))}
        found.invitations = {str(row.id): row for row in session.scalars(select(Invitation))}
        found.answers = list(session.scalars(select(EventAnswer)))
        _what_was_erased(session, found)
    return found


def _what_was_erased(session: Session, found: Tables) -> None:
    found.erasures = {str(row.id): row for row in session.scalars(select(Erasure))}
    found.erased = {str(row.conversation_id): row for row in session.scalars(select(Erased))}
    found.legal_holds = list(session.scalars(select(LegalHold)))
    for hold in session.scalars(select(LegalHoldContact)):
        found.covered[str(hold.hold_id)].add(hold.contact)
    for owner in session.scalars(select(ConversationContact)):
        found.shown[str(owner.conversation_id)].add(owner.contact)


def _read(body: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def words(row: Any) -> str:
    """What stands in a text."""
    with reading() as session:
        return cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body)

"""A campaign as it should end, small and made by hand: what a test of the oracle breaks in one place."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from .driver import Asked, Driver, Said, Written
from .oracle import Oracle
from .practice import Client
from .witnesses import Ledger, Tables

NOON = datetime(2031, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HARBOR = Client("harbor", "harbor-210", "13125550210")
NUMBERS = {"harbor": ["+18335550100"], "summit": ["+18335550101"]}
PAIR = ("harbor", b"index of the phone")
CONVERSATION, INVITATION, EVENT = str(uuid.uuid4()), uuid.uuid4(), uuid.uuid4()


class World:
    """One firm, one client: a text of each kind, all of them well. ``text``, ``other`` and ``reminder`` are ids."""

    def __init__(self) -> None:
        self.rows = Tables(pairs={CONVERSATION: PAIR})
        self.carrier = Ledger([], [], {HARBOR.phone: []})
        stack = SimpleNamespace(
            allowed=Counter(), forged=[], odd=[], blocked=[], numbers=NUMBERS, scale=SimpleNamespace(db="postgresql")
        )
        invited = [("harbor", "appointment-1")]
        self.driver: Any = SimpleNamespace(written=[], said=[], invited=invited, asked=[], kept=[], stack=stack)
        self.seen: dict[str, Any] = {}
        self.text, self.other = self.writes(0), self.writes(1)
        self.said = self.hears(NOON + 2 * SECOND)
        self.reminder = self.reminds()
        self.stops_and_starts()
        self.hold = SimpleNamespace(id=uuid.uuid4(), since=NOON, lifted_at=NOON + SECOND)
        self.rows.holds.append(self.hold)
        self.audits(self.hold.id, "hold.put")
        self.audits(self.hold.id, "hold.lift")
        self.erasure = self.erases()

    def oracle(self) -> Oracle:
        driver: Driver = self.driver
        return Oracle(driver, self.rows, self.carrier, **self.seen)

    def audits(self, about: Any, action: str, **more: Any) -> None:
        line = {"was": None, "became": None, "evidence": None, "actor": "worker", "at": NOON, "firm": "harbor"}
        self.rows.audit[str(about)].append(SimpleNamespace(action=action, **line | more))

    def writes(self, n: int, kind: str = "staff") -> str:
        """A text that was written, posted and delivered."""
        key, at = uuid.uuid4(), NOON + n * SECOND
        self.rows.messages[str(key)] = SimpleNamespace(
            id=key, firm="harbor", direction="out", kind=kind, state="delivered", rank=4, reason=None, tries=0,
            created_at=at, state_at=at + 3 * SECOND, conversation_id=CONVERSATION, position=n, retry_of=None,
            answers=None, carrier_id=None, client_token=f"token {n}", author="staff",
        )  # fmt: skip
        words = f"quetzal-{key.hex[-12:]} ready"
        if kind == "staff":
            self.driver.written.append(Written(HARBOR, words, f"token {n}", str(key), at=at.timestamp()))
        self.audits(key, "message.accept", became="queued")
        self.audits(key, "message.state", was="queued", became="sending", evidence="attempt")
        self.audits(key, "message.state", was="sending", became="submitted", evidence="receipt")
        self.audits(key, "message.state", was="submitted", became="delivered", evidence="status delivered")
        self.posts(key, self.attempt(key, at + SECOND), words)
        return str(key)

    def attempt(self, key: Any, at: datetime, **more: Any) -> Any:
        lines = self.rows.by_message[str(key)]
        values = {"outcome": "accepted", "evidence": "receipt", "carrier_id": str(uuid.uuid4())} | more
        one = SimpleNamespace(
            id=uuid.uuid4(), message_id=key, n=len(lines) + 1, claimed_at=at, closed_at=at + SECOND, claimed_by="vm:1",
            **values,
        )  # fmt: skip
        lines.append(one)
        self.rows.attempts[str(one.id)] = one
        return one

    def posts(self, key: Any, one: Any, words: str) -> dict[str, Any]:
        """The carrier has it, tells so, and the phone shows it."""
        post = {
            "at": one.claimed_at.isoformat(), "message_uuid": one.carrier_id, "client_ref": str(one.id),
            "status": "delivered", "from": "18335550100", "to": HARBOR.phone, "text": words,
        }  # fmt: skip
        self.carrier.posts.append(post)
        self.carrier.phones[HARBOR.phone].append({"direction": "in", "text": words})
        self.calls("status", message_uuid=one.carrier_id, client_ref=str(one.id), status="delivered")
        status = SimpleNamespace(carrier_id=one.carrier_id, name="delivered", message_id=key, kind="delivered")
        self.rows.statuses.append(status)
        return post

    def calls(self, what: str, http_status: int = 200, **body: Any) -> dict[str, Any]:
        hook = {"kind": what, "body": json.dumps(body), "at": "12:00", "attempt": 1, "http_status": http_status}
        self.carrier.webhooks.append(hook)
        return hook

    def hears(self, at: datetime) -> str:
        """A client's text with a file."""
        uuid_, key = str(uuid.uuid4()), uuid.uuid4()
        row = SimpleNamespace(
            id=key, firm="harbor", direction="in", kind="client", state="received", rank=4, reason=None, tries=0,
            created_at=at, state_at=at, conversation_id=CONVERSATION, position=9, retry_of=None, answers=None,
            carrier_id=uuid_, client_token=None, author=None,
        )  # fmt: skip
        self.rows.messages[str(key)] = row
        self.rows.inbound[uuid_].append(row)
        self.driver.said.append(Said(HARBOR, "18335550100", "hello", uuid_, 1))
        self.calls("inbound", message_uuid=uuid_)
        file = SimpleNamespace(
            id=uuid.uuid4(), message_id=key, quarantine_id=None, n=1, state="stored", reason=None, tries=1
        )
        self.rows.attachments.append(file)
        self.audits(file.id, "file.state", was="fetching", became="stored")
        return uuid_

    def reminds(self) -> str:
        key = self.writes(2, "reminder")
        reminder = SimpleNamespace(
            id=uuid.uuid4(), invitation_id=INVITATION, sequence=1, state="made", due_at=NOON, why=None
        )
        self.rows.reminders.append(reminder)
        self.audits(reminder.id, "reminder.end", became="made")
        event = SimpleNamespace(id=EVENT, firm="harbor", event="appointment-1", starts_at=NOON + timedelta(days=1))
        self.rows.events[str(EVENT)] = event
        self.rows.invitations[str(INVITATION)] = SimpleNamespace(id=INVITATION, event_id=EVENT)
        notice = SimpleNamespace(invitation_id=INVITATION, sequence=1, purpose="reminder", message_id=uuid.UUID(key))
        self.rows.notices.append(notice)
        self.rows.answers.append(SimpleNamespace(invitation_id=INVITATION))
        self.audits(INVITATION, "invitation.answer", became="yes")
        return key

    def stops_and_starts(self) -> None:
        """Behind all texts, so that none was posted meanwhile."""
        firm, index = PAIR
        for n, (change, action) in enumerate([("opted_out", "consent.opt_out"), ("opted_in", "consent.opt_in")]):
            at = NOON + (60 + n) * SECOND
            line = SimpleNamespace(firm=firm, phone_index=index, change=change, at=at, noted_at=at)
            self.rows.consent.append(line)
            self.audits(index.hex(), action)
        self.rows.opt_outs.append(SimpleNamespace(firm=firm, phone_index=index, opted_out=False))

    def erases(self) -> Any:
        """The conversation, after a hold on its client was lifted."""
        row = SimpleNamespace(id=uuid.uuid4(), firm="harbor", done_at=NOON + 5 * SECOND, left={})
        self.rows.erasures[str(row.id)] = row
        gone = SimpleNamespace(conversation_id=CONVERSATION, firm="harbor", at=NOON + 4 * SECOND, texts=4)
        self.rows.erased[CONVERSATION] = gone
        hold = SimpleNamespace(id=uuid.uuid4(), firm="harbor", since=NOON, lifted_at=NOON + 3 * SECOND)
        self.rows.legal_holds.append(hold)
        self.rows.covered[str(hold.id)].add(HARBOR.ref)
        self.rows.shown[CONVERSATION].add(HARBOR.ref)
        self.audits(row.id, "erasure.begin")
        self.audits(row.id, "erasure.end")
        self.audits(CONVERSATION, "conversation.erase")
        self.driver.asked.append(Asked(HARBOR, "token of a form", str(row.id)))
        return row

    def keeps(self, **body: Any) -> None:
        """A webhook in quarantine."""
        row = SimpleNamespace(id=uuid.uuid4(), kind="inbound", reason="to", received_at=NOON)
        self.rows.quarantine.append(row)
        self.rows.kept.append(body)
        self.audits(row.id, "quarantine.keep")

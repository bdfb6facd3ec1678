"""Who gets what at each route: a literal table (``matrix.txt``), and rows of every kind at Harbor Law to try it with.

Columns: method, endpoint, then what is answered to nobody, to another firm's administrator, to staff of the firm where
the route is an administrator's (else -), to staff behind a wall around the client, to the firm's administrator (so
that the row is known to lead somewhere), then what the path, the query or the form names. A row without ids is a page
of one's own: it is answered to everybody of a firm, and holds nothing of another's.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select

from attached import ROSA
from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.firm import deliveries, endpoints, erasures, legal_holds, saved_replies, tokens
from flask_firmtext.messaging import accepting, searches
from flask_firmtext.ports.values import User
from flask_firmtext.store import cells, criteria, keys
from flask_firmtext.store.models import (
    Attempt,
    Audit,
    ConsentEvent,
    Filing,
    Invitation,
    Message,
    ScheduledText,
    TimeEntry,
)
from flask_firmtext.store.states import FileState, FilingState, State
from flask_firmtext.store.transactions import own, reading
from mailroom import arrives, becomes, comes
from office import Office

#: Words of Harbor's that nobody else may read: of texts, files, replies, matters, events.
CANARY = "canary-51d0"
#: Of what everybody in the firm may read.
EVERYBODYS = "canary-e7e5"

#: Who has searched; nobody else sees for what.
ADMIN = User("admin@harbor.example", "Ada Admin", "harbor")

TABLE = Path(__file__).with_suffix(".txt")


@dataclass(frozen=True)
class Row:
    """One line of the table; ``names`` is what the address or form names."""

    method: str
    endpoint: str
    nobody: int
    foreign: int
    staff: int | None
    walled: int
    own: int
    names: str = ""

    @property
    def with_ids(self) -> bool:
        return "{" in self.names

    def filled(self, ids: dict[str, str]) -> dict[str, str]:
        return dict(parse_qsl(self.names.replace("+", "%2B").format(**ids), keep_blank_values=True))


def table() -> Iterator[Row]:
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.strip():
            method, endpoint, *codes = line.split()
            names = codes[5] if len(codes) > 5 else ""
            numbers = [None if code == "-" else int(code) for code in codes[:5]]
            yield Row(method, endpoint, *numbers, names)  # type: ignore[arg-type]


def digest(firm: str = "harbor") -> dict[str, str]:
    """What the firm's rows are, a table at a time."""
    found = {}
    with reading() as session:
        for name, rows in criteria.tenants().items():
            if "firm" in rows.c:
                every = session.connection().execute(select(rows).where(rows.c.firm == firm)).all()
                found[name] = hashlib.sha256(repr(sorted(map(repr, every))).encode()).hexdigest()
    return found


def harbors(office: Office) -> dict[str, str]:
    """A row of each kind at Harbor Law, by the names of the table."""
    unknown, failed = (office.sends("rosa", f"{CANARY} {what}") for what in ("unknown", "failed"))
    office.becomes(unknown, State.UNKNOWN)
    office.becomes(failed, State.FAILED, reason="unreachable_number", code="1170")
    office.receives(f"{CANARY} Please stop texting me")
    with reading() as session:
        said = session.scalars(select(Message.id).where(Message.direction == "in")).one()
        consent = session.scalars(select(ConsentEvent.id).where(ConsentEvent.message_id == said)).one()
        recorded = session.scalars(select(Audit.id).where(Audit.object_id == str(unknown)).limit(1)).one()
    file, lost = arrives(office, name=f"{CANARY}.png"), comes(office, f"{CANARY}-lost.png")[0]
    becomes(lost, FileState.GONE)
    becomes(file, FileState.STORED, planned_at=firmtext.clock.now(), conversation_id=office.conversation())
    quiet = office.sends("grace", f"{CANARY} quiet")
    conversation = office.conversation()
    return {
        "contact": "rosa",
        "matter": "lease",
        "event": "hearing",
        "bill": "bill-1",
        "account": "operating",
        "conversation": str(conversation),
        "quiet": str(_conversation_of(quiet)),
        "consent": str(consent),
        "recorded": str(recorded),
        "key": keys.index_of("harbor", ROSA).hex(),
        "said": str(said),
        "unknown": str(unknown),
        "failed": str(failed),
        "file": str(file),
        "lost": str(lost),
        "day": (firmtext.clock.now().date() + timedelta(days=3)).isoformat(),
        **_made(office, conversation, file, unknown),
    }


def _conversation_of(message: uuid.UUID) -> uuid.UUID:
    with reading() as session:
        return session.get_one(Message, message).conversation_id


def _made(office: Office, conversation: uuid.UUID, file: uuid.UUID, message: uuid.UUID) -> dict[str, str]:
    now = firmtext.clock.now()
    event = firmtext.host.for_firm("harbor").calendar.event("hearing")
    FirmText().event_saved(event, ["rosa"], firm="harbor")
    firmtext.db.session.commit()
    with own() as session:
        words = f"{EVERYBODYS} words"
        saved_replies.add(session, "harbor", user="", name=f"{EVERYBODYS} reply", text=words, by="admin")
        entry = TimeEntry(
            firm="harbor", by="admin@harbor.example", token="t0", conversation_id=conversation, matter="lease",
            minutes=6, day=date(2026, 1, 5), entry="time-0", created_at=now,
        )  # fmt: skip
        filing = Filing(
            firm="harbor", attachment_id=file, matter="estate", state=FilingState.NOT_FILED, by="admin",
            not_before=now, created_at=now, state_at=now,
        )  # fmt: skip
        attempt = Attempt(
            firm="harbor", message_id=message, n=1, claimed_at=now, claimed_by=CANARY, deadline=now,
        )  # fmt: skip
        session.add_all([entry, filing, attempt])
        session.flush()
        made = {
            "entry": entry.id,
            "filing": filing.id,
            "attempt": attempt.id,
            "later": _scheduled(session, conversation),
        }
    with own() as session:
        wanted = tokens.check(f"{CANARY} job", ["texts:read"], 30)
        text = tokens.make(session, "harbor", wanted, acts_for="admin@harbor.example", by="admin@harbor.example")
        made["token"] = tokens.parsed(text)[0]  # type: ignore[index]
    with own() as session:
        kinds = ["text.received"]
        made["endpoint"], _ = endpoints.add(
            session, "harbor", f"https://{EVERYBODYS}.example/", kinds, content=False, by="admin@harbor.example"
        )
        session.flush()
        made["event_id"] = deliveries.try_out(session, "harbor", made["endpoint"], by="admin@harbor.example")
    made["legal"] = legal_holds.put("harbor", "contact", "rosa", f"{CANARY} suit", by="admin@harbor.example")
    with own() as session:
        asked = {"by": "admin@harbor.example", "told": "2", "contact": "rosa", "why": f"{CANARY} why"}
        made["erasure"] = erasures.begin(session, "harbor", "request", **asked).id
    with reading() as session:
        made["invitation"] = session.scalars(select(Invitation.id)).one()
        made["search"] = searches.make("harbor", ADMIN, CANARY, contact=None, matter=None)
        made["reply"] = saved_replies.listed(session, "harbor", "admin@harbor.example")[0].id
    return {name: str(row) for name, row in made.items()}


def _scheduled(session: Any, conversation: uuid.UUID) -> uuid.UUID:
    now = firmtext.clock.now()
    row = ScheduledText(
        firm="harbor", conversation_id=conversation, contact="rosa", phone_index=keys.index_of("harbor", ROSA),
        author="admin@harbor.example", token=accepting.new_token(), wall=(now + timedelta(days=2)).replace(tzinfo=None),
        zone="America/Chicago", due_at=now + timedelta(days=2), look_at=now + timedelta(days=2), state="waiting",
        state_at=now, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    place = cells.place(ScheduledText, "body", row.id, "harbor")
    row.body = cells.seal(session, place, f"{CANARY} later", scope=keys.conversation_scope(conversation))
    return row.id

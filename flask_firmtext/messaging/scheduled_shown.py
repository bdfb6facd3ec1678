"""A text that is written for later as pages show it: decrypted, signed, and in words when it goes or why it did not."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError
from ..language import gettext as _
from ..language import marked
from ..ports.values import Contact, Firm
from ..store import cells, inbox_queries, scheduled_queries
from ..store.models import ScheduledText
from ..store.states import Later
from . import owners, scheduled_rows, tenancy
from .owners import Subject
from .scheduled import BY_HAND
from .shown import read_phones
from .threads import known_of
from .wording import STATES, state_words

#: Why one was not sent, by its reason.
REASONS: Mapping[str, str] = {
    scheduled_rows.OPTED_OUT: marked("The client wants no texts any more."),
    scheduled_rows.TURNED_OFF: marked("Text messaging was turned off for your firm."),
    "not_available": marked("Text messaging is no longer available to your firm."),
    scheduled_rows.ENDED: marked("The number left its contact, so this conversation ended."),
    "conversation_changed": marked("The number left its contact, so this conversation ended."),
    "no_contact": marked("The contact was no longer there."),
    "no_number": marked("The contact no longer had this number."),
    "not_allowed": marked("Whoever wrote it could no longer text this contact."),
    BY_HAND: marked("Somebody at your firm cancelled it."),
    "too_late": marked("It could not go out within a day of its time, so it was not sent at all."),
}
OTHER = marked("This number cannot be texted.")


@dataclass(frozen=True, slots=True)
class Planned:
    """One of them. ``body`` is None when it cannot be read; ``by`` is the author's reference, ``author`` the name.

    ``subject`` is what the host is asked about it, ``key`` stands for the phone number. ``meaning`` says why one is not
    ``waiting`` any more; ``names`` are whom it is for, empty where that is not told.
    """

    id: uuid.UUID
    subject: Subject
    conversation: uuid.UUID | None
    contact: str
    key: str
    body: str | None = field(repr=False)
    by: str
    author: str = field(repr=False)
    due: datetime
    waiting: bool
    sent: bool
    by_hand: bool
    state: str
    words: str
    meaning: str
    names: tuple[str, ...] = field(default=(), repr=False)


def planned(session: Session, firm: Firm, rows: Sequence[ScheduledText], about: Subject | None = None) -> list[Planned]:
    """These in words. ``about`` is what the host is asked about all of them, None: about each its own."""
    bodies = _bodies(session, rows)
    subjects = {} if about else _subjects(session, firm.ref, rows)
    names = owners.names_of(row.author for row in rows)
    return [_planned(firm, row, body, about or subjects[row.id], names) for row, body in zip(rows, bodies, strict=True)]


def _planned(firm: Firm, row: ScheduledText, body: str | None, about: Subject, names: Mapping[str, str]) -> Planned:
    waiting = row.state == Later.WAITING
    now = firmtext.clock.now()
    words = state_words("queued", None, row.due_at, now, firm.zone, None) if waiting else _(STATES.get(row.state, ""))
    return Planned(
        id=row.id,
        subject=about,
        conversation=row.conversation_id,
        contact=row.contact,
        key=row.phone_index.hex(),
        body=body,
        by=row.author,
        author=names.get(row.author) or _("Former colleague"),
        due=row.due_at,
        waiting=waiting,
        sent=row.state == Later.SENT,
        by_hand=row.reason == BY_HAND,
        state="queued" if waiting else row.state,
        words=words,
        meaning="" if waiting else _(REASONS.get(row.reason or "", OTHER)),
    )


def _bodies(session: Session, rows: Sequence[ScheduledText]) -> list[str | None]:
    kept = [(row, row.body) for row in rows if row.body is not None]
    found = cells.read(session, [(cells.place(ScheduledText, "body", row.id, row.firm), body) for row, body in kept])
    texts = {row.id: text for (row, _body), text in zip(kept, found, strict=True)}
    return [None if isinstance(text, DecryptError) else text for text in (texts.get(row.id) for row in rows)]


def _subjects(session: Session, firm: str, rows: Sequence[ScheduledText]) -> dict[uuid.UUID, Subject]:
    wanted = [row.conversation_id for row in rows if row.conversation_id]
    refs = inbox_queries.contacts(session, firm, wanted)
    return {
        row.id: Subject(firm, refs.get(row.conversation_id, ()), str(row.conversation_id))
        if row.conversation_id
        else Subject(firm, (row.contact,))
        for row in rows
    }


def whom(session: Session, firm: str, shown: Sequence[Planned]) -> dict[uuid.UUID, tuple[str, ...]]:
    """Whom each is for, by its id. The host is asked once, and for each contact who has no conversation yet."""
    wanted = [one.conversation for one in shown if one.conversation]
    rows = scheduled_queries.conversations(session, firm, wanted)
    refs = inbox_queries.contacts(session, firm, wanted)
    known = known_of(rows.values(), read_phones(session, list(rows.values())), refs)
    whose = owners.of_conversations(firm, known) if known else {}
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for one in shown:
        theirs = whose.get(one.conversation, owners.UNKNOWN).contacts if one.conversation else ()
        found[one.id] = tuple(contact.name for contact in theirs) or _name(firm, one.contact)
    return found


def _name(firm: str, ref: str) -> tuple[str, ...]:
    ports = firmtext.host.for_firm
    found: Contact | None = owners.shielded("Contacts.get", lambda: tenancy.contact(ports(firm), ref), None)
    return (found.name,) if found else ()

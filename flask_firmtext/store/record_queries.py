"""SELECTs behind the pages of the record: what a row is about, as far as walls go, and how far a page looks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from . import erasure_queries, keys
from .audit_objects import CONSENT, ERASURE, KEPT, KEY, TEXT
from .legal_hold_queries import CONTACT, MATTER
from .models import (
    Attachment,
    Attempt,
    Audit,
    CalendarEvent,
    Conversation,
    Filing,
    Invitation,
    Key,
    LegalHold,
    Message,
    PaymentLink,
    Quarantine,
    Reminder,
    ScheduledText,
    SentLink,
    TimeEntry,
)

#: So many rows a page looks at for the few that are asked for: the index knows times, not who did what.
LOOKED_AT = 20_000

#: A row of the record is about this: table and id.
Object = tuple[str, str]


class About(NamedTuple):
    """One thing that a host may keep from somebody, as far as it is known: a conversation, contacts, an event, a matter
    (references). ``kept`` is a kept text: whose it is only its words say."""

    conversation: uuid.UUID | None = None
    contacts: tuple[str, ...] = ()
    event: str | None = None
    matter: str | None = None
    kept: uuid.UUID | None = None


Abouts = frozenset[About]
Found = dict[Object, Abouts]
NOTHING: Abouts = frozenset()

#: Actions whose rows name texts beside their object, and where; of several words it is the last.
TEXTS_IN: Mapping[str, tuple[str, ...]] = {
    "message.retry": ("was", "became"),
    "quarantine.attach": ("became",),
    **dict.fromkeys(("consent.opt_out", "consent.opt_in", "consent.ask"), ("evidence",)),
    **dict.fromkeys(("consent.not_an_opt_out", "consent.undecided"), ("evidence",)),
}


def _of_texts(model: Any, on: Any) -> Select[Any]:
    return select(model.id, Message.conversation_id.label("conversation")).join(Message, Message.id == on)


_EVENT = (CalendarEvent.event.label("event"), CalendarEvent.matter.label("matter"))
_INVITED = (Invitation.contact.label("contact"), *_EVENT)

#: Each table of which a row's id says what it is about: its model, and a SELECT of ids with parts of :class:`About`.
ROWS: tuple[tuple[Any, Any], ...] = (
    (Conversation, select(Conversation.id, Conversation.id.label("conversation"))),
    (Message, select(Message.id, Message.conversation_id.label("conversation"))),
    (
        ScheduledText,
        select(
            ScheduledText.id,
            ScheduledText.conversation_id.label("conversation"),
            ScheduledText.contact.label("contact"),
        ),
    ),
    (
        TimeEntry,
        select(TimeEntry.id, TimeEntry.conversation_id.label("conversation"), TimeEntry.matter.label("matter")),
    ),
    (Attempt, _of_texts(Attempt, Attempt.message_id)),
    (
        Attachment,
        select(
            Attachment.id, Message.conversation_id.label("conversation"), Attachment.quarantine_id.label("kept")
        ).outerjoin(Message, Message.id == Attachment.message_id),
    ),
    (
        Filing,
        select(Filing.id, Message.conversation_id.label("conversation"), Filing.matter.label("matter"))
        .join(Attachment, Attachment.id == Filing.attachment_id)
        .join(Message, Message.id == Attachment.message_id),
    ),
    (
        PaymentLink,
        select(
            PaymentLink.id, PaymentLink.contact.label("contact"), SentLink.conversation_id.label("conversation")
        ).outerjoin(SentLink, SentLink.link_id == PaymentLink.id),
    ),
    (CalendarEvent, select(CalendarEvent.id, *_EVENT)),
    (Invitation, select(Invitation.id, *_INVITED).join(CalendarEvent, CalendarEvent.id == Invitation.event_id)),
    (
        Reminder,
        select(Reminder.id, *_INVITED)
        .join(Invitation, Invitation.id == Reminder.invitation_id)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id),
    ),
    (
        LegalHold,
        select(
            LegalHold.id,
            case((LegalHold.kind == CONTACT, LegalHold.object)).label("contact"),
            case((LegalHold.kind == MATTER, LegalHold.object)).label("matter"),
        ),
    ),
)


def named(row: Any) -> frozenset[Object]:
    """All that a row of the record names: what it is about, and texts beside it."""
    words = [(getattr(row, column) or "").rpartition(" ")[2] for column in TEXTS_IN.get(row.action, ())]
    texts = ((TEXT, one) for one in words if _identity(one))
    return frozenset({(row.object_table, row.object_id), *texts})


def about(session: Session, firm: str, objects: Iterable[Object]) -> Mapping[Object, Abouts]:
    """What these are about, all of it; with so many queries, however many there are. What is not in it has no wall, or
    is gone and leads to nothing."""
    objects = set(objects)
    found: Found = {}
    for one, what in (
        *_read(session, firm, objects),
        *_of_phones(session, firm, _ids(objects, CONSENT)),
        *_of_keys(session, firm, _ids(objects, KEY)),
        *_of_erasures(session, firm, _ids(objects, ERASURE)),
        *(((KEPT, row), About(kept=id_)) for row in _ids(objects, KEPT) if (id_ := _identity(row))),
    ):
        found[one] = found.get(one, NOTHING) | {what}
    gone = _of_gone(session, firm, {what.kept for some in found.values() for what in some if what.kept})
    return {one: some.union(*(gone.get(what.kept, NOTHING) for what in some)) for one, some in found.items()}


def _ids(objects: Collection[Object], table: str) -> list[str]:
    return [row for name, row in objects if name == table]


def _read(session: Session, firm: str, objects: Collection[Object]) -> Iterator[tuple[Object, About]]:
    for model, rows in ROWS:
        table = model.__tablename__
        ids = [id_ for row in _ids(objects, table) if (id_ := _identity(row))]
        # Not by an index of firms, which looks through all their rows: SQLite prefers it to a thousand ids.
        theirs = rows.where(model.firm.concat("") == firm, model.id.in_(ids))
        for row in session.execute(theirs).mappings() if ids else ():
            told = {name: value for name, value in row.items() if name not in ("id", "contact")}
            contacts = (row["contact"],) if row.get("contact") else ()
            yield (table, str(row["id"])), About(contacts=contacts, **told)


def _identity(written: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(written)
    except ValueError:
        return None


def _of_phones(session: Session, firm: str, indexes: Iterable[str]) -> Iterator[tuple[Object, About]]:
    """Consent is a phone's: all conversations with it are meant, and whoever has it where there is none."""
    wanted = [bytes.fromhex(index) for index in indexes if re.fullmatch("(?:[0-9a-f]{2})+", index)]
    if not wanted:
        return
    pairs = select(Conversation.phone_index, Conversation.id).where(
        Conversation.firm == firm, Conversation.phone_index.in_(wanted)
    )
    for phone, conversation in session.execute(pairs):
        yield (CONSENT, bytes(phone).hex()), About(conversation)
    newest = select(Quarantine.phone_index, func.max(Quarantine.received_at).label("at")).where(
        Quarantine.firm == firm, Quarantine.phone_index.in_(wanted)
    )
    last = newest.group_by(Quarantine.phone_index).subquery()
    kept = select(Quarantine.phone_index, Quarantine.id).join(
        last, (last.c.phone_index == Quarantine.phone_index) & (last.c.at == Quarantine.received_at)
    )
    for index, row in session.execute(kept.where(Quarantine.firm == firm)):
        yield (CONSENT, bytes(index or b"").hex()), About(kept=row)


def _of_keys(session: Session, firm: str, ids: Sequence[str]) -> Iterator[tuple[Object, About]]:
    """A data key is that of one conversation, or of the files of one kept text."""
    scopes = select(Key.id, Key.scope).where(Key.firm.concat("") == firm, Key.id.in_(ids))
    for key, scope in session.execute(scopes) if ids else ():
        if (row := _identity(scope.rpartition("/")[2])) is not None:
            yield (KEY, key), About(row) if scope == keys.conversation_scope(row) else About(kept=row)


def _of_erasures(session: Session, firm: str, ids: Iterable[str]) -> Iterator[tuple[Object, About]]:
    wanted = [id_ for row in ids if (id_ := _identity(row))]
    for row, every in erasure_queries.whose(session, firm, wanted).items():
        yield from (((ERASURE, str(row)), About(contacts=contacts)) for contacts in every)


def _of_gone(session: Session, firm: str, kept: Collection[uuid.UUID]) -> Mapping[uuid.UUID | None, Abouts]:
    """What became of texts that are kept no longer: the contact and the text, or the erasure, as the record says."""
    said = select(Audit).where(
        *(Audit.firm.concat("") == firm, Audit.object_id.in_([str(one) for one in kept]), Audit.object_table == KEPT),
        *(Audit.action.in_(("quarantine.attach", "quarantine.discard")), Audit.evidence.is_not(None)),
    )
    rows = session.scalars(said).all() if kept else ()
    erased = [(ERASURE, str(row.evidence)) for row in rows if row.action == "quarantine.discard"]
    texts = [one for row in rows for one in named(row) if one[0] == TEXT]
    known = about(session, firm, (*texts, *erased)) if rows else {}
    found: dict[uuid.UUID | None, Abouts] = {}
    for row in rows:
        contact = {About(contacts=(str(row.evidence),))} if row.action == "quarantine.attach" else NOTHING
        others = (*named(row), (ERASURE, str(row.evidence)))
        id_ = _identity(row.object_id)
        found[id_] = found.get(id_, NOTHING).union(contact, *(known.get(one, NOTHING) for one in others))
    return found

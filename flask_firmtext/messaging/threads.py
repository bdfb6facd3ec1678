"""The table of conversations as people see it: decrypted, named and in words. Nothing is written here."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ..ports.values import Firm, User
from ..store import changes, inbox_queries, queries
from ..store.inbox_queries import Cursor, Row
from ..store.models import Conversation
from ..store.transactions import reading
from . import owners
from .numbers import display
from .owners import Known, Owners, Subject
from .shown import Text, Wording, read_bodies, read_phones
from .wording import Words, hold_words

PAGE = 25
UNREADABLE = "Number cannot be read"


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the table."""

    id: uuid.UUID
    owners: Owners
    number: str = field(repr=False)
    last: Text
    unread: int

    @property
    def names(self) -> tuple[str, ...]:
        """Who it is with; the number where that is nobody's."""
        return tuple(contact.name for contact in self.owners.contacts) or (self.number,)


@dataclass(frozen=True, slots=True)
class Table:
    """A page of conversations. ``now`` is the firm's count of changes that it shows, ``older`` begins the next page.

    ``asked`` is False when the host could not say whose the numbers are. ``hold`` says what has kept texts of the firm
    back for longest.
    """

    lines: tuple[Line, ...]
    older: Cursor | None
    now: int
    asked: bool
    hold: Words | None


def table(firm: Firm, user: User, *, may: Callable[[Subject], bool], older_than: Cursor | None = None) -> Table:
    """A page of the firm's conversations, the newest first, without those that ``may`` refuses."""
    with reading() as session:
        now = changes.now(session, firm.ref)
        rows = inbox_queries.newest(session, firm.ref, user.ref, older_than=older_than, limit=PAGE + 1)
        shown = rows[:PAGE]
        refs = inbox_queries.contacts(session, firm.ref, [row.conversation.id for row in shown])
        allowed = [row for row in shown if may(subject(row.conversation, refs.get(row.conversation.id, ())))]
        phones = read_phones(session, [row.conversation for row in allowed])
        bodies = read_bodies(session, [row.last for row in allowed])
        holds = queries.standing_holds(session, firm.ref)
    whose = owners.of_conversations(firm.ref, known_of([row.conversation for row in allowed], phones, refs))
    words = Wording(firm, holds, owners.names_of(row.last.author for row in allowed if row.last.author))
    lines = tuple(_line(row, phones[row.conversation.id], whose, words, bodies) for row in allowed)
    older = (shown[-1].conversation.last_at, shown[-1].conversation.id) if len(rows) > PAGE else None
    hold = hold_words(holds[0].code) if holds else None
    return Table(lines, older, now, all(line.owners.asked for line in lines), hold)


def unread(firm: str, user: User, *, may: Callable[[Subject], bool]) -> int:
    """How many texts this user has not read, in conversations that ``may`` allows."""
    with reading() as session:
        waiting = inbox_queries.unread(session, firm, user.ref)
        refs = inbox_queries.contacts(session, firm, waiting.keys())
    return sum(count for row, count in waiting.items() if may(Subject(firm, refs.get(row, ()), str(row))))


def known_of(
    conversations: Iterable[Conversation],
    phones: Mapping[uuid.UUID, str | None],
    refs: Mapping[uuid.UUID, tuple[str, ...]],
) -> dict[uuid.UUID, Known]:
    """What the host is asked about these conversations; those whose phone cannot be read are left out."""
    return {
        row.id: Known(phone, refs.get(row.id, ()), row.closed_at is not None)
        for row in conversations
        if (phone := phones[row.id])
    }


def subject(conversation: Conversation, contacts: tuple[str, ...]) -> Subject:
    """What the host is asked about before this conversation is shown."""
    return Subject(conversation.firm, contacts, str(conversation.id))


def _line(
    row: Row,
    phone: str | None,
    whose: Mapping[uuid.UUID, Owners],
    words: Wording,
    bodies: Mapping[uuid.UUID, str | None],
) -> Line:
    return Line(
        id=row.conversation.id,
        owners=whose.get(row.conversation.id, owners.UNKNOWN),
        number=display(phone) if phone else UNREADABLE,
        last=words.text(row.last, bodies[row.last.id], row.number),
        unread=row.unread,
    )

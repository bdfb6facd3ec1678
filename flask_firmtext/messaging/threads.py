"""The table of conversations as people see it: decrypted, named and in words. Nothing is written here."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from ..language import gettext as _
from ..language import marked
from ..ports.values import Contact, Firm, Relation, User
from ..store import attachment_queries, changes, consent_queries, inbox_queries, indexes, queries
from ..store.inbox_pages import Cursor, View
from ..store.inbox_queries import Row
from ..store.models import Conversation, Hold, OptOut
from ..store.states import Direction, Kind
from ..store.transactions import reading
from . import owners, relations
from .numbers import display
from .owners import Known, Owners, Subject
from .rights import May, each, subject
from .shown import Text, Wording, read_bodies, read_phones
from .table_rows import Allowed, allowed, has_begun, page
from .wording import Words, hold_words

PAGE = 25
#: Under one contact or matter there is no second page: what lies deeper is found in the table of all.
AT_ONE_PLACE = 50
UNREADABLE = marked("Number cannot be read")
#: In the place of a number, or of names, of which nothing is left.
ERASED = marked("Erased")
ASKS = marked("Asks for no more texts?")
OPTED_OUT = marked("Opted out")


@dataclass(frozen=True, slots=True)
class Line:
    """One conversation in the table. ``files`` is how many came with its last text, which is ``mine`` when the user
    wrote it.

    ``waiting_since`` is None where the client waits for no answer, ``done_by`` a name where somebody has marked it
    done; ``is_read``: it can be marked unread. ``unwilling`` says that the client wants no texts, or seems to.
    """

    id: uuid.UUID
    subject: Subject
    owners: Owners
    number: str = field(repr=False)
    last: Text
    unread: int
    files: int = 0
    matters: tuple[Relation, ...] = ()
    mine: bool = False
    is_read: bool = False
    waiting_since: datetime | None = None
    done_by: str | None = field(default=None, repr=False)
    unwilling: str | None = None
    phone: str | None = field(default=None, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Who it is with; the number where that is nobody's."""
        return tuple(contact.name for contact in self.owners.contacts) or (self.number,)


@dataclass(frozen=True, slots=True)
class Table:
    """A page of conversations. ``now`` is the firm's count of changes that it shows, ``older`` begins the next page.

    ``asked`` is False when the host could not say whose the numbers are. ``hold`` says what has kept texts of the firm
    back for longest. ``with_matters``: the host has matters. ``begun``: the firm has conversations, whatever is shown.
    """

    lines: tuple[Line, ...]
    older: Cursor | None
    now: int
    asked: bool
    hold: Words | None
    view: View = View.ALL
    with_matters: bool = False
    begun: bool = True


@dataclass(frozen=True, slots=True)
class _Read:
    """What our tables say of some conversations, those that may be read, in one go."""

    now: int
    user: str
    rows: Sequence[Row]
    refs: Mapping[uuid.UUID, tuple[str, ...]]
    phones: Mapping[uuid.UUID, str | None] = field(repr=False)
    bodies: Mapping[uuid.UUID, str | None] = field(repr=False)
    files: Mapping[uuid.UUID, int]
    unwilling: Mapping[bytes, OptOut]
    holds: Sequence[Hold]


def table(
    firm: Firm, user: User, *, may: May, view: View = View.OPEN, older_than: Cursor | None = None, size: int = PAGE
) -> Table:
    """A page of the firm's conversations in the order of ``view``, without those that ``may`` refuses."""
    with reading() as session:
        now = changes.now(session, firm.ref)
        found, older = page(session, firm, user, may, view, older_than, size=size)
        read = _read(session, firm, user, found, now)
        begun = bool(found.rows) or has_begun(session, firm, user, may)
    return replace(_table(firm, read, _lines(firm, read), older), view=view, begun=begun)


def table_of(firm: Firm, user: User, contacts: Sequence[Contact], *, may: May, numbers: Collection[str] = ()) -> Table:
    """The conversations of these contacts, the newest first: those with a number that one of them has now, and those
    with one of ``numbers`` (E.164), whosever they are.

    One whose number has left everybody under whom it was shown stands under them, and names nobody.
    """
    refs = {contact.ref for contact in contacts}
    phones = {number.e164 for contact in contacts for number in contact.numbers} | set(numbers)
    found = {index for phone in phones for index in indexes.all_of(firm.ref, phone)}
    with reading() as session:
        now = changes.now(session, firm.ref)
        rows = inbox_queries.newest_of(session, firm.ref, user.ref, contacts=refs, phones=found, limit=AT_ONE_PLACE)
        read = _read(session, firm, user, allowed(session, firm, rows, may), now)
    asked = {row for row, phone in read.phones.items() if phone in numbers}
    lines = [line for line in _lines(firm, read) if line.id in asked or _is_of(refs, line, read.refs.get(line.id, ()))]
    return _table(firm, read, tuple(lines), None)


def one(firm: Firm, user: User, conversation_id: uuid.UUID) -> Line | None:
    """One conversation as it stands in the table; None when the firm has no such."""
    with reading() as session:
        now = changes.now(session, firm.ref)
        rows = inbox_queries.one(session, firm.ref, user.ref, conversation_id)
        refs = inbox_queries.contacts(session, firm.ref, [row.conversation.id for row in rows])
        read = _read(session, firm, user, Allowed(rows, refs), now)
    return next(iter(_lines(firm, read)), None)


def _is_of(contacts: Collection[str], line: Line, known: Collection[str]) -> bool:
    """Whether a conversation stands under one of these contacts."""
    whose = [contact.ref for contact in line.owners.contacts] or known
    return not set(contacts).isdisjoint(whose)


def _read(session: Session, firm: Firm, user: User, found: Allowed, now: int) -> _Read:
    rows = found.rows
    bodies = read_bodies(session, [row.last for row in rows])
    return _Read(
        now,
        user.ref,
        rows,
        found.refs,
        read_phones(session, [row.conversation for row in rows]),
        bodies,
        attachment_queries.count_of_texts(session, firm.ref, [row.last.id for row in rows if _silent(row, bodies)]),
        consent_queries.unwilling(session, firm.ref, [row.conversation.phone_index for row in rows]),
        queries.standing_holds(session, firm.ref),
    )


def _lines(firm: Firm, read: _Read) -> tuple[Line, ...]:
    known = known_of([row.conversation for row in read.rows], read.phones, read.refs)
    whose = owners.of_conversations(firm.ref, known)
    contacts = [one for some in whose.values() for one in some.contacts]
    matters = owners.matters_by_contact(firm.ref, (one.ref for one in contacts))
    related = relations.told(firm.ref, contacts)
    people = [person for row in read.rows for person in (row.last.author, row.conversation.done_by) if person]
    words = Wording(firm, read.holds, owners.names_of(people))
    lines = []
    for row in read.rows:
        theirs = whose.get(row.conversation.id, owners.UNKNOWN)
        of_clients = [matter for contact in theirs.contacts for matter in matters.get(contact.ref, ())]
        lines.append(_line(row, theirs, relations.parts(theirs.contacts, of_clients, related).all, words, read))
    return tuple(lines)


def _table(firm: Firm, read: _Read, lines: tuple[Line, ...], older: Cursor | None) -> Table:
    hold = hold_words(read.holds[0].code) if read.holds else None
    asked = all(line.owners.asked for line in lines)
    return Table(lines, older, read.now, asked, hold, with_matters=owners.has_matters(firm.ref))


def unread(firm: str, user: User, *, may: May) -> int:
    """How many texts this user has not read, in conversations that ``may`` allows."""
    with reading() as session:
        waiting = inbox_queries.unread(session, firm, user.ref)
        refs = inbox_queries.contacts(session, firm, waiting.keys())
    answers = each(may, [Subject(firm, refs.get(row, ()), str(row)) for row in waiting])
    return sum(count for count, yes in zip(waiting.values(), answers, strict=True) if yes)


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


def _line(row: Row, whose: Owners, matters: tuple[Relation, ...], words: Wording, read: _Read) -> Line:
    conversation, phone = row.conversation, read.phones[row.conversation.id]
    done_by = conversation.done_by if conversation.done_at else None
    return Line(
        id=conversation.id,
        subject=subject(conversation, read.refs.get(conversation.id, ())),
        owners=whose,
        number=display(phone) if phone else _(ERASED if conversation.erased_at else UNREADABLE),
        last=words.text(row.last, read.bodies[row.last.id], row.number),
        unread=row.unread,
        files=read.files.get(row.last.id, 0),
        matters=matters,
        mine=row.last.author == read.user and row.last.kind == Kind.STAFF,
        is_read=conversation.last_in_position > 0 and not row.unread,
        waiting_since=None if conversation.done_at else conversation.waiting_since,
        done_by=done_by and words.person(done_by),
        unwilling=_unwilling(read.unwilling.get(conversation.phone_index)),
        phone=phone,
    )


def _unwilling(row: OptOut | None) -> str | None:
    if row is None:
        return None
    return _(OPTED_OUT) if row.opted_out else _(ASKS)


def _silent(row: Row, bodies: Mapping[uuid.UUID, str | None]) -> bool:
    """Whether the last text has no words: then something came with it."""
    return row.last.direction == Direction.IN and bodies[row.last.id] == ""

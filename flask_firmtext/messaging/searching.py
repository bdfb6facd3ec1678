"""A page of texts that have what is sought, the newest first, as if there were none that its user may not see.

Marks say which texts may have it: of those that may be seen as many are decrypted as a page needs, and only what has
the words as they were typed is shown.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ..current import firmtext
from ..language import gettext as _
from ..ports.values import Contact, Firm, User
from ..store import ciphers, inbox_queries, indexes, search_queries
from ..store.search_queries import Found, Look, Wanted
from ..store.states import Kind
from ..store.transactions import reading
from . import owners
from .numbers import display
from .owners import Owners, Subject
from .passages import Passage, passages
from .rights import May, each
from .searches import Asked
from .shown import Text, Wording, read_bodies, read_phones
from .sought import Sought, Span, read
from .thread_rows import PAGE as THREAD
from .threads import AT_ONE_PLACE, UNREADABLE, known_of

PAGE = 20
#: So many candidates are looked at in each round; behind the last, the page ends where it is.
ROUNDS = (60, 600)
#: So often it is asked who may see a thousand texts, of which none may be seen, before a page ends where it is.
PASSES = 16
#: Above the text that was found, at the end of a page of its conversation, so many later ones are shown.
LATER = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """A text with what was sought. ``before`` begins the page of its conversation on which it stands, None where that
    is the newest."""

    text: Text
    owners: Owners
    number: str = field(repr=False)
    passages: Sequence[Passage] = field(repr=False)
    before: int | None
    mine: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Who it is with; the number where that is nobody's."""
        return tuple(contact.name for contact in self.owners.contacts) or (self.number,)


@dataclass(frozen=True, slots=True)
class Results:
    """A page of hits. ``older`` begins the next; ``searchable`` is False where nothing can be found by what was typed,
    ``complete`` where every text has been marked. ``unreadable``: some that may have it cannot be read."""

    hits: Sequence[Hit] = ()
    older: int | None = None
    searchable: bool = True
    complete: bool = True
    unreadable: int = 0


@dataclass(slots=True)
class _Gathered:
    """What a page has so far."""

    found: list[tuple[Found, str]] = field(default_factory=list, repr=False)
    refs: dict[uuid.UUID, tuple[str, ...]] = field(default_factory=dict)
    end: int | None = None
    unreadable: int = 0


def page(
    firm: Firm, user: User, asked: Asked, contacts: Sequence[Contact] | None, *, may: May, before: int | None = None
) -> Results:
    """A page of what was asked for, in the conversations of these contacts (None: of everybody)."""
    sought = read(asked.typed)
    with reading() as session:
        standing = search_queries.progress(session, firm.ref)
        complete = standing is not None and standing.walked_at is not None
        if not sought.lookups:
            return Results(searchable=False, complete=complete)
        looks = _Looks(session, firm, sought, may, _conversations(session, firm, user, contacts))
        gathered = _gathered(looks, before)
        phones = read_phones(session, [found.conversation for found, _ in gathered.found])
    hits = _hits(firm, user, sought, gathered, phones)
    if contacts is not None:
        theirs = {contact.ref for contact in contacts}
        hits = [hit for hit in hits if _is_of(theirs, hit, gathered.refs)]
    return Results(hits, gathered.end, complete=complete, unreadable=gathered.unreadable)


def _conversations(
    session: Session, firm: Firm, user: User, contacts: Sequence[Contact] | None
) -> Collection[uuid.UUID] | None:
    if contacts is None:
        return None
    refs = {contact.ref for contact in contacts}
    numbers = {number.e164 for contact in contacts for number in contact.numbers}
    phones = {index for number in numbers for index in indexes.all_of(firm.ref, number)}
    rows = inbox_queries.newest_of(session, firm.ref, user.ref, contacts=refs, phones=phones, limit=AT_ONE_PLACE)
    return [row.conversation.id for row in rows]


class _Looks:
    """Looks at a firm's marks, under each index key under which there may be some, as if there were none of texts that
    the user may not see."""

    def __init__(
        self, session: Session, firm: Firm, sought: Sought, may: May, conversations: Collection[uuid.UUID] | None
    ) -> None:
        self.session, self.firm, self.sought, self.may = session, firm, sought, may
        self.refs: dict[uuid.UUID, tuple[str, ...]] = {}
        self.hidden: set[uuid.UUID] = set()
        self.conversations = conversations
        if conversations is not None:
            self.ask(conversations)
            self.conversations = [row for row in conversations if row not in self.hidden]
        keys = (ciphers.search_key(key, firm.ref) for key in firmtext.settings.index_key)
        self.wanted = [search_queries.rarest_first(session, sought.marks(key)) for key in keys]

    def before(self, stamp: int | None, limit: int) -> Look:
        """The newest that are older than ``stamp``; a text is under one key only."""
        if self.conversations is not None and not self.conversations:
            return Look()
        if self.conversations is None:
            self._pass_over(stamp)
        looks = [self._look(wanted, stamp, limit) for wanted in self.wanted]
        ends = [one.end for one in looks if one.end is not None]
        end = max(ends) if ends else None
        found = sorted((one for look in looks for one in look.found), key=lambda one: one.stamp, reverse=True)
        return Look([one for one in found if end is None or one.stamp >= end], end)

    def _look(self, wanted: Wanted, stamp: int | None, limit: int) -> Look:
        return search_queries.look(
            self.session,
            self.firm.ref,
            wanted,
            before=stamp,
            conversations=self.conversations,
            limit=limit,
            without=self.hidden,
        )

    def _pass_over(self, stamp: int | None) -> None:
        """Find out what may not be seen among the texts that a look begins with, until all of these may be."""
        for _pass in range(PASSES):
            found: set[uuid.UUID] = set()
            for wanted in self.wanted:
                found |= search_queries.places(self.session, self.firm.ref, wanted, before=stamp, without=self.hidden)
            if not self.ask(found):
                return

    def ask(self, conversations: Collection[uuid.UUID]) -> bool:
        """Ask the host which of these may be seen, as far as it has not said so; whether some of them may not."""
        rows = [row for row in conversations if row not in self.refs]
        if not rows:
            return False
        refs = inbox_queries.contacts(self.session, self.firm.ref, rows)
        self.refs.update((row, refs.get(row, ())) for row in rows)
        answers = each(self.may, [Subject(self.firm.ref, self.refs[row], str(row)) for row in rows])
        refused = {row for row, yes in zip(rows, answers, strict=True) if not yes}
        self.hidden |= refused
        return bool(refused)


def _gathered(looks: _Looks, before: int | None) -> _Gathered:
    """As much as a page holds; ``end`` is where the next begins, None where nothing more can be found."""
    gathered = _Gathered(end=before, refs=looks.refs)
    for limit in ROUNDS:
        look = looks.before(gathered.end, limit)
        gathered.end = look.end
        for found, body, spans in _seen(looks, look.found, gathered):
            if spans is None:
                continue
            if len(gathered.found) == PAGE:  # there is one more: the next page begins with it
                gathered.end = gathered.found[-1][0].stamp
                return gathered
            gathered.found.append((found, body))
        if gathered.end is None:
            return gathered
    return gathered


def _seen(
    looks: _Looks, found: Sequence[Found], gathered: _Gathered
) -> Iterator[tuple[Found, str, Sequence[Span] | None]]:
    """Those of these that may be seen, decrypted, with where in them it stands."""
    looks.ask({one.conversation.id for one in found})
    # Between the end of its keys and of its marks, what was erased is not there any more.
    whole = [one for one in found if one.conversation.erased_at is None]
    mine = [one for one in whole if one.conversation.id not in looks.hidden]
    bodies = read_bodies(looks.session, [one.message for one in mine])
    for one in mine:
        body = bodies[one.message.id]
        if body is None:
            gathered.unreadable += 1
        else:
            yield one, body, looks.sought.spans(body)


def _hits(
    firm: Firm, user: User, sought: Sought, gathered: _Gathered, phones: Mapping[uuid.UUID, str | None]
) -> Sequence[Hit]:
    rows = [found.conversation for found, _ in gathered.found]
    whose = owners.of_conversations(firm.ref, known_of(rows, phones, gathered.refs))
    people = [found.message.author for found, _ in gathered.found if found.message.author]
    wording = Wording(firm, (), owners.names_of(people))
    hits = []
    for found, body in gathered.found:
        message, phone = found.message, phones[found.conversation.id]
        hits.append(
            Hit(
                wording.text(message, body, ""),
                whose.get(message.conversation_id, owners.UNKNOWN),
                display(phone) if phone else _(UNREADABLE),
                passages(body, sought.spans(body) or ()),
                _before(found),
                message.author == user.ref and message.kind == Kind.STAFF,
            )
        )
    return hits


def _before(found: Found) -> int | None:
    position, last = found.message.position, found.conversation.last_position
    return None if last - position < THREAD - LATER else position + LATER + 1


def _is_of(contacts: Collection[str], hit: Hit, refs: Mapping[uuid.UUID, tuple[str, ...]]) -> bool:
    """Whether a hit's conversation stands under one of these contacts, as in the table."""
    whose = [contact.ref for contact in hit.owners.contacts] or refs.get(hit.text.conversation, ())
    return not set(contacts).isdisjoint(whose)

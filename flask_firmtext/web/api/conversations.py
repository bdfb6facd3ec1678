"""Conversations: the table, one of them, its texts, and what people mark."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field
from sqlalchemy.orm import Session

from ...messaging import doing, tenancy, thread, threads
from ...messaging import reading as marks
from ...messaging.owners import Subject
from ...messaging.threads import Line
from ...ports import promises
from ...ports.values import Contact, Relation, Side
from ...store import inbox_queries
from ...store.inbox_pages import View
from ...store.transactions import own, reading
from .. import inbox, sightings
from ..access import asked
from ..thread import mark_read, may_read, rights_of
from . import cursors
from .bearer import Bearer
from .operations import get, post
from .problems import Failure, nothing
from .shapes import Answer, Asked, Done, Given, Page, Paging, Ref
from .texts_shown import Text, shown


class Client(Answer):
    """A contact of the practice system."""

    ref: str
    name: str


class MatterOf(Answer):
    """A matter, and on which side of it the contact stands."""

    ref: str
    title: str
    open: bool
    side: Side
    role: str


class Conversation(Answer):
    """All texts between a number of the firm and a phone."""

    id: uuid.UUID
    phone: str | None = Field(description="E.164; null when it cannot be read or was erased.")
    contacts: list[Client] = Field(description="Who has the number now; empty when the number has left its contacts.")
    matters: list[MatterOf]
    last: Text = Field(description="The newest text.")
    unread: int = Field(description="Texts that the token's administrator has not read.")
    waiting_since: datetime | None = Field(description="Since when the client waits for an answer.")
    done: bool
    unwilling: str | None = Field(description="That the client wants no texts, or seems to, in words.")


class Conversations(Page[Conversation]):
    """A page of the table."""


class Texts(Page[Text]):
    """A page of a conversation, the newest first."""


class Where(Paging):
    """Which conversations; ``contact`` or ``matter`` leave out ``show``, and have one page of at most 50."""

    show: View = View.OPEN
    contact: Ref | None = Field(None, description="Only with this contact (the practice system's reference).")
    matter: Ref | None = Field(None, description="Only with who is in this matter, but not on the other side.")


class Of(Asked):
    """A page of texts."""

    after: int | None = Field(None, ge=1, le=2**62, description="Only texts before this position: the page's `next`.")
    limit: int = Field(25, ge=1, le=100)


class UpTo(Given):
    """How far it was read."""

    position: int = Field(ge=1, le=2**62, description="The position of the last text that was read.")


@get("/conversations", "conversations:read")
def list_conversations(who: Bearer, query: Where) -> Conversations:
    """List conversations"""
    who.must("conversation.list")
    if query.contact is not None or query.matter is not None:
        found = threads.table_of(who.firm, who.user, _people(who, query), may=inbox.readable(who))
        return Conversations(items=[_conversation(who, line) for line in found.lines[: query.limit]], next=None)
    kind = f"conversations:{query.show}"
    older = _cursor(cursors.read(who, kind, query.after)) if query.after else None
    table = threads.table(
        who.firm, who.user, may=inbox.readable(who), view=query.show, older_than=older, size=query.limit
    )
    following = cursors.write(who, kind, table.older[0].isoformat(), str(table.older[1])) if table.older else None
    return Conversations(items=[_conversation(who, line) for line in table.lines], next=following)


@get("/conversations/{conversation}", "conversations:read")
def show_conversation(who: Bearer, conversation: uuid.UUID) -> Conversation:
    """Show a conversation"""
    may_read(who, conversation)
    line = threads.one(who.firm, who.user, conversation)
    if line is None:
        raise nothing()
    sightings.seen(who.firm.ref, who.user.ref, conversation)
    return _conversation(who, line)


@get("/conversations/{conversation}/texts", "texts:read")
def list_texts_of_conversation(who: Bearer, conversation: uuid.UUID, query: Of) -> Texts:
    """List the texts of a conversation

    The newest first. Nothing is marked as read by that; that somebody has seen them is recorded.
    """
    rights = rights_of(who, may_read(who, conversation))
    sightings.seen(who.firm.ref, who.user.ref, conversation)
    found = thread.show(who.firm, conversation, before=query.after, rights=rights, size=query.limit)
    if found is None:
        raise nothing()
    following = None if found.earlier is None else str(found.earlier)
    return Texts(items=[shown(text) for text in reversed(found.texts)], next=following)


@post("/conversations/{conversation}/done", "conversations:write")
def finish_conversation(who: Bearer, conversation: uuid.UUID) -> Done:
    """Mark a conversation done, for everybody"""
    who.must("conversation.done", may_read(who, conversation))
    with own() as session:
        return Done(done=doing.finish(session, conversation, by=who.user))


@post("/conversations/{conversation}/open", "conversations:write")
def reopen_conversation(who: Bearer, conversation: uuid.UUID) -> Done:
    """Take that back"""
    who.must("conversation.done", may_read(who, conversation))
    with own() as session:
        return Done(done=doing.reopen(session, conversation, by=who.user))


@post("/conversations/{conversation}/read", "conversations:write")
def read_conversation(who: Bearer, conversation: uuid.UUID, given: UpTo) -> None:
    """Mark a conversation read, for the token's administrator"""
    may_read(who, conversation)
    mark_read(who, conversation, given.position)


@post("/conversations/{conversation}/unread", "conversations:write")
def leave_conversation_unread(who: Bearer, conversation: uuid.UUID) -> Done:
    """Mark a conversation unread, for the token's administrator"""
    may_read(who, conversation)
    with reading() as session:
        found = inbox_queries.marks(session, who.firm.ref, who.user.ref, conversation)
    if found is None or not found.is_read:
        return Done(done=False)
    with own() as session:
        return Done(done=_unread(session, who, conversation, found.last_in))


def _unread(session: Session, who: Bearer, conversation: uuid.UUID, last_in: int) -> bool:
    return marks.mark_unread(session, who.firm.ref, conversation, user=who.user.ref, last_in=last_in)


def _cursor(values: list[str]) -> tuple[datetime, uuid.UUID]:
    at, row = values
    return datetime.fromisoformat(at), uuid.UUID(row)


def _people(who: Bearer, query: Where) -> list[Contact]:
    """:raises Failure: there is no such contact; nobody in the matter is told apart from a matter that is not there."""
    if query.contact is not None and query.matter is not None:
        raise Failure("bad-request", "Ask for a contact or for a matter.")
    if query.contact is not None:
        ref = query.contact
        found = asked("Contacts.get", lambda: tenancy.contact(who.ports, ref))
        if found is None:
            raise nothing()
        return [found]
    matter, port = query.matter or "", who.ports.matters
    parties = asked("Matters.contacts_of", lambda: promises.parties("contacts_of", port.contacts_of(matter)))
    wanted = [party.contact for party in parties if party.side != Side.OPPOSING]
    subjects = [Subject(who.firm.ref, (one.ref,), matter=matter) for one in wanted]
    allowed = who.may_each("conversation.read", subjects)
    return [one for one, yes in zip(wanted, allowed, strict=True) if yes]


def _conversation(who: Bearer, line: Line) -> Conversation:
    return Conversation(
        id=line.id,
        phone=line.phone,
        contacts=[Client(ref=one.ref, name=one.name) for one in line.owners.contacts],
        matters=matters(who, line.subject, line.matters),
        last=shown(line.last),
        unread=line.unread,
        waiting_since=line.waiting_since,
        done=line.done_by is not None,
        unwilling=line.unwilling,
    )


def matters(who: Bearer, subject: Subject, found: tuple[Relation, ...]) -> list[MatterOf]:
    """Those of which the administrator may know. A page leaves that to the port; a program has no session there."""
    subjects = [Subject(subject.firm, subject.contacts, subject.conversation, matter=one.matter.ref) for one in found]
    allowed = who.may_each("conversation.read", subjects)
    return [
        MatterOf(ref=one.matter.ref, title=one.matter.title, open=one.matter.open, side=one.side, role=one.role)
        for one, yes in zip(found, allowed, strict=True)
        if yes
    ]

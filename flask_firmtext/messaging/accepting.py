"""T1: a person's text becomes a row. From the caller's commit on it is never lost and never doubled."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .. import points
from ..current import firmtext
from ..errors import TextRefused
from ..ports.values import Contact, User
from ..store import audit, cells, keys, queries
from ..store.base import new_id
from ..store.models import Conversation, Message, Number
from ..store.states import PRIORITY, RANK, Direction, Kind, State
from ..store.transactions import notes
from ..store.upsert import insert_once
from . import consent, conversations
from .body import check
from .numbers import parse
from .segments import measure
from .wording import opted_out

Sessions = Session | scoped_session[Any]

#: After this a person's text is no longer what they meant to say now.
USEFUL = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent, checked."""

    text: str
    kind: Kind
    author: str
    token: str
    retry_of: uuid.UUID | None = None


def accept(session: Sessions, *, user: User, contact: Contact, to: str | None, text: str, token: str) -> Message:
    """Accept a text by a person to one of a contact's numbers (``to`` in E.164, None: the contact's texting number).

    Joined: nothing is committed here. The same ``token`` of the same user again returns the first message.

    :raises TextRefused: with a stable code and a sentence for the person.
    :raises KeyUnavailable: the text could not be protected, so it was not stored.
    """
    known = _by_token(session, user, token)
    if known:
        return known
    text = check(text)
    number = queries.sending_number(session, user.firm)
    if number is None:
        raise TextRefused(
            "not_on", "Your firm cannot send texts yet: it has no number that the carriers have verified."
        )
    phone = _textable(session, user.firm, contact, to)
    owners = [owner.ref for owner in firmtext.host.for_firm(user.firm).contacts.by_number(phone)]
    _check_consent(session, number, contact, phone)
    conversation = conversations.open_with(session, number, phone, contact=contact.ref, owners=owners)
    position = conversations.take_turn(session, conversation.id)
    # Again: a STOP that came since then is committed, and one that comes now waits for us and finds this text.
    _check_consent(session, number, contact, phone)
    return queue(session, conversation, position, Outgoing(text, Kind.STAFF, user.ref, token))


def queue(session: Sessions, conversation: Conversation, position: int, outgoing: Outgoing) -> Message:
    """Add a checked text to a conversation at ``position``, the turn just taken, and note that it is due."""
    row_id = _stored(session, conversation, position, outgoing)
    if row_id is None:
        first: Message = session.scalars(_with_token(conversation.firm, outgoing.author, outgoing.token)).one()
        return first
    conversations.note_last(session, conversation.id, position)
    table = (Message.__tablename__, row_id)
    audit.record(session, "message.accept", table, firm=conversation.firm, actor=outgoing.author, became=State.QUEUED)
    notes(session).show(conversation.firm, row_id)
    notes(session).rings.append(str(row_id))
    points.reach("accept.before_commit")
    return session.get_one(Message, row_id)


def _stored(session: Sessions, conversation: Conversation, position: int, outgoing: Outgoing) -> uuid.UUID | None:
    """The new text's id; None when its author has used the token before."""
    row_id = new_id()
    where = cells.place(Message, "body", row_id, conversation.firm)
    now = firmtext.clock.sql()
    stored = insert_once(
        session,
        Message,
        id=row_id,
        firm=conversation.firm,
        conversation_id=conversation.id,
        position=position,
        direction=Direction.OUT,
        kind=outgoing.kind,
        priority=PRIORITY[outgoing.kind],
        author=outgoing.author,
        client_token=outgoing.token,
        retry_of=outgoing.retry_of,
        body=cells.seal(session, where, outgoing.text, scope=keys.conversation_scope(conversation.id)),
        segments=measure(outgoing.text).count,
        state=State.QUEUED,
        rank=RANK[State.QUEUED],
        state_at=now,
        not_before=now,
        expires_at=firmtext.clock.sql(USEFUL),
        shown_at=now,
        created_at=now,
    )
    return row_id if stored else None


def _by_token(session: Sessions, user: User, token: str) -> Message | None:
    if not token or len(token) > 64:
        raise TextRefused("token", "The form has no valid token. Reload the page; your text stays.")
    return session.scalars(_with_token(user.firm, user.ref, token)).one_or_none()


def _with_token(firm: str, author: str, token: str) -> Any:
    return select(Message).where(Message.firm == firm, Message.author == author, Message.client_token == token)


def _textable(session: Sessions, firm: str, contact: Contact, to: str | None) -> str:
    own = queries.own_numbers(session, firm)
    labels = {number.e164: number.label for number in contact.numbers}
    if not labels:
        raise TextRefused("no_number", f"{contact.name} has no phone number. Add one to the contact, then text it.")
    chosen = to or contact.texting_number or next(iter(labels))
    if chosen not in labels:
        raise TextRefused(
            "number_not_textable", f"{contact.name} no longer has this number. Choose one of the contact's."
        )
    return parse(chosen, label=labels[chosen], own=own)


def _check_consent(session: Sessions, number: Number, contact: Contact, phone: str) -> None:
    standing = consent.opt_out_of(session, number.firm, keys.index_of(number.firm, phone))
    if standing is None:
        return
    firm = firmtext.host.firms.get(number.firm)
    zone = firm.zone if firm else "UTC"
    now = firmtext.clock.now()
    raise TextRefused("opted_out", opted_out(contact.name, standing.evidence, standing.since, now, zone))


def new_token() -> str:
    """A form's one-time token."""
    return str(uuid.uuid4())

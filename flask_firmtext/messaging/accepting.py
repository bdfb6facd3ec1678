"""T1: a person's text becomes a row. From the caller's commit on it is never lost and never doubled."""

from __future__ import annotations

import uuid
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session, scoped_session

from .. import points
from ..clock import UTCDateTime
from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..ports.values import Contact, Firm, User
from ..store import audit, cells, conversation_queries, keys
from ..store.base import new_id
from ..store.models import Conversation, Message
from ..store.states import PRIORITY, RANK, Direction, Kind, State
from ..store.transactions import notes
from ..store.upsert import INSERT
from . import consent, conversations, pay_links, readiness, routes, tenancy
from .body import check
from .meanwhile import Seen
from .routes import Route
from .segments import measure
from .wording import opted_out, who_said

Sessions = Session | scoped_session[Any]

#: After this a person's text is no longer what they meant to say now.
USEFUL = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent, checked; ``useful`` for so long from when it may go.

    ``quiet_zone`` says that it waits until ``not_before`` for the end of quiet hours on a clock there.
    """

    text: str = field(repr=False)
    kind: Kind
    author: str
    token: str
    retry_of: uuid.UUID | None = None
    answers: uuid.UUID | None = None
    useful: timedelta = USEFUL
    not_before: datetime | None = None
    quiet_zone: str | None = None


def accept(
    session: Sessions,
    *,
    user: User,
    contact: Contact,
    to: str | None,
    text: str,
    token: str,
    conversation: uuid.UUID | None = None,
) -> Message:
    """Accept a text by a person to one of a contact's numbers (``to`` in E.164, None: the contact's texting number).

    ``conversation`` is the open one that it answers in; see :func:`.routes.find`. Joined: nothing is committed here.
    The same ``token`` of the same user again returns the first message.

    :raises TextRefused: with a stable code and a sentence for the person.
    :raises KeyUnavailable: the text could not be protected, so it was not stored.
    :raises HostContractError: the host said of the contact or the firm what it may not say.
    """
    known = sent_with(session, user, token)
    if known:
        return known
    route = routes.find(session, user.firm, contact, to=to, conversation=conversation)
    firm = tenancy.firm(user.firm)
    if firm:
        check_availability(firm)
    zone = firm.zone if firm else "UTC"
    return _accepted(session, route, user, contact, text, token, zone)


def check_availability(firm: Firm) -> None:
    """:raises TextRefused: the host says that the firm may not have texting (any more)."""
    if not firm.availability.allowed:
        raise TextRefused("not_available", firm.availability.reason or _(readiness.NOT_AVAILABLE))


def accept_on(
    session: Sessions,
    route: Route,
    *,
    user: User,
    contact: Contact,
    text: str,
    token: str,
    zone: str,
    seen: Seen | None = None,
) -> Message:
    """The same on a way that was found before; ``zone`` is the firm's. The host is not asked: a write may be open.

    :raises Meanwhile: somebody else's text is newer than what the author has ``seen``.
    """
    check_token(token)
    try:
        return _accepted(session, route, user, contact, text, token, zone, seen)
    except TextRefused:
        # What refuses a text does not refuse the repeat of one that went out before.
        known = with_token(session, user.firm, user.ref, token)
        if known is None:
            raise
        return known


def _accepted(
    session: Sessions,
    route: Route,
    user: User,
    contact: Contact,
    text: str,
    token: str,
    zone: str,
    seen: Seen | None = None,
) -> Message:
    text = check(text)
    conversation = route.goes_on(contact.ref) or _opened(session, route, contact, zone)
    position = conversations.take_open_turn(session, conversation.id)
    if position is None:
        raise TextRefused("conversation_changed", _("This number has just changed hands. Reload the page."))
    # Only now: a STOP that came before is committed, and one that comes now waits for us and finds this text.
    check_consent(session, route, contact, zone)
    if seen is not None:
        seen.check(session, conversation, user.ref)
    return queue(session, conversation, position, Outgoing(text, Kind.STAFF, user.ref, token))


def _opened(session: Sessions, route: Route, contact: Contact, zone: str) -> Conversation:
    """Begin a conversation, or show it under more contacts: not for a text that is not wanted."""
    check_consent(session, route, contact, zone)
    return conversations.open_with(session, route.number, route.phone, contact=contact.ref, owners=route.owners)


def queue(session: Sessions, conversation: Conversation, position: int, outgoing: Outgoing) -> Message:
    """Add a checked text to a conversation at ``position``, the turn just taken, and note that it is due."""
    stored = _stored(session, conversation, position, outgoing)
    if stored is None:
        first: Message = session.scalars(_with_token(conversation.firm, outgoing.author, outgoing.token)).one()
        return first
    row_id = stored.id
    pay_links.note(session, conversation.firm, outgoing.text, message=row_id, conversation=conversation.id)
    writer = outgoing.author if outgoing.kind == Kind.STAFF else None
    conversations.note_out(session, conversation, position, writer=writer)
    table = (Message.__tablename__, row_id)
    audit.record(session, "message.accept", table, firm=conversation.firm, actor=outgoing.author, became=State.QUEUED)
    notes(session).show(conversation.firm, row_id)
    notes(session).rings.append(str(row_id))
    points.reach("accept.before_commit")
    return stored


def _stored(session: Sessions, conversation: Conversation, position: int, outgoing: Outgoing) -> Message | None:
    """The new text; None when its author has used the token before."""
    row_id = new_id()
    where = cells.place(Message, "body", row_id, conversation.firm)
    expires_at = outgoing.not_before + outgoing.useful if outgoing.not_before else None
    values = {
        "id": row_id,
        "firm": conversation.firm,
        "conversation_id": conversation.id,
        "position": position,
        "kind": outgoing.kind,
        "priority": PRIORITY[outgoing.kind],
        "author": outgoing.author,
        "client_token": outgoing.token,
        "retry_of": outgoing.retry_of,
        "answers": outgoing.answers,
        "body": cells.seal(session, where, outgoing.text, scope=keys.conversation_scope(conversation.id)),
        "segments": measure(outgoing.text).count,
        "quiet_zone": outgoing.quiet_zone,
    }
    inserting = _inserting(firmtext.clock.key(), session.get_bind().dialect.name, outgoing.useful, tuple(values))
    values |= {"not_before": outgoing.not_before, "expires_at": expires_at}
    stored: Message | None = session.scalars(inserting, values).one_or_none()
    return stored


@lru_cache(maxsize=32)
def _inserting(clock: Hashable, dialect: str, useful: timedelta, names: tuple[str, ...]) -> Any:
    """One statement that writes the text and reads what was written; built once."""
    now, moment = firmtext.clock.sql(), UTCDateTime()
    given: dict[str, Any] = {name: bindparam(name) for name in names}
    known = {"direction": Direction.OUT, "rank": RANK[State.QUEUED]}
    moments = {
        **dict.fromkeys(("state_at", "shown_at", "created_at"), now),
        "not_before": func.coalesce(bindparam("not_before", type_=moment), now),
        "expires_at": func.coalesce(bindparam("expires_at", type_=moment), firmtext.clock.sql(useful)),
    }
    table = cast(Table, Message.__table__)
    inserting = (
        INSERT[dialect](table).values({"state": State.QUEUED, **known, **given, **moments}).on_conflict_do_nothing()
    )
    return select(Message).from_statement(inserting.returning(*table.c))


def sent_with(session: Sessions, user: User, token: str) -> Message | None:
    """The text that this user has sent with this token. :raises TextRefused: it cannot be one of ours."""
    check_token(token)
    return with_token(session, user.firm, user.ref, token)


def check_token(token: str) -> None:
    """:raises TextRefused: this token cannot be one of ours."""
    if not 0 < len(token) <= 64 or not token.isprintable():
        raise TextRefused("token", _("The form has no valid token. Reload the page; your text stays."))


def with_token(session: Sessions, firm: str, author: str, token: str) -> Message | None:
    """The text that this author has made with this token."""
    return session.scalars(_with_token(firm, author, token)).one_or_none()


def _with_token(firm: str, author: str, token: str) -> Any:
    return select(Message).where(Message.firm == firm, Message.author == author, Message.client_token == token)


def check_consent(session: Sessions, route: Route, contact: Contact, zone: str) -> None:
    """:raises TextRefused: the number wants no texts; the sentence says since when, in the firm's ``zone``."""
    standing = consent.opt_out_of(session, route.number.firm, route.index)
    if standing is not None:
        found = conversation_queries.open_conversation(session, route.number, route.index)
        alone = set(route.owners) <= {contact.ref}
        said_by = who_said([contact.name] if alone else [], standing.since, found.created_at if found else None)
        words = opted_out(said_by, standing.evidence, standing.since, firmtext.clock.now(), zone)
        raise TextRefused("opted_out", words)


def new_token() -> str:
    """A form's one-time token."""
    return str(uuid.uuid4())

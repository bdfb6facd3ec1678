"""A text to a number that cannot be reached goes to the contact's new one, once the practice system has it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import TextRefused
from ..ports.gateway import Reason
from ..ports.values import Contact, Firm, User
from ..store import consent_queries, inbox_queries, indexes, queries
from ..store.models import Conversation, Message
from ..store.states import Direction, Kind, State
from . import accepting, codes, conversations, numbers, owners, repeats, retrying, routes, tenancy
from .retrying import Whose
from .retrying_words import refused
from .routes import Route
from .shown import read_phones

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Away:
    """A contact under whom a conversation is shown and whose texting number is another by now.

    ``key`` stands for that number in forms.
    """

    contact: Contact
    phone: str = field(repr=False)
    key: str

    @property
    def number(self) -> str:
        """As people write it."""
        return numbers.display(self.phone)


def concerns(message: Message) -> bool:
    """Whether a text failed because of its number, and is of use at another."""
    failed = message.direction == Direction.OUT and message.state == State.FAILED and not message.partly
    if not failed or message.reason != Reason.UNREACHABLE_NUMBER or message.kind == Kind.AUTO_REPLY:
        return False
    late = message.kind != Kind.STAFF and (message.expires_at is None or message.expires_at <= firmtext.clock.now())
    return not late and not codes.meaning(message.code).operator


def contacts(session: Sessions, firm: str, conversation_id: uuid.UUID) -> tuple[Sequence[Contact], Sequence[Away]]:
    """Under whom a conversation is shown: everybody, and those who have another texting number. What the host raises
    goes on to the caller."""
    conversation = session.get_one(Conversation, conversation_id)
    refs = inbox_queries.contacts(session, firm, [conversation_id]).get(conversation_id, ())
    phone = read_phones(session, [conversation])[conversation_id]
    found = tuple(tenancy.contacts(firmtext.host.for_firm(firm), refs).values())
    own = queries.own_numbers(session, firm)
    return found, tuple(away for one in found if (away := _away(session, firm, one, own, phone)) is not None)


def _away(session: Sessions, firm: str, contact: Contact, own: Sequence[str], phone: str | None) -> Away | None:
    try:
        now = routes.phone_of(contact, own)
    except TextRefused:  # what cannot be texted is no way; the host's page says what is wrong with it
        return None
    return None if now == phone else Away(contact, now, indexes.standing(session, firm, now).hex())


def to_new_number(session: Sessions, message_id: uuid.UUID, *, user: User, key: str) -> Message:
    """Send a text that could not reach its number to the one that ``key`` stands for, as a new one. Joined; the host
    is asked first.

    :raises TriedAgain: somebody was first.
    :raises TextRefused: it is not there or cannot be helped by that, the number is no contact's of it any more, or
        may not be texted; all stays as it is.
    :raises DecryptError: its words cannot be read.
    """
    seen = repeats.find(session, message_id, user)
    if seen is None:
        raise refused("not_there")
    firm, route, contact = _way(session, seen, key)
    retrying.hold_event(session, seen)
    accepting.check_consent(session, route, contact, firm.zone)
    conversation = conversations.open_with(session, route.number, route.phone, contact=contact.ref, owners=route.owners)
    conversations.take_turn(session, conversation.id)
    # The old text's conversation is another: its row is what two who press at once wait for.
    old = repeats.hold(session, seen.id)
    retrying.check_first(session, old)
    if not concerns(old):
        raise refused("not_failed")
    if not conversations.is_open(session, conversation.id):
        raise refused("conversation_changed")
    _check_consent(session, route, contact, firm, old)
    found = Whose(firm, (contact,), route.phone)
    outgoing = retrying.renewed(session, old, user, retrying.token_of(old), found)
    new = repeats.queue(session, old, conversation, outgoing)
    retrying.record(session, old, new, user)
    return new


def way(session: Sessions, firm: str, message: Message, key: str) -> tuple[Route, Contact]:
    """The way to the number that ``key`` stands for, with whose it is.

    :raises TextRefused: no contact of the text has that number now, or it cannot be texted.
    """
    if not concerns(message):
        raise refused("not_worth_it" if message.state == State.FAILED else "not_failed")
    _all, away = contacts(session, firm, message.conversation_id)
    chosen = next((one for one in away if key in {index.hex() for index in indexes.all_of(firm, one.phone)}), None)
    if chosen is None:
        raise refused("number_changed" if away else "same_number")
    return routes.find(session, firm, chosen.contact, to=chosen.phone), chosen.contact


def _way(session: Sessions, seen: Message, key: str) -> tuple[Firm, Route, Contact]:
    firm = tenancy.firm(seen.firm)
    if firm is None:
        raise refused("not_available")
    accepting.check_availability(firm)
    route, contact = way(session, firm.ref, seen, key)
    return firm, route, contact


def _check_consent(session: Sessions, route: Route, contact: Contact, firm: Firm, old: Message) -> None:
    """Again: a STOP that came since then is committed, and one that comes now waits for us and finds this text."""
    accepting.check_consent(session, route, contact, firm.zone)
    row = consent_queries.standing(session, firm.ref, route.index)
    if old.kind != Kind.STAFF and row is not None and row.asked_at:
        raise refused("asks_for_none")


def known(session: Sessions, firm: str, conversation_id: uuid.UUID) -> tuple[Sequence[Contact], Sequence[Away]]:
    """The same as :func:`contacts` for a page, which goes on without what the host cannot say."""
    nobody: tuple[Sequence[Contact], Sequence[Away]] = ((), ())
    return owners.shielded("Contacts.by_refs", lambda: contacts(session, firm, conversation_id), nobody)

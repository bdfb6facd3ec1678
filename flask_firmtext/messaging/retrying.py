"""A failed text that a person tries again: a new text of the same words, once for each failure, where that can help.

An unknown text is not one of them, see ``resolving``; nor is one of which a part may have arrived.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..ports.gateway import Again, Reason
from ..ports.values import Contact, Firm, User
from ..store import audit, calendar_queries, consent_queries, inbox_queries, queries
from ..store.models import CalendarEvent, Conversation, Invitation, Message, Notice, Number, OptOut
from ..store.states import Direction, EventState, Kind, NumberState, Purpose, State
from . import accepting, codes, owners, quiet, repeats, tenancy
from .accepting import Outgoing
from .owners import Owners
from .retrying_words import REFUSALS, refused
from .shown import read_phones

Sessions = Session | scoped_session[Any]


class InDoubt(TextRefused):
    """Nobody knows what became of it: see ``resolving``."""

    def __init__(self) -> None:
        super().__init__("may_have_arrived", _(REFUSALS["may_have_arrived"]))


class TriedAgain(TextRefused):
    """``text`` is what was made of it."""

    def __init__(self, text: uuid.UUID) -> None:
        super().__init__("tried_again", _(REFUSALS["tried_again"]))
        self.text = text


@dataclass(frozen=True, slots=True)
class Whose:
    """What the host says before a write is open: the firm, and who has the number now."""

    firm: Firm
    contacts: tuple[Contact, ...]
    phone: str


def again(session: Sessions, message_id: uuid.UUID, *, user: User) -> Message:
    """Try a failed text again, as a new one. Joined; the host is asked first, so begin with no write of ours open.

    :raises TriedAgain: somebody was first.
    :raises TextRefused: it is not there, cannot be helped by that or may not be sent any more; all stays as it is.
    :raises DecryptError: its words cannot be read.
    """
    seen = repeats.find(session, message_id, user)
    if seen is None:
        raise refused("not_there")
    check(seen)
    found = whose(session, seen)
    hold_event(session, seen)
    repeats.take_turn(session, seen.id, user)
    old = repeats.hold(session, seen.id)
    check_first(session, old)
    check(old)
    conversation = session.get_one(Conversation, old.conversation_id, populate_existing=True)
    check_way(session, conversation, old)
    new = repeats.queue(session, old, conversation, renewed(session, old, user, token_of(old), found))
    record(session, old, new, user)
    return new


def offered(message: Message) -> bool:
    """Whether trying this text again can help, as far as its own row says."""
    return refusal(message) is None


def check(message: Message) -> None:
    """:raises TextRefused: trying it again cannot help."""
    found = refusal(message)
    if found is not None:
        raise found


def refusal(message: Message) -> TextRefused | None:
    """Why trying this text again is not offered, in words; None when it is."""
    if message.state == State.UNKNOWN:
        return InDoubt()
    if message.direction == Direction.IN or message.state not in (State.FAILED, State.EXPIRED):
        return refused("not_failed")
    if message.kind == Kind.AUTO_REPLY:
        return refused("automatic_answer")
    if message.kind != Kind.STAFF and (message.expires_at is None or message.expires_at <= firmtext.clock.now()):
        return refused("too_late")
    worth = worth_of(message)
    if worth is Again.UNSURE:
        return refused("may_have_arrived")
    if worth is Again.NOT_AS_IT_IS:
        return refused("not_worth_it")
    return None


def worth_of(message: Message) -> Again:
    """Whether a text that ended unread is worth sending again. One that expired was certainly never sent."""
    if message.state == State.EXPIRED or message.code == codes.LOST:
        return Again.WORTH_IT
    if message.partly:
        return Again.UNSURE
    if message.code is None and message.reason != Reason.UNKNOWN_ERROR:
        return Again.WORTH_IT if message.reason == Reason.TEMPORARY_ERROR else Again.NOT_AS_IT_IS
    return codes.meaning(message.code).again


def check_way(session: Sessions, conversation: Conversation, old: Message) -> None:
    """:raises TextRefused: ``not_on``, ``opted_out``, ``asks_for_none`` or ``conversation_changed``."""
    sends = queries.sending_number(session, conversation.firm) is not None
    stands = consent_queries.standing(session, conversation.firm, conversation.phone_index)
    judge_way(sends, conversation, session.get_one(Number, conversation.number_id), stands, old)


def judge_way(sends: bool, conversation: Conversation, number: Number, stands: OptOut | None, old: Message) -> None:
    """The same, of what is known: whether the firm ``sends`` at all, and what ``stands`` about texting the number."""
    if not sends:
        raise refused("not_on")
    if stands is not None and stands.opted_out:
        raise refused("opted_out")
    if conversation.closed_at or number.state != NumberState.VERIFIED:
        raise refused("conversation_changed")
    if old.kind != Kind.STAFF and stands is not None and stands.asked_at:
        raise refused("asks_for_none")


def token_of(old: Message) -> str:
    """What keeps one person from trying one text again twice, beside the index."""
    return f"retry:{old.id.hex}"


def record(session: Sessions, old: Message, new: Message, user: User) -> None:
    table = (Message.__tablename__, old.id)
    audit.record(session, "message.retry", table, firm=old.firm, actor=user.ref, was=str(old.id), became=str(new.id))


def renewed(session: Sessions, old: Message, user: User, token: str, found: Whose) -> Outgoing:
    """The same words, to be sent when that may be.

    :raises TextRefused: ``too_late`` or ``quiet_hours``.
    :raises DecryptError: it cannot be read.
    """
    return timed(repeats.outgoing(old, user, token, repeats.words(session, old)), old, found)


def timed(outgoing: Outgoing, old: Message, found: Whose) -> Outgoing:
    """When the same words may go. :raises TextRefused: ``quiet_hours``."""
    return outgoing if old.kind == Kind.STAFF else _put_off(outgoing, old, found)


def whose(session: Sessions, seen: Message) -> Whose:
    """Asks the host, so call it with no write of ours open.

    :raises TextRefused: ``not_available``, ``conversation_changed`` or ``host_silent``.
    """
    firm = firm_of(seen.firm)
    conversation = session.get_one(Conversation, seen.conversation_id)
    phone = read_phones(session, [conversation])[conversation.id]
    refs = inbox_queries.contacts(session, firm.ref, [conversation.id]).get(conversation.id, ())
    if phone is None:
        raise refused("conversation_changed")
    return judge_owners(firm, phone, owners.of_conversation(firm.ref, owners.Known(phone, refs)))


def firm_of(ref: str) -> Firm:
    """:raises TextRefused: ``not_available``, for it may not have texting (any more)."""
    firm = tenancy.firm(ref)
    if firm is None:
        raise refused("not_available")
    accepting.check_availability(firm)
    return firm


def judge_owners(firm: Firm, phone: str, now: Owners) -> Whose:
    """:raises TextRefused: ``host_silent`` or ``conversation_changed``."""
    if not now.asked:
        raise refused("host_silent")
    if now.moved:
        raise refused("conversation_changed")
    return Whose(firm, now.contacts, phone)


def hold_event(session: Sessions, seen: Message) -> None:
    """First of all locks: an event that changes withdraws what is queued about it, and is to find the new text.

    :raises TextRefused: ``outdated``, it is no longer as the text tells.
    """
    told = None if seen.kind == Kind.STAFF else calendar_queries.told_by(session, seen.firm, seen.id)
    if told is None:
        return
    calendar_queries.lock(session, seen.firm, told[2].event)
    told = calendar_queries.told_by(session, seen.firm, seen.id)
    if told is None:
        return
    if not is_so(*told) or calendar_queries.was_told_since(session, told[0]):
        raise refused("outdated")


def is_so(notice: Notice, invitation: Invitation, event: CalendarEvent) -> bool:
    """Whether an event is still as a text tells."""
    takes_place = invitation.wanted and event.state == EventState.PLANNED
    so = takes_place is not (notice.purpose == Purpose.CANCELLED)
    return so and notice.sequence == event.sequence and invitation.notice_at is None


def check_first(session: Sessions, old: Message) -> None:
    """:raises TriedAgain: somebody has sent it again, here or to another number."""
    made = repeats.of(session, old)
    if made is not None:
        raise TriedAgain(made)


def _put_off(outgoing: Outgoing, old: Message, found: Whose) -> Outgoing:
    """An automatic text waits for the end of quiet hours, as at its making."""
    now, ends = firmtext.clock.now(), old.expires_at
    known: set[str | None] = {contact.zone for contact in found.contacts if contact.zone} or {None}
    zones = [zone for one in known for zone in quiet.zones_of(found.phone, one, found.firm.zone)]
    try:
        moment, zone = quiet.put_off(now, zones, firmtext.settings.quiet_hours, ends or now)
    except quiet.TooLate:
        if old.kind != Kind.REMINDER:
            return outgoing
        raise refused("quiet_hours") from None
    if moment is None or ends is None:
        return outgoing
    return replace(outgoing, not_before=moment, quiet_zone=zone, useful=ends - moment)

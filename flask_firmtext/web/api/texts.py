"""Texts: sent now, looked at, tried again, withdrawn, and what became of those of which nobody is sure."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import Field

from ...current import firmtext
from ...messaging import redirecting, repeats, resolving, retrying, thread
from ...messaging.resolving import Decision
from ...messaging.retrying import TriedAgain
from ...store import admin_queries, indexes
from ...store.models import Attempt, Message
from ...store.states import Outcome, State
from ...store.transactions import reading
from .. import composer, limits
from ..draft import Draft
from ..thread import may_read, rights_of
from .arguments import Key
from .bearer import Bearer
from .operations import get, post
from .problems import conflict, nothing
from .shapes import E164, Answer, Done, Given, Ref
from .texts_shown import Text, shown


class NewText(Given):
    """A text to a contact."""

    contact: Ref = Field(description="The practice system's reference of the contact.")
    text: str = Field(min_length=1, max_length=4_000)
    number: E164 | None = Field(None, description="One of the contact's numbers; null: the contact's texting number.")
    conversation: uuid.UUID | None = Field(None, description="The conversation that it answers in.")
    seen: int | None = Field(
        None,
        ge=0,
        le=2**62,
        description="The position of the newest text that was read: with a newer one there, 409 `meanwhile`.",
    )


class Sent(Answer):
    """A text that was accepted: it is stored, and goes out as soon as it may."""

    id: uuid.UUID
    conversation: uuid.UUID
    position: int


class Redirected(Given):
    """Where a text that could not reach its number is to go."""

    number: E164 = Field(description="A number that the contact has now.")


class Try(Answer):
    """A handing over to the carrier."""

    n: int
    at: datetime
    outcome: Outcome
    evidence: str | None
    closed_at: datetime | None


class TextShown(Text):
    """A text with each handing over to the carrier."""

    attempts: list[Try]


class Answered(Given):
    """What a person says about a text of which nobody is sure."""

    answer: Decision = Field(description="`resend` sends it again; the client may get it twice.")
    why: str = Field(min_length=1, max_length=500, pattern=r"\S", description="How that is known; colleagues read it.")


@post("/texts", "texts:send")
def send_text(who: Bearer, given: NewText, key: Key) -> Sent:
    """Send a text

    It is accepted and stored, and sent by a worker. The same key again answers with the same text.
    """
    number = ""
    if given.number is not None:
        with reading() as session:
            number = indexes.standing(session, who.firm.ref, given.number).hex()
    draft = Draft(
        contact=given.contact,
        number=number,
        text=given.text,
        token=key,
        conversation=str(given.conversation or ""),
        seen=given.seen,
    )
    _who, _contact, sent = composer.stored(draft)
    return Sent(id=sent.id, conversation=sent.conversation, position=sent.position)


@get("/texts/{text}", "texts:read")
def show_text(who: Bearer, text: uuid.UUID) -> TextShown:
    """Show a text, and each handing over to the carrier"""
    row = _text(who, text, None)
    rights_ = rights_of(who, may_read(who, row.conversation_id))
    page = thread.show(who.firm, row.conversation_id, before=row.position + 1, rights=rights_, size=1)
    with reading() as session:
        attempts = admin_queries.attempts_of(session, who.firm.ref, row.id)
    if page is None or not page.texts or page.texts[-1].id != row.id:
        raise nothing()
    return TextShown(**dict(shown(page.texts[-1])), attempts=[_try(one) for one in attempts])


@post("/texts/{text}/retry", "texts:send", code=201)
def retry_text(who: Bearer, text: uuid.UUID) -> Sent:
    """Send a failed text again, as a new one

    Asked twice, it is sent once: the second answer names the same text.
    """
    row = _text(who, text, "message.retry")
    return _once(who, row, lambda session: retrying.again(session, row.id, user=who.user))


@post("/texts/{text}/new-number", "texts:send", code=201)
def send_text_to_new_number(who: Bearer, text: uuid.UUID, given: Redirected) -> Sent:
    """Send a text that could not reach its number to the contact's number of now, as a new one

    Asked twice, it is sent once: the second answer names the same text.
    """
    row = _text(who, text, "message.retry")
    key = indexes.all_of(who.firm.ref, given.number)[0].hex()
    with reading() as session:
        route, _contact = redirecting.way(session, who.firm.ref, row, key)
    who.must("message.send", route.subject)
    return _once(who, row, lambda session: redirecting.to_new_number(session, row.id, user=who.user, key=key))


@post("/texts/{text}/cancel", "texts:send")
def cancel_text(who: Bearer, text: uuid.UUID) -> Done:
    """Withdraw a text that nobody has begun to send"""
    row = _text(who, text, "message.cancel")
    session = firmtext.db.session
    done = resolving.cancel(session, row.id, user=who.user)
    session.commit()
    return Done(done=done)


@post("/texts/{text}/resolve", "texts:send")
def resolve_text(who: Bearer, text: uuid.UUID, given: Answered) -> Sent:
    """Say what became of a text of which nobody is sure

    Answers with the text to look at from now on: the new one where it was sent again.
    """
    row = _text(who, text, "message.resolve")
    limits.spend(who, row.conversation_id, texts=int(_is_sent_again(row, given.answer)))

    def decide(session: Any) -> Message:
        found = resolving.decide(session, row.id, given.answer, user=who.user, why=given.why)
        if found is None:
            raise conflict("decided", "A report came, or a colleague was first.")
        return found

    return _made(decide)


def _is_sent_again(row: Message, answer: Decision) -> bool:
    return answer == Decision.RESEND and row.state == State.UNKNOWN


def _once(who: Bearer, row: Message, make: Callable[[Any], Message]) -> Sent:
    """The new text of a failed one, or the one that was made of it before, which costs nothing."""
    try:
        with reading() as session:
            retrying.check_first(session, row)
        limits.spend(who, row.conversation_id)
        return _made(make)
    except TriedAgain as before:
        firmtext.db.session.rollback()
        return _sent(_text(who, before.text, None))


def _made(make: Callable[[Any], Message]) -> Sent:
    session = firmtext.db.session
    new = make(session)
    sent = _sent(new)
    session.commit()
    return sent


def _sent(row: Message) -> Sent:
    return Sent(id=row.id, conversation=row.conversation_id, position=row.position)


def _text(who: Bearer, text: uuid.UUID, action: str | None) -> Message:
    """:raises Problem: 404, there is no such text at this firm, or the host says no."""
    with reading() as session:
        row = repeats.find(session, text, who.user)
    if row is None:
        raise nothing()
    subject = may_read(who, row.conversation_id)
    if action is not None:
        who.must(action, subject)
    return row


def _try(row: Attempt) -> Try:
    return Try(n=row.n, at=row.claimed_at, outcome=Outcome(row.outcome), evidence=row.evidence, closed_at=row.closed_at)

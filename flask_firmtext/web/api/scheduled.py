"""Texts that are written now and sent later."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import AwareDatetime, Field

from ...errors import FormRefused
from ...language import gettext as _
from ...language import marked
from ...messaging import accepting, scheduled, scheduled_shown, tenancy, wall_times
from ...messaging.moments import place
from ...messaging.wall_times import Wall
from ...ports.values import Firm
from ...store import indexes, scheduled_queries
from ...store.transactions import own, reading
from .. import limits, planned
from ..access import asked
from ..composer import route_of
from ..draft import Draft
from . import cursors
from .arguments import Key
from .bearer import Bearer
from .operations import get, patch, post
from .problems import conflict, nothing
from .shapes import E164, Answer, Done, Given, Page, Paging, Ref

TWICE = marked("The clocks show this time twice that day. Choose another time.")


class NewScheduled(Given):
    """A text for later."""

    contact: Ref
    text: str = Field(min_length=1, max_length=4_000)
    send_at: AwareDatetime = Field(description="To the minute, by the clocks of the firm's time zone.")
    number: E164 | None = Field(None, description="One of the contact's numbers; null: the contact's texting number.")
    conversation: uuid.UUID | None = Field(None, description="The conversation that it answers in.")


class OtherScheduled(Given):
    """What is to be sent instead, or when."""

    text: str | None = Field(None, min_length=1, max_length=4_000)
    send_at: AwareDatetime | None = None


class Scheduled(Answer):
    """A text that is to be sent later, or what became of one."""

    id: uuid.UUID
    contact: str
    conversation: uuid.UUID | None
    text: str | None = Field(description="Null when it cannot be read, or has gone with what became of it.")
    send_at: datetime
    waiting: bool
    sent: bool
    words: str
    meaning: str
    author: str
    author_name: str


class ScheduledTexts(Page[Scheduled]):
    """A page of them, the next first."""


@get("/scheduled-texts", "texts:read")
def list_scheduled_texts(who: Bearer, query: Paging) -> ScheduledTexts:
    """List what is to be sent later

    Also what was not sent in the last days. A page holds at most 50.
    """
    who.must("conversation.list")
    with reading() as session:
        begins = _id(query.after)
        after = scheduled_queries.of_firm(session, who.firm.ref, begins) if begins else None
        lines, more = planned.page(session, who, after, min(query.limit, planned.MOST))
    return ScheduledTexts(items=[_shown(line) for line in lines], next=str(more) if more else None)


@post("/scheduled-texts", "texts:send")
def schedule_text(who: Bearer, given: NewScheduled, key: Key) -> Scheduled:
    """Write a text for later"""
    when = _when(who.firm, given.send_at)
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, given.contact))
    if contact is None:
        raise nothing()
    number = ""
    if given.number is not None:
        with reading() as session:
            number = indexes.standing(session, who.firm.ref, given.number).hex()
    answers = str(given.conversation or "")
    route = route_of(who, contact, Draft(given.contact, number, given.text, key, answers))
    who.must("message.send", route.subject)
    accepting.check_availability(who.firm)
    with reading() as session:
        before = scheduled_queries.with_token(session, who.firm.ref, who.user.ref, key)
    limits.spend(who, route.shown.conversation.id if route.shown else None, texts=int(before is None))
    with own() as session:
        made = scheduled.schedule(session, route, user=who.user, contact=contact, text=given.text, token=key, when=when)
    return _shown(_found(made))


@get("/scheduled-texts/{text}", "texts:read", version="show_scheduled_text")
def show_scheduled_text(who: Bearer, text: uuid.UUID) -> Scheduled:
    """Show a text for later"""
    return _shown(_found(text))


@patch("/scheduled-texts/{text}", "texts:send", version="show_scheduled_text")
def change_scheduled_text(who: Bearer, text: uuid.UUID, given: OtherScheduled) -> Scheduled:
    """Other words, or another time, while it waits

    Whoever changes it writes it: it goes out in the name of the token's administrator.
    """
    line = _found(text)
    if not line.may_write:
        raise nothing()
    words = line.text.body if given.text is None else given.text
    if not line.text.waiting or words is None:
        raise conflict("not_waiting")
    when = _when(who.firm, line.text.due if given.send_at is None else given.send_at)
    with own() as session:
        if not scheduled.change(session, text, user=who.user, text=words, when=when):
            raise conflict("not_waiting")
    return _shown(_found(text))


@post("/scheduled-texts/{text}/send-now", "texts:send")
def send_scheduled_text_now(who: Bearer, text: uuid.UUID) -> Done:
    """Send it now

    The sweep sends it with its next pass, in the name of the token's administrator. Nothing is done when its time has
    come already, or it waits no more.
    """
    if not _found(text).may_write:
        raise nothing()
    with own() as session:
        return Done(done=scheduled.hurry(session, text, user=who.user, when=wall_times.at_once(who.firm.zone)))


@post("/scheduled-texts/{text}/cancel", "texts:send")
def cancel_scheduled_text(who: Bearer, text: uuid.UUID) -> Done:
    """Withdraw it"""
    if not _found(text).may_end:
        raise nothing()
    with own() as session:
        return Done(done=scheduled.withdraw(session, text, user=who.user))


@post("/scheduled-texts/{text}/dismiss", "texts:send")
def dismiss_scheduled_text(who: Bearer, text: uuid.UUID) -> Done:
    """Put one away that was not sent"""
    if not _found(text).may_end:
        raise nothing()
    with own() as session:
        return Done(done=scheduled.put_away(session, text, user=who.user))


def _found(text: uuid.UUID) -> planned.Line:
    return planned.found(text)[1]


def _id(written: str | None) -> uuid.UUID | None:
    """:raises Failure: no page ends so."""
    try:
        return uuid.UUID(written) if written else None
    except ValueError:
        raise cursors.wrong() from None


def _when(firm: Firm, at: datetime) -> Wall:
    """:raises FormRefused: that is no time to come, or one that the clocks show twice."""
    try:
        local = at.astimezone(place(firm.zone)[0])
    except OverflowError:
        raise FormRefused({"send_at": _(wall_times.TOO_LATE)}) from None
    try:
        when = wall_times.chosen(local.date().isoformat(), f"{local:%H:%M}", firm.zone)
    except FormRefused as refusal:
        raise FormRefused({"send_at": " ".join(refusal.faults.values())}) from None
    if when.due != at.replace(second=0, microsecond=0):
        raise FormRefused({"send_at": _(TWICE)})
    return when


def _shown(line: planned.Line) -> Scheduled:
    text: scheduled_shown.Planned = line.text
    return Scheduled(
        id=text.id,
        contact=text.contact,
        conversation=text.conversation,
        text=text.body,
        send_at=text.due,
        waiting=text.waiting,
        sent=text.sent,
        words=text.words,
        meaning=text.meaning,
        author=text.by,
        author_name=text.author,
    )

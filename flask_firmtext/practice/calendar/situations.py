"""One invitation as it stands: read before a text is made, held when it is written."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...current import firmtext
from ...errors import where
from ...ports import promises
from ...ports.values import Event
from ...store import calendar_queries
from ...store.models import CalendarEvent, Invitation
from ...store.states import EventState
from ...store.transactions import own
from . import events, facts, needs
from .facts import Facts

log = logging.getLogger(__name__)

#: While the host cannot say how an event stands it is asked again, for so long.
PATIENCE = timedelta(minutes=15)
#: After that what it last said is good enough, when that is not older than this.
FRESH = timedelta(hours=24)


class Later(Exception):
    """The host cannot say now; it is asked again."""


class Unsure(Exception):
    """The host has not said for too long how the event stands."""


class Otherwise(Exception):
    """It is not so any more: what is to be told has been found out anew, or will be."""


@dataclass(frozen=True, slots=True)
class Situation:
    """``facts`` is what is so, ``known`` what the client knows. ``takes_place``: with this client."""

    invitation: uuid.UUID
    firm: str
    contact: str
    event: str
    sequence: int
    facts: Facts = field(repr=False)
    known: Facts | None = field(repr=False)
    cell: bytes = field(repr=False)
    takes_place: bool
    notice_at: datetime | None
    hurried: bool
    told_at: datetime


def of(session: Session, invitation: uuid.UUID) -> Situation | None:
    """The situation of an invitation; None while nothing of the event can be read."""
    row = session.execute(
        select(Invitation, CalendarEvent)
        .join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
        .where(Invitation.id == invitation)
    ).one()
    one, event = row[0], row[1]
    now = needs.read(session, event)
    if now is None:
        return None
    return Situation(
        invitation=one.id,
        firm=one.firm,
        contact=one.contact,
        event=event.event,
        sequence=event.sequence,
        facts=now,
        known=needs.known_to(session, [one], otherwise=now).get(one.id),
        cell=event.facts,
        takes_place=one.wanted and event.state == EventState.PLANNED,
        notice_at=one.notice_at,
        hurried=one.hurried,
        told_at=event.told_at,
    )


def begun(session: Session, invitation: uuid.UUID) -> bool:
    """Whether the event of an invitation has begun, also when nothing of it can be read."""
    starts_at = session.scalars(
        select(CalendarEvent.starts_at)
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .where(Invitation.id == invitation)
    ).one()
    return starts_at <= firmtext.clock.now()


def hold(session: Session, seen: Situation) -> Invitation:
    """Have the event to oneself, first of all locks. :raises Otherwise: it is not as it was ``seen``."""
    event = calendar_queries.lock(session, seen.firm, seen.event)
    one = session.get_one(Invitation, seen.invitation, populate_existing=True)
    if event is None or event.facts != seen.cell or event.sequence != seen.sequence:
        raise Otherwise
    if (one.wanted and event.state == EventState.PLANNED) is not seen.takes_place or one.notice_at != seen.notice_at:
        raise Otherwise
    return one


def confirm(seen: Situation, asked: timedelta) -> None:
    """Ask the host whether the event is as it last said, outside of any transaction.

    What it says otherwise is taken as if it had told us. ``asked`` is for how long it has been asked in vain.

    :raises Later: the host cannot say, and there is time.
    :raises Unsure: it cannot say, and what it said last is too old.
    :raises Otherwise: it says otherwise.
    """
    try:
        event = promises.event(seen.event, firmtext.host.for_firm(seen.firm).calendar.event(seen.event))
        now = facts.of(event) if event is not None else None
    except Exception as error:
        _put_off(seen, asked, error)
        return
    if event is None or now is None:
        with own() as session:
            events.gone(session, seen.firm, seen.event)
        raise Otherwise
    if now.told != seen.facts.told:
        _take(seen.firm, event, now)
        raise Otherwise


def _put_off(seen: Situation, asked: timedelta, error: Exception) -> None:
    log.warning("the host could not say how an event stands: %s", where(error))
    if asked < PATIENCE:
        raise Later from error
    if firmtext.clock.now() - seen.told_at > FRESH:
        raise Unsure from error


def _take(firm: str, event: Event, now: Facts) -> None:
    log.warning("an event has changed and event_saved was not called; it is taken as it stands")
    with own() as session:
        events.take(session, firm, event, now)

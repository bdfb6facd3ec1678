"""What a client still has to be told of an event: found by comparing what is so with what the client knows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...errors import DecryptError
from ...store import calendar_queries, cells, keys, reminder_queries
from ...store.ciphers import Place
from ...store.models import CalendarEvent, Invitation, Notice
from ...store.reminder_queries import Planable
from ...store.states import EventState, Purpose
from . import facts
from .facts import Facts

Sessions = Session | scoped_session[Any]


def purpose(takes_place: bool, now: Facts, known: Facts | None, at: datetime) -> Purpose | None:
    """What a text has to be about at ``at``; None: nothing. ``known`` is what the client knows, None for nothing.

    ``takes_place``: with this client. Of what has begun nobody is told.
    """
    if not takes_place:
        return Purpose.CANCELLED if known is not None and known.starts_at > at else None
    if now.starts_at <= at or (known is not None and known.told == now.told):
        return None
    return Purpose.CREATED if known is None else Purpose.UPDATED


def consider(session: Sessions, event: CalendarEvent, now: Facts, people: Collection[Invitation]) -> None:
    """Note for each of these ``people`` whether, and when, a text is to be made; joined.

    Who knows nothing yet, or expects what is off, is told at once. A change waits for further ones.
    """
    at = firmtext.clock.now()
    known = known_to(session, people, otherwise=now)
    dues: dict[datetime | None, list[uuid.UUID]] = {}
    for one in people:
        takes_place = one.wanted and event.state == EventState.PLANNED
        wanted = purpose(takes_place, now, known.get(one.id), at)
        due = None if wanted is None else at
        if wanted == Purpose.UPDATED:
            due = _after_further_changes(now, known[one.id], at)
        dues.setdefault(due, []).append(one.id)
    for due, ids in dues.items():
        _note(session, ids, due)


def look_again(session: Sessions, people: Collection[Invitation]) -> None:
    """Find out what these are to be told once the event can be read again; joined."""
    _note(session, [one.id for one in people], firmtext.clock.now())


def _note(session: Sessions, invitations: Collection[uuid.UUID], due: datetime | None) -> None:
    # By the database's clock: what a process whose own is hours ahead notes would be told hours late.
    notice_at = None if due is None else firmtext.clock.sql(due - firmtext.clock.now())
    session.execute(
        update(Invitation)
        .where(Invitation.id.in_(invitations))
        .values(notice_at=notice_at, hurried=False)
        .execution_options(synchronize_session=False)
    )


def _after_further_changes(now: Facts, known: Facts, at: datetime) -> datetime:
    """When a change is told; at once if the client may be on the way by then."""
    later = at + timedelta(seconds=firmtext.settings.update_delay_seconds)
    return at if any(at < one.starts_at <= later for one in (now, known)) else later


def known_to(session: Sessions, people: Collection[Invitation], *, otherwise: Facts) -> Mapping[uuid.UUID, Facts]:
    """What each of these knows of the event; who knows nothing, or was told that it is off, is left out.

    ``otherwise`` is taken for what cannot be read: nobody is told a second time of what may be the same.
    """
    told = calendar_queries.last_told(session, [one.id for one in people])
    found = {key: row for key, row in told.items() if row.facts}
    read = cells.read(session, [(place_of(row), row.facts or b"") for row in found.values()])
    return {
        key: otherwise if isinstance(text, DecryptError) else facts.read(text)
        for key, text in zip(found, read, strict=True)
    }


def reminded_of(session: Sessions, people: Collection[uuid.UUID], now: Facts, days: int) -> Collection[uuid.UUID]:
    """Who of these was reminded of an event at this very time, so many days before or nearer."""
    rows = [row for row in reminder_queries.reminded(session, people, days) if row.facts]
    read = cells.read(session, [(place_of(row), row.facts or b"") for row in rows])
    return {
        row.invitation_id
        for row, text in zip(rows, read, strict=True)
        if isinstance(text, str) and facts.read(text).when == now.when
    }


def superseded(session: Sessions, messages: Collection[uuid.UUID], why: str) -> None:
    """These texts were withdrawn by us: another one says what they were to say, or there is nothing to say; joined."""
    session.execute(
        update(Notice)
        .where(Notice.message_id.in_(messages))
        .values(refused=why)
        .execution_options(synchronize_session=False)
    )


def place_of(row: CalendarEvent | Notice) -> Place:
    """Where facts are stored."""
    return cells.place(type(row), "facts", row.id, row.firm)


def sealed(session: Sessions, where: Place, now: Facts) -> bytes:
    """Facts as a column."""
    return cells.seal(session, where, facts.written(now), scope=keys.GENERAL)


def read(session: Sessions, event: CalendarEvent) -> Facts | None:
    """What is so, as the host last said; None when it cannot be read."""
    return read_all(session, [event])[0]


def read_all(session: Sessions, events: Sequence[CalendarEvent | Planable]) -> Sequence[Facts | None]:
    """The same of many, in their order."""
    places = [cells.place(CalendarEvent, "facts", event.id, event.firm) for event in events]
    texts = cells.read(session, [(where, event.facts) for where, event in zip(places, events, strict=True)])
    return [None if isinstance(text, DecryptError) else facts.read(text) for text in texts]

"""Telling the host what clients answered: once each, in their order, again and again while it cannot take it.

The host's verb and our row share one transaction; the token is for a host whose verb outlives that.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ... import points
from ...current import firmtext
from ...errors import where
from ...ports.values import Answer
from ...store import counters, reply_queries
from ...store.models import CalendarEvent, EventAnswer, Invitation
from ...store.states import EventState
from ...store.transactions import own, reading, shared

log = logging.getLogger(__name__)

AT_ONCE = 50
#: The pause after the first try, which doubles, and the longest.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=1)
#: So long after an event has begun its practice system may still want to know who said that they would come.
PATIENCE = timedelta(hours=24)


class Otherwise(Exception):
    """Somebody else has told it, or it is of another time by now: what the host wrote is rolled back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An answer that is told now, by this process; another may try in a while."""

    id: uuid.UUID
    firm: str
    event: str
    contact: str
    answer: Answer
    token: str


def due() -> Sequence[uuid.UUID]:
    """Answers that the host is to be told now; one indexed look-up."""
    with reading() as session:
        return reply_queries.untold(session, limit=AT_ONCE)


def tell(answer: uuid.UUID) -> bool:
    """Tell the host one answer. False: it was not taken, or not told any more."""
    with own() as session:
        claimed = _claim(session, answer)
    if claimed is None:
        return False
    points.reach("respond.claimed")
    try:
        with shared() as session:
            port = firmtext.host.for_firm(claimed.firm).calendar
            port.respond(claimed.event, claimed.contact, claimed.answer, token=claimed.token)
            points.reach("respond.told")
            _note_told(session(), claimed)
    except Otherwise:
        return False
    except Exception as error:
        log.warning("the host could not take an answer to an invitation and is told again: %s", where(error))
        return False
    return True


def _claim(session: Session, answer: uuid.UUID) -> Claimed | None:
    """The answer, not to be told by anybody else for a while; None when it is not due, or nobody needs it any more."""
    now = firmtext.clock.now()
    tries = session.scalar(
        update(EventAnswer)
        .where(EventAnswer.id == answer, EventAnswer.told_at.is_(None), EventAnswer.not_before <= now)
        .values(tries=EventAnswer.tries + 1)
        .returning(EventAnswer.tries)
        .execution_options(synchronize_session=False)
    )
    if tries is None:
        return None
    row = session.get_one(EventAnswer, answer, populate_existing=True)
    one = session.get_one(Invitation, row.invitation_id)
    event = session.get_one(CalendarEvent, one.event_id)
    if not _is_wanted(row, one, event, now):
        row.not_before = None
        counters.count(session, "answer_not_told")
        return None
    row.not_before = now + min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE)
    return Claimed(row.id, row.firm, event.event, one.contact, Answer(row.answer), f"firmtext:{one.id}:{row.n}")


def _is_wanted(row: EventAnswer, one: Invitation, event: CalendarEvent, now: datetime) -> bool:
    """Whether the host still wants to know: an answer for another time is none, nor is one to what is called off."""
    stands = event.state == EventState.PLANNED and one.wanted and event.sequence == row.sequence
    return stands and now < event.starts_at + PATIENCE


def _note_told(session: Session, claimed: Claimed) -> None:
    sequence = (
        select(CalendarEvent.sequence)
        .join(Invitation, Invitation.event_id == CalendarEvent.id)
        .where(Invitation.id == EventAnswer.invitation_id)
    )
    told = session.execute(
        update(EventAnswer)
        .where(
            EventAnswer.id == claimed.id,
            EventAnswer.told_at.is_(None),
            EventAnswer.sequence == sequence.scalar_subquery(),
        )
        .values(told_at=firmtext.clock.now())
        .returning(EventAnswer.id)
        .execution_options(synchronize_session=False)
    )
    if told.first() is None:
        raise Otherwise

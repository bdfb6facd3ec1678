"""What a firm has of a contact beside conversations: begun texts, texts for later, kept texts of their numbers, payment
links, and what their events were about.

These are under the firm's general key, so their bytes are removed and no key is destroyed.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from ..current import firmtext
from ..messaging import drafts, scheduled_rows, strangers
from ..store import audit, erasing, legal_hold_queries
from ..store.erasing import NOTHING
from ..store.models import (
    CalendarEvent,
    Draft,
    Erasure,
    Invitation,
    Notice,
    PaymentLink,
    Quarantine,
    ScheduledText,
    Search,
)
from ..store.queries import is_in
from ..store.states import Later
from ..store.stranger_queries import STRANGER
from ..store.transactions import own
from . import legal_holds

#: A carrier repeats a webhook no longer than this: so long a kept text that was erased is known by its digest.
REPEATED = timedelta(hours=26)
#: In the place of the reason for which a text was kept.
ERASED = "erased"
AT_ONCE = 500

Which = tuple[type[Any], tuple[ColumnElement[bool], ...]]


def _parts(session: Session, firm: str, contact: str, numbers: Collection[bytes]) -> Mapping[str, Which]:
    """Each kind of thing, with what finds the contact's; ``numbers`` are the indexes of those that are theirs alone."""
    mine = (ScheduledText.firm == firm, ScheduledText.contact == contact, ScheduledText.conversation_id.is_(None))
    kept = (Quarantine.firm == firm, Quarantine.reason == STRANGER, Quarantine.phone_index.in_(numbers))
    links = (PaymentLink.firm == firm, PaymentLink.contact == contact, PaymentLink.address != NOTHING)
    return {
        "drafts": (Draft, (Draft.firm == firm, Draft.place.in_(_places(session, firm, contact, numbers)))),
        "scheduled": (ScheduledText, (*mine, ScheduledText.body.is_not(None))),
        "kept": (Quarantine, kept),
        "links": (PaymentLink, links),
        "events": (CalendarEvent, _events(firm, contact)),
    }


def _places(session: Session, firm: str, contact: str, numbers: Collection[bytes]) -> list[bytes]:
    """Where somebody of the firm may have begun a text to the contact before there was a conversation."""
    users = session.scalars(select(Draft.user).where(Draft.firm == firm).distinct()).all()
    found = (drafts.place_of(firm, user, contact=contact, phone_index=number) for user in users for number in numbers)
    return [key for place in found for key in place.keys]


def _events(firm: str, contact: str) -> tuple[ColumnElement[bool], ...]:
    """Events that are over and that nobody else was invited to by text."""
    other = aliased(Invitation)
    others = exists().where(other.event_id == CalendarEvent.id, other.firm == firm, other.contact != contact)
    theirs = exists().where(
        Invitation.event_id == CalendarEvent.id, Invitation.firm == firm, Invitation.contact == contact
    )
    over = CalendarEvent.starts_at < firmtext.clock.now()
    return CalendarEvent.firm == firm, over, CalendarEvent.facts != NOTHING, theirs, ~others


def count(session: Session, firm: str, contact: str, numbers: Collection[bytes]) -> dict[str, int]:
    """How much of each there is."""
    parts = _parts(session, firm, contact, numbers)
    return {
        name: session.scalar(select(func.count()).select_from(model).where(*which)) or 0
        for name, (model, which) in parts.items()
    }


def erase(erasure: Erasure, numbers: Collection[bytes]) -> tuple[dict[str, int], bool]:
    """Remove all of it; how much of each, and whether a hold that was set meanwhile keeps what is there still.

    Done twice, or gone on with, the second time there is nothing.
    """
    firm, contact = erasure.firm, erasure.contact or ""
    kept, held = _strangers(erasure, numbers)
    with own() as session:
        if held or _is_held(session, erasure):
            session.rollback()
            return {"kept": kept}, True
        parts = _parts(session, firm, contact, numbers)
        gone = dict.fromkeys(parts, 0) | {"kept": kept}
        gone["drafts"] = erasing.remove(session, Draft, *parts["drafts"][1])
        gone["scheduled"] = _scheduled(session, erasure, *parts["scheduled"][1])
        words = {"address": NOTHING, "label": NOTHING}
        gone["links"] = erasing.changed(session, update(PaymentLink).where(*parts["links"][1]).values(**words))
        gone["events"] = erasing.changed(
            session, update(CalendarEvent).where(*parts["events"][1]).values(facts=NOTHING)
        )
        _told(session, firm, contact)
        erasing.remove(session, Search, Search.firm == firm, Search.contact == contact)
    return gone, False


def _is_held(session: Session, erasure: Erasure) -> bool:
    """Whether a hold stands on any of those whose texts go; nobody sets one until the end of this transaction."""
    legal_holds.take_turn(session, erasure.firm)
    whose = {erasure.contact or "", *erasure.shared}
    return bool(legal_hold_queries.standing_on(session, erasure.firm, whose))


def _told(session: Session, firm: str, contact: str) -> None:
    """What they were told of events that are over."""
    past = select(Invitation.id).join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
    theirs = past.where(
        Invitation.firm == firm, Invitation.contact == contact, CalendarEvent.starts_at < firmtext.clock.now()
    )
    told = (Notice.firm == firm, Notice.invitation_id.in_(theirs), Notice.facts.is_not(None))
    erasing.changed(session, update(Notice).where(*told).values(facts=None))


def _scheduled(session: Session, erasure: Erasure, *which: ColumnElement[bool]) -> int:
    waiting = select(ScheduledText.id).where(*which, is_in(ScheduledText.state, Later.WAITING))
    for row in session.scalars(waiting.order_by(ScheduledText.id)).all():
        scheduled_rows.end(session, row, Later.CANCELLED, reason=ERASED, by=erasure.by)
    return erasing.changed(session, update(ScheduledText).where(*which).values(body=None, away_at=firmtext.clock.now()))


def _strangers(erasure: Erasure, numbers: Collection[bytes]) -> tuple[int, bool]:
    done = 0
    while some := _some_strangers(erasure, numbers):
        done += some
    return done, some is None


def _some_strangers(erasure: Erasure, numbers: Collection[bytes]) -> int | None:
    """How many went; None where a hold keeps them."""
    firm = erasure.firm
    with own() as session:
        if _is_held(session, erasure):
            session.rollback()
            return None
        _model, which = _parts(session, firm, "", numbers)["kept"]
        found = select(Quarantine.id).where(*which).order_by(Quarantine.id).limit(AT_ONCE)
        ids: list[uuid.UUID] = list(session.scalars(found))
        if ids:
            strangers.forget_files(session, firm, ids)
            these = (Quarantine.firm == firm, Quarantine.id.in_(ids))
            young = Quarantine.received_at > firmtext.clock.now() - REPEATED
            erasing.remove(session, Quarantine, *these, ~young)
            erasing.changed(
                session, update(Quarantine).where(*these).values(reason=ERASED, body=NOTHING, phone_index=None)
            )
        for row in ids:
            table = (Quarantine.__tablename__, row)
            told = {"firm": firm, "actor": erasure.by, "evidence": str(erasure.id)}
            audit.record(session, "quarantine.discard", table, **told)
    return len(ids)

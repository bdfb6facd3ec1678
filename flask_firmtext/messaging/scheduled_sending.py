"""The time of a text that was written for later has come: it becomes a text like any other, or says why it does not.

The host is asked first, outside of any transaction. Then one transaction takes the row and accepts the text: whoever
dies halfway leaves it waiting, and nobody sends it twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import FirmTextError, TextRefused, where
from ..ports import promises
from ..ports.values import Contact, Firm, User
from ..store import audit, cells, inbox_queries, indexes, queries, scheduled_queries
from ..store.models import ScheduledText, Texting
from ..store.queries import is_in
from ..store.states import Later
from ..store.transactions import own, reading
from . import accepting, consent, routes, scheduled_rows, tenancy
from .routes import Route

log = logging.getLogger(__name__)

#: Of one minute, nine o'clock say, at all firms; one pass of the sweep sends them all.
AT_ONCE = 2000
#: What is later than this is no longer what its author meant to say.
USEFUL = timedelta(hours=24)
#: How long a host that did not answer is left alone.
AGAIN = timedelta(seconds=30)


class Unwanted(FirmTextError):
    """It is not to be sent any more; ``reason`` is the word for why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class NotYet(FirmTextError):
    """It cannot be sent now, and maybe in a minute."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What the host says of a text that is due: who writes to whom on which way, and in whose name."""

    firm: Firm
    user: User
    contact: Contact
    route: Route


def due() -> Sequence[uuid.UUID]:
    """What is to be tried now; one indexed look-up."""
    with reading() as session:
        return scheduled_queries.due(session, limit=AT_ONCE)


def send(row_id: uuid.UUID) -> None:
    """Send one whose time has come. Run twice, or by two, it is sent once."""
    with reading() as session:
        row = scheduled_queries.one(session, row_id)
    now = firmtext.clock.now()
    if row is None or row.state != Later.WAITING or row.look_at > now:
        return
    if now - row.due_at > USEFUL:
        _end(row_id, Later.EXPIRED, "too_late")
        return
    try:
        _sent(row, _ready(row))
    except Unwanted as unwanted:
        _end(row_id, Later.CANCELLED, unwanted.reason)
    except TextRefused as refused:
        _end(row_id, Later.CANCELLED, refused.code)
    except Exception as error:
        log.error("a scheduled text waits: %s", where(error))
        _put_off(row)


def _ready(row: ScheduledText) -> Ready:
    """Ask the host, and find the way. :raises Unwanted, TextRefused: no. :raises Exception: it cannot say."""
    firm = tenancy.firm(row.firm)
    if firm is None or not firm.availability.allowed:
        raise Unwanted("not_available")
    contact = tenancy.contact(firmtext.host.for_firm(firm.ref), row.contact)
    if contact is None:
        raise Unwanted("no_contact")
    number = next((one for one in contact.numbers if row.phone_index in indexes.all_of(firm.ref, one.e164)), None)
    if number is None:
        raise Unwanted("no_number")
    user = _author(firm.ref, row.author)
    with reading() as session:
        _must_send(session, firm.ref)
        way = routes.look(session, firm.ref, contact, to=number.e164, conversation=row.conversation_id)
    route = way.asked()
    if firmtext.host.users.may(user, "message.send", route.subject) is not True:
        raise Unwanted("not_allowed")
    return Ready(firm, user, contact, route)


def _must_send(session: Session, firm: str) -> None:
    """A firm that is on may wait for its number, when the carriers want more details of it, say."""
    switch = session.get(Texting, firm)
    if switch is None or switch.off_at is not None:
        raise Unwanted(scheduled_rows.TURNED_OFF)
    if queries.sending_number(session, firm) is None:
        raise NotYet("no_number_sends")


def _author(firm: str, ref: str) -> User:
    """Who wrote it, as the host is asked about them: nobody is signed in here."""
    known = next((user for user in tenancy.administrators(firm) if user.ref == ref), None)
    if known is not None:
        return known
    names = promises.names("names", firmtext.host.users.names([ref]))
    return User(ref, names.get(ref, ""), firm)


def _sent(row: ScheduledText, ready: Ready) -> None:
    with own() as session:
        consent.lock_pair(session, row.firm, row.phone_index)
        if not scheduled_rows.end(session, row.id, Later.SENT, reason=None, by=audit.SWEEP):
            return
        there = session.get_one(ScheduledText, row.id, populate_existing=True)
        if (there.look_at, there.author) != (row.look_at, row.author):
            raise NotYet("changed meanwhile")
        _must_go_on(session, there)
        points.reach("scheduled.between")
        message = accepting.accept_on(
            session,
            ready.route,
            user=ready.user,
            contact=ready.contact,
            text=cells.unseal(session, cells.place(ScheduledText, "body", there.id, there.firm), there.body or b""),
            token=f"scheduled:{row.id}",
            zone=ready.firm.zone,
        )
        there.message_id, there.body, there.away_at = message.id, None, firmtext.clock.now()


def _must_go_on(session: Session, row: ScheduledText) -> None:
    """Who got the number since has no part in what was meant for its old owner."""
    if row.conversation_id is None:
        return
    found = inbox_queries.conversation(session, row.firm, row.conversation_id)
    if found is None or found[0].closed_at is not None:
        raise Unwanted(scheduled_rows.ENDED)


def _end(row_id: uuid.UUID, to: Later, reason: str) -> None:
    with own() as session:
        scheduled_rows.end(session, row_id, to, reason=reason[:32], by=audit.SWEEP)


def _put_off(row: ScheduledText) -> None:
    with own() as session:
        session.execute(
            update(ScheduledText)
            .where(ScheduledText.id == row.id, ScheduledText.look_at == row.look_at)
            .where(is_in(ScheduledText.state, Later.WAITING))
            .values(look_at=firmtext.clock.sql(AGAIN))
            .execution_options(synchronize_session=False)
        )

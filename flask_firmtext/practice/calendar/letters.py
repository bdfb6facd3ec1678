"""An automatic text about an event, ready to be queued: to whom, on which way, what it says and when it may go.

The host is asked here, so no write of ours is open.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...current import firmtext
from ...errors import TextRefused
from ...firm.templates_words import Kind as Template
from ...language import gettext as _
from ...messaging import accepting, notifying, quiet, routes, tenancy
from ...messaging.accepting import Outgoing
from ...messaging.routes import Route
from ...ports.values import Contact, Firm
from ...store import audit, counters
from ...store.base import new_id
from ...store.models import Message, Notice
from ...store.states import Kind, Purpose
from ...store.transactions import reading
from . import event_words, needs
from .facts import Facts
from .situations import Situation

GONE = "contact_gone"
#: The text would have to come in quiet hours, and a reminder does not.
QUIET = "quiet_hours"
#: The client seems to ask for no more texts. What is to be told waits for the decision, looked for this often.
ASKED, UNTIL_DECIDED = "asks_for_none", timedelta(minutes=5)
OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True)
class Letter:
    """``starts_at`` is when the event that it tells of begins: nothing is sent after that."""

    purpose: Purpose
    route: Route
    contact: str
    text: str = field(repr=False)
    starts_at: datetime
    not_before: datetime | None
    quiet_zone: str | None


def write(seen: Situation, purpose: Purpose) -> Letter:
    """The text of this purpose for the client of an invitation. What the host raises goes on to the caller.

    :raises TextRefused: it is not to be sent, with a stable code.
    """
    firm = tenancy.firm(seen.firm)
    if firm is None:
        raise TextRefused("firm_gone", _("The practice system knows this firm no more."))
    accepting.check_availability(firm)
    contact = tenancy.contact(firmtext.host.for_firm(seen.firm), seen.contact)
    if contact is None:
        raise TextRefused(GONE, _("The contact is no longer in the practice system."))
    told = seen.known if purpose == Purpose.CANCELLED and seen.known is not None else seen.facts
    with reading() as session:
        way = routes.look(session, seen.firm, contact, to=None)
        text = event_words.write(session, firm, contact, Template(purpose.value), told, seen.known)
    route = way.asked()
    hurried = seen.hurried and purpose != Purpose.REMINDER
    moment, zone = (None, None) if hurried else _moment(route, contact, firm, told, purpose)
    return Letter(purpose, route, contact.ref, text, told.starts_at, moment, zone)


def _moment(
    route: Route, contact: Contact, firm: Firm, told: Facts, purpose: Purpose
) -> tuple[datetime | None, str | None]:
    """When it may go and whose clock it waits for; None for at once.

    What would come within an hour of the event is not put off: a notification goes in quiet hours, a reminder never.
    """
    now, hours = firmtext.clock.now(), firmtext.settings.quiet_hours
    zones = quiet.zones_of(route.phone, contact.zone, firm.zone)
    try:
        return quiet.put_off(now, zones, hours, told.starts_at)
    except quiet.TooLate:
        if purpose != Purpose.REMINDER:
            return None, None
    raise TextRefused(QUIET, _("The reminder would have come in the client's quiet hours."))


def queue(session: notifying.Sessions, letter: Letter, invitation: uuid.UUID, sequence: int) -> Message:
    """Queue it; joined. :raises TextRefused: as :func:`.notifying.queue`."""
    begins = letter.not_before or firmtext.clock.now()
    outgoing = Outgoing(
        letter.text,
        Kind.REMINDER if letter.purpose == Purpose.REMINDER else Kind.NOTIFICATION,
        audit.SYSTEM,
        f"event:{new_id().hex}",
        useful=max(letter.starts_at - begins, timedelta(0)),
        not_before=letter.not_before,
        quiet_zone=letter.quiet_zone,
    )
    return notifying.queue(session, letter.route, letter.contact, outgoing)


def note(
    session: notifying.Sessions,
    seen: Situation,
    purpose: Purpose,
    *,
    message: uuid.UUID | None = None,
    refused: str | None = None,
) -> None:
    """Write down what was sent for an invitation, or why it was not; joined."""
    row = Notice(id=new_id(), firm=seen.firm)
    tells = message is not None and purpose != Purpose.CANCELLED
    cell = needs.sealed(session, needs.place_of(row), seen.facts) if tells else None
    row.invitation_id, row.purpose, row.sequence = seen.invitation, purpose, seen.sequence
    row.message_id, row.facts, row.refused, row.created_at = message, cell, refused, firmtext.clock.now()
    session.add(row)
    session.flush()
    if refused == OPTED_OUT:
        counters.count(session, "automatic_skipped")

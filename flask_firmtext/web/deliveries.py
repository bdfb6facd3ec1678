"""Settings > Webhooks > one address: what somebody wants posted there, a test or what did not arrive."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import deliveries
from ..language import gettext as _
from ..language import marked
from ..messaging import wall_clock
from ..messaging.moments import place
from ..store.transactions import own
from .access import Visitor
from .endpoints import done, known, page_of
from .form import Form

#: Near both ends of the calendar no zone can be applied.
YEARS = range(1970, 3000)
NO_MOMENT = marked("Choose a day and a time, or write them like this: %(moment)s.")


def test_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Post an event that tells nothing."""
    who = known(endpoint_id)
    given = who.firm.ref, endpoint_id
    return _asked(who, endpoint_id, "test", lambda one: deliveries.try_out(one, *given, by=who.user.ref))


def send_webhook_again(endpoint_id: uuid.UUID, event_id: uuid.UUID) -> Response:
    """Post an event once more."""
    who = known(endpoint_id)
    given = who.firm.ref, endpoint_id, event_id
    return _asked(who, endpoint_id, "again", lambda one: deliveries.again(one, *given, by=who.user.ref))


def send_failed_webhooks_again(endpoint_id: uuid.UUID) -> Response:
    """Post once more all that failed since a moment, as far as it goes at once."""
    who, given = known(endpoint_id), request.form.get("since", "")
    try:
        since = _moment(given, who.firm.zone)
        with own() as session:
            events = deliveries.again_since(session, who.firm.ref, endpoint_id, since, by=who.user.ref)
    except FormRefused as refusal:
        return page_of(who, endpoint_id, 422, form=Form({}, refusal.faults), since=given)
    many = len(events) == deliveries.AT_ONCE
    return done(endpoint_id, "part" if many else "all" if events else "none")


def _moment(given: str, zone: object) -> datetime:
    """The moment that a wall clock of the firm's shows so. :raises FormRefused: it is none, for ``since``."""
    there, _suffix = place(zone)
    try:
        wall = datetime.fromisoformat(given.strip())
    except ValueError:
        wall = None
    if wall is None or wall.year not in YEARS:
        raise FormRefused({"since": _(NO_MOMENT, moment="2026-05-04 14:30")})
    return wall.astimezone(UTC) if wall.tzinfo else wall_clock.instant(wall, there)


def _asked(who: Visitor, endpoint_id: uuid.UUID, said: str, ask: Callable[[Session], object]) -> Response:
    try:
        with own() as session:
            found = ask(session)
    except FormRefused as refusal:
        return page_of(who, endpoint_id, 422, form=Form({}, refusal.faults))
    return done(endpoint_id, said if found else "")

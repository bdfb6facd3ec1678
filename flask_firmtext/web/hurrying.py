"""*Send now* and *Try again* beside a contact of an event; both lead back to the host's page on which they stand."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import redirect, request
from werkzeug.wrappers import Response

from ..messaging.owners import Subject
from ..practice.calendar import hurrying
from ..store import attendance_queries
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .event_status import about
from .paths import PAGE
from .problems import nothing_here


def send_now(invitation_id: uuid.UUID) -> Response:
    """What waits for further edits, or for the end of quiet hours, goes out at once."""
    return _pressed(invitation_id, hurrying.hurry, "sent")


def tell_again(invitation_id: uuid.UUID) -> Response:
    """What could not be made, or did not arrive, is made anew."""
    return _pressed(invitation_id, hurrying.again, "again")


def pressed(who: Visitor, invitation_id: uuid.UUID, press: Callable[..., bool]) -> bool | None:
    """Whether anything came of it; None: the firm has no such invitation.

    :raises Problem: 404, the user may not see the event or text the contact.
    """
    with reading() as session:
        found = attendance_queries.invitation(session, who.firm.ref, invitation_id)
    if found is None:
        return None
    who.must("event.read", about(found[0]))
    who.must("message.send", Subject(who.firm.ref, (found[1].contact,)))
    with own() as session:
        return press(session, invitation_id, user=who.user)


def _pressed(invitation_id: uuid.UUID, press: Callable[..., bool], said: str) -> Response:
    done = pressed(visitor(), invitation_id, press)
    if done is None:
        raise nothing_here()
    back = request.form.get("back", "")
    back = back if PAGE.fullmatch(back) else f"{request.script_root}/"
    return redirect(f"{back}{'&' if '?' in back else '?'}firmtext={said if done else 'nothing'}", code=303)

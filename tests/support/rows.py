"""Rows that tests begin with, made by our own verbs where there is one. They need an application context."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import delete

from flask_firmtext.current import firmtext
from flask_firmtext.firm import provisioning, reminding
from flask_firmtext.messaging import accepting
from flask_firmtext.ports.values import User
from flask_firmtext.store.models import Message, Number, Texting
from flask_firmtext.store.states import NumberState
from flask_firmtext.store.transactions import own
from flask_firmtext.store.upsert import insert_once

STAFF = User("staff@harbor.example", "Sam Staff", "harbor")


def switched_on(session: Any, firm: str) -> None:
    """A firm that has turned texting on, without details."""
    chosen = {"reminder_days": list(reminding.DAYS), "reminder_time": reminding.TIME}
    insert_once(session, Texting, firm=firm, on_at=firmtext.clock.now(), **chosen)


def never_turned_on(firm: str = "harbor") -> None:
    """Take the switch away from a firm that has a number."""
    with own() as session:
        session.execute(delete(Texting).where(Texting.firm == firm))


def adopt(firm: str = "harbor", number: str = "+18335550100") -> uuid.UUID:
    """A number of a firm that has turned texting on, as settings say: verified at once, or linked."""
    with own() as session:
        switched_on(session, firm)
        return provisioning.adopt(session, firm=firm, number=number).id


def verified_number(firm: str = "harbor", e164: str = "+18335550100") -> Number:
    """A firm's main number, as if it had been bought, linked and verified."""
    now = firmtext.clock.now()
    row = Number(firm=firm, e164=e164, state=NumberState.VERIFIED, main=True, next_free_at=now, created_at=now)
    with own() as session:
        switched_on(session, firm)
        session.add(row)
    return row


def accepted(text: str, *, contact: str = "rosa", by: User = STAFF) -> uuid.UUID:
    """The id of a text that ``by`` has sent to a contact of the firm."""
    known = firmtext.host.for_firm(by.firm).contacts.get(contact)
    assert known is not None
    with own() as session:
        return accepting.accept(session, user=by, contact=known, to=None, text=text, token=uuid.uuid4().hex).id


def changed(message_id: uuid.UUID, **columns: object) -> None:
    """Overwrite columns of a text, to have one in a state that takes long to get into."""
    with own() as session:
        message = session.get_one(Message, message_id)
        for name, value in columns.items():
            setattr(message, name, value)

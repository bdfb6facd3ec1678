"""Whether a client is told how to send a file that could not be accepted."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..store import audit
from ..store.models import Texting
from ..store.transactions import notes

Sessions = Session | scoped_session[Any]


def change(session: Sessions, firm: str, explains: bool, *, by: str) -> None:
    """Tell clients from now on, or leave it to people; joined."""
    session.execute(
        update(Texting)
        .where(Texting.firm == firm)
        .values(explains_refusals=explains)
        .execution_options(synchronize_session=False)
    )
    table, became = (Texting.__tablename__, firm), "on" if explains else "off"
    audit.record(session, "texting.refusals", table, firm=firm, actor=by, became=became)
    notes(session).show(firm)

"""How a firm comes to its number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..messaging import pace
from ..store import audit
from ..store.base import new_id
from ..store.models import Number
from ..store.states import NumberState
from ..store.upsert import insert_once


def adopt(session: Session | scoped_session[Any], *, firm: str, number: str, country: str = "US") -> Number:
    """Record a number (E.164) of our carrier account as this firm's; joined, safe to repeat.

    It is verified at once where ``FIRMTEXT_TOLL_FREE_VERIFICATION`` is ``assumed``, else linked.

    :raises ValueError: the number is another firm's.
    """
    assumed = firmtext.settings.toll_free_verification == "assumed"
    row_id = new_id()
    now = firmtext.clock.now()
    has_main = session.scalar(select(Number.id).where(Number.firm == firm, Number.main).limit(1))
    made = insert_once(
        session,
        Number,
        id=row_id,
        firm=firm,
        e164=number,
        country=country,
        state=NumberState.VERIFIED if assumed else NumberState.LINKED,
        main=not has_main,
        next_free_at=now,
        created_at=now,
    )
    pace.ensure_account(session)
    if made:
        audit.record(session, "number.adopt", (Number.__tablename__, row_id), firm=firm, actor="system")
    row = session.scalars(select(Number).where(Number.e164 == number)).one()
    if row.firm != firm:
        raise ValueError(f"{number} belongs to another firm; release it there first")
    return row

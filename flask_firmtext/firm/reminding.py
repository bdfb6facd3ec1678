"""When a firm reminds its clients of an event: so many days before, at its time of day."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..store import audit
from ..store.models import Texting
from ..store.transactions import notes

Sessions = Session | scoped_session[Any]

#: What a firm has until it chooses: the day before, at nine.
DAYS, TIME = (1,), time(9)
MOST, FURTHEST = 5, 60


def check(days: str, at: str) -> tuple[list[int], time]:
    """Days as people write them ("7, 1"; empty: no reminders) and a wall time ("09:00").

    :raises FormRefused: a sentence for ``days`` or ``at``.
    """
    faults: dict[str, str] = {}
    chosen: list[int] = []
    written = re.split(r"[\s,;]+", days.strip()) if days.strip() else []
    if not all(re.fullmatch(r"[0-9]{1,3}", day) for day in written):
        faults["days"] = _("Write days as numbers, like 7, 1.")
    else:
        chosen = sorted({int(day) for day in written}, reverse=True)
        if len(chosen) > MOST:
            faults["days"] = _("Choose at most %(most)s: a client who is reminded too often stops reading.", most=MOST)
        elif chosen and chosen[0] > FURTHEST:
            faults["days"] = _("Choose at most %(most)s days before the event.", most=FURTHEST)
    try:
        moment = time.fromisoformat(at)
    except ValueError:
        moment, faults["at"] = TIME, _("Write a time of day, like 09:00.")
    if faults:
        raise FormRefused(faults)
    return chosen, moment.replace(second=0, microsecond=0, tzinfo=None)


def change(session: Sessions, firm: str, days: list[int], at: time, *, by: str) -> None:
    """Remind on these days at this wall time from now on; joined. Reminders of coming events are planned anew."""
    session.execute(
        update(Texting)
        .where(Texting.firm == firm)
        .values(reminder_days=days, reminder_time=at, plan=Texting.plan + 1, chosen_at=firmtext.clock.now())
        .execution_options(synchronize_session=False)
    )
    table = (Texting.__tablename__, firm)
    audit.record(session, "texting.reminders", table, firm=firm, actor=by, became=f"{days} {at:%H:%M}")
    notes(session).show(firm)

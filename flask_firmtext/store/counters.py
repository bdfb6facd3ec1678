"""Things that are counted for operators, such as lost bells and contradictions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from .models import Counter
from .upsert import insert_once, insert_or_update


def count(session: Session | scoped_session[Any], name: str) -> None:
    """One more of ``name``."""
    now = firmtext.clock.now()
    values = {"name": name, "count": 1, "last_at": now}
    insert_or_update(session, Counter, ["name"], values, {"count": Counter.count + 1, "last_at": now})


def wait(session: Session | scoped_session[Any], name: str) -> None:
    """Wait for every transaction that has counted ``name`` and is not over; whoever counts next waits for this one."""
    values = {"name": name, "count": 0, "last_at": firmtext.clock.now()}
    insert_or_update(session, Counter, ["name"], values, {"count": Counter.count})


def count_every(session: Session | scoped_session[Any], name: str, every: timedelta) -> bool:
    """One more of ``name`` unless it was counted within ``every``. Returns whether it was."""
    now = firmtext.clock.now()
    if insert_once(session, Counter, name=name, count=1, last_at=now):
        return True
    again = (
        update(Counter)
        .where(Counter.name == name, Counter.last_at <= now - every)
        .values(count=Counter.count + 1, last_at=now)
        .returning(Counter.name)
        .execution_options(synchronize_session=False)
    )
    return session.execute(again).first() is not None

"""P8: what the reminders of 100,000 events cost: a look of the sweep and a pass that plans anew.

The firm has chosen other reminders, so that all are to be planned anew. The baseline is what no plan can do without:
one indexed SELECT of the due rows and one INSERT of as many reminders as the pass plans. Memory is the highest that
Python holds, beside that with 1,000.
"""

from __future__ import annotations

import gc
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.firm import reminding
from flask_firmtext.practice.calendar import facts, needs, reminders, telling
from flask_firmtext.practice.calendar.facts import Facts
from flask_firmtext.store.base import new_id
from flask_firmtext.store.models import CalendarEvent, Invitation, Reminder
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing.host import MemoryHost
from rows import verified_number

from .rounds import Figure, Pair, Scale, Target, alternating, seconds
from .stage import ENGINES, Stage, host, settings_of

BASELINE = "one indexed SELECT of the due rows and one INSERT of as many reminders"
TARGET = Target("≤ 3", most=3)
GROWTH = Target("≤ 1.5 times that of 1,000 events", most=1.5)

#: Enough for all rounds of the passes.
FEW = 1_000
#: The last of them are due, as many as one look takes.
DUE = reminders.AT_ONCE
AT_ONCE = 5_000


def fill(known: MemoryHost, events: int) -> None:
    """Coming events of one contact each, an hour after the other, written in bulk; ``known`` learns of them, too."""
    now = firmtext.clock.now().replace(microsecond=0)
    for start in range(0, events, AT_ONCE):
        with own() as session:
            made = [row(session, known, n, now) for n in range(start, min(start + AT_ONCE, events))]
            for model, rows in zip((CalendarEvent, Invitation, Reminder), zip(*made, strict=True), strict=True):
                session.execute(insert(model), list(rows))


def row(session: Session, host: MemoryHost, n: int, now: datetime) -> tuple[dict[str, Any], ...]:
    event = CalendarEvent(id=new_id(), firm="harbor")
    start = now + timedelta(hours=30 + n % 1_000)
    known = host.add_event("harbor", "Hearing", start, ref=f"event-{n}", place="12 Main Street")
    said: Facts = facts.of(known)
    invitation, ids = new_id(), {"firm": "harbor"}
    return (
        {**ids, "id": event.id, "event": known.ref, "state": "planned", "sequence": 1, "plan": 1,
         "facts": needs.sealed(session, needs.place_of(event), said), "starts_at": start, "told_at": now},
        {**ids, "id": invitation, "event_id": event.id, "contact": "rosa", "wanted": True, "answers": 0,
         "created_at": now},
        {**ids, "id": new_id(), "invitation_id": invitation, "sequence": 1, "days": 1, "state": "planned", "tries": 0,
         "due_at": now - timedelta(minutes=1) if n < DUE else start - timedelta(hours=24)},
    )  # fmt: skip


def look() -> int:
    """What the sweep asks every second."""
    return len(reminders.due()) + len(telling.due()) + len(reminders.stale())


def plan_some() -> int:
    """One pass of events whose plan is old, each in its own transaction."""
    some = reminders.stale()
    for one in some:
        reminders.renew(one)
    return sum(len(refs) for _, refs in some)


def bare() -> int:
    """One indexed SELECT, and one INSERT of as many rows as a pass writes."""
    now, days = firmtext.clock.now(), next(DAYS)
    with reading() as session:
        session.execute(
            select(Reminder.invitation_id)
            .where(text("state = 'planned'"), Reminder.due_at <= now)
            .order_by(Reminder.due_at)
            .limit(DUE)
        ).all()
        invitations = session.scalars(select(Invitation.id).limit(reminders.EVENTS_AT_ONCE)).all()
    new = {"firm": "harbor", "days": days, "state": "cancelled", "due_at": now, "tries": 0}
    rows = [
        {**new, "id": new_id(), "invitation_id": one, "sequence": -n} for one in invitations for n in range(len(CHOICE))
    ]
    with own() as session:
        session.execute(insert(Reminder), rows)
    return DUE


#: Two reminders an event from now on.
CHOICE = [2, 1]
DAYS = itertools.count()


def peak(step: Callable[[], int]) -> float:
    """KiB that Python held at most, beyond what it held before."""
    gc.collect()
    tracemalloc.start()
    step()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1024


@contextmanager
def practice(stage: Stage, engine: str, events: int) -> Iterator[None]:
    """A firm with so many coming events whose reminders are all to be planned anew."""
    with stage.database(engine) as url, host(settings_of(url)) as app:
        verified_number()
        fill(app.extensions["memory_host"], events)
        firmtext.db.session.remove()
        if engine == "postgresql":
            with firmtext.engine.begin() as connection:
                connection.exec_driver_sql("ANALYZE")
        look()
        gc.collect()
        gc.freeze()  # a practice system does not keep its calendar as objects of ours, to be looked at again and again
        with own() as session:
            reminding.change(session, "harbor", CHOICE, reminding.TIME, by="benchmark")
        yield


def planned() -> float:
    """Milliseconds of a look and a pass."""
    return seconds(lambda: (look(), plan_some())) * 1000


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    events = scale.of(100_000, 2_000)
    for engine in ENGINES:
        with practice(stage, engine, FEW):
            before = peak(look), peak(plan_some)
        with practice(stage, engine, events):
            pair = alternating(planned, lambda: seconds(bare) * 1000, scale.rounds(15))
            after = peak(look), peak(plan_some)
        a_second = round(reminders.EVENTS_AT_ONCE / pair.figure("P8", "", TARGET, unit="ms").ours * 1000)
        yield pair.figure("P8", "planning", TARGET, unit="ms", db=engine, events=events, events_a_second=a_second)
        memory = Pair([max(after)], [max(before)])
        yield memory.figure("P8", "memory of it", GROWTH, unit="KiB", db=engine, events=events)

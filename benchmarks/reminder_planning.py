"""What reminders cost with 2,000 and with 100,000 events; one JSON line, exit code 1 when 100,000 cost more.

``python benchmarks/reminder_planning.py [--events 100000] [--db sqlite|postgresql] [--rounds 7]``. Measured are one
look of the sweep (what is due, what is to be told, whose plan is old) and one pass that plans events anew after their
firm has chosen other reminders. The baseline is what no plan can do without: one indexed SELECT of the due rows and
one INSERT of as many reminders as the pass plans, in the same rounds. Memory is the highest that Python holds.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from kill_run import database
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
from hostapp import KEYS, create_app
from rows import verified_number
from servers import folder_of_this_run_ends, forget_dead_runs

#: Enough for all rounds of the passes.
FEW = 2_000
#: The last of them are due, as many as one look takes.
DUE = reminders.AT_ONCE
AT_ONCE = 5_000
#: With a hundred times the events: so many times the time and the memory may be needed.
MOST = 1.5


def fill(host: MemoryHost, events: int) -> None:
    """Coming events of one contact each, an hour after the other, written in bulk; ``host`` knows them, too."""
    now = firmtext.clock.now().replace(microsecond=0)
    for start in range(0, events, AT_ONCE):
        with own() as session:
            made = [row(session, host, n, now) for n in range(start, min(start + AT_ONCE, events))]
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
DAYS = iter(range(1_000))


def seconds(step: Callable[[], int]) -> float:
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def peak(step: Callable[[], int]) -> float:
    """KiB that Python held at most, beyond what it held before."""
    gc.collect()
    tracemalloc.start()
    step()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1024


def measured(events: int, engine: str, rounds: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="reminders-") as folder, database(engine, Path(folder)) as url:
        app = create_app({"SQLALCHEMY_DATABASE_URI": url, **KEYS})
        with app.app_context():
            verified_number()
            fill(app.extensions["memory_host"], events)
            firmtext.db.session.remove()
            if engine == "postgresql":
                with firmtext.engine.begin() as connection:
                    connection.exec_driver_sql("ANALYZE")
            look()
            with own() as session:
                reminding.change(session, "harbor", CHOICE, reminding.TIME, by="benchmark")
            found: dict[str, list[float]] = {"look": [], "plan": [], "bare": []}
            for _ in range(rounds):
                for name, step in (("bare", bare), ("look", look), ("plan", plan_some)):
                    found[name].append(seconds(step))
            figures = {f"{name}_ms": statistics.median(each) * 1000 for name, each in found.items()}
            return figures | {"look_kib": peak(look), "plan_kib": peak(plan_some)}


def run(events: int, engine: str, rounds: int) -> dict[str, Any]:
    few, many = (measured(number, engine, rounds) for number in (FEW, events))
    return {
        "db": engine,
        "events": [FEW, events],
        **{name: [round(few[name], 2), round(many[name], 2)] for name in many},
        "ratios": {name: round(many[name] / few[name], 2) for name in many},
        "plan_to_bare": round(many["plan_ms"] / many["bare_ms"], 1),
        "events_planned_a_second": round(plans_a_second(many)),
    }


def plans_a_second(figures: dict[str, float]) -> float:
    return reminders.EVENTS_AT_ONCE / figures["plan_ms"] * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args()
    forget_dead_runs()
    try:
        found = run(given.events, given.db, given.rounds)
    finally:
        folder_of_this_run_ends()
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if all(found["ratios"][name] <= MOST for name in ("look_ms", "plan_ms", "look_kib", "plan_kib")) else 1


if __name__ == "__main__":
    raise SystemExit(main())

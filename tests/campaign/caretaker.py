"""Who looks after the house: lifts holds whose cause is mended, and waits for quiet when all faults are over."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from flask_firmtext.clock import Clock
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import holds, media_claims, overdue
from flask_firmtext.store.models import (
    Account,
    Attachment,
    Attempt,
    Erased,
    Erasure,
    EventAnswer,
    Hold,
    Invitation,
    Message,
    Number,
    Reminder,
)
from flask_firmtext.store.transactions import own, reading

from .driver import Driver
from .stack import Stack
from .witnesses import SEEN, Ledger, ledger

#: The cap of the longest back-off: within it all is quiet after the last fault. Where waits are short, so is this.
QUIET, SOON = 600.0, 120.0
NAME = "caretaker@campaign"
FINAL = ("delivered", "rejected", "undeliverable")


class Caretaker:
    """A thread that does what an operator does meanwhile."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.lifted = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(2 if self.stack.scale.hasty else 10):
            with self.stack.app.app_context():
                try:
                    self.lifted += lift(timedelta(seconds=2 if self.stack.scale.hasty else 15))
                except sa.exc.SQLAlchemyError:
                    continue  # the database is what is away just now


def lift(older: timedelta) -> int:
    """End the holds that have stood for so long."""
    with reading() as session:
        standing = session.scalars(
            sa.select(Hold.id).where(Hold.lifted_at.is_(None), Hold.since < Clock().now() - older)
        ).all()
    if not standing:
        return 0
    with own() as session:
        return sum(holds.lift(session, one, by=NAME) for one in standing)


def hurried() -> None:
    """Let the back-off and the grace of dead claimers be over; nobody waits for a clock."""
    now = firmtext.clock.now()
    with own() as session:
        queued = sa.update(Message).where(Message.state == "queued", Message.not_before > now)
        session.execute(queued.values(not_before=now).execution_options(synchronize_session=False))
        for model in (Number, Account):
            session.execute(sa.update(model).where(model.next_free_at > now).values(next_free_at=now))
        session.execute(sa.update(Account).values(slowed_until=None))
        for model in (Reminder, EventAnswer):
            later = sa.update(model).where(model.not_before > now).values(not_before=now)
            session.execute(later.execution_options(synchronize_session=False))
        begun = sa.update(Erasure).where(Erasure.done_at.is_(None), Erasure.look_at > now).values(look_at=now)
        session.execute(begun.execution_options(synchronize_session=False))
        waiting = sa.update(Attachment).where(Attachment.state == "wanted", Attachment.not_before > now)
        session.execute(waiting.values(not_before=now).execution_options(synchronize_session=False))


def fetchers_are_gone() -> None:
    """Whoever has fetched one of our small files for so long is dead."""
    now = firmtext.clock.now()
    old = Attachment.not_before < now + media_claims.CLAIM - timedelta(seconds=25)
    stuck = sa.update(Attachment).where(Attachment.state == "fetching", Attachment.not_before > now, old)
    with own() as session:
        session.execute(stuck.values(not_before=now).execution_options(synchronize_session=False))


def claimers_are_gone() -> None:
    """Whoever claimed and has not come back within the exchange's time is dead."""
    now = firmtext.clock.now()
    then = now - overdue.GRACE - timedelta(seconds=1)
    with own() as session:
        old = Attempt.claimed_at < now - timedelta(seconds=35)
        session.execute(sa.update(Attempt).where(Attempt.outcome == "open", old).values(deadline=then))


def unquiet(driver: Driver, carrier: Ledger) -> dict[str, int]:
    """What is still to happen, counted."""
    seen: dict[str, set[str]] = {}
    for hook in carrier.webhooks:
        if hook["http_status"] in SEEN:
            said = carrier.body(hook)
            seen.setdefault(str(said.get("message_uuid")), set()).add(str(said.get("status") or hook["kind"]))
    with reading() as session:
        query = sa.select(Message.state, sa.func.count()).where(Message.direction == "out").group_by(Message.state)
        states: dict[str, int] = {str(name): count for name, count in session.execute(query)}
        files = session.scalar(sa.select(sa.func.count()).where(Attachment.state.in_(["wanted", "fetching"])))
        now = Clock().now()
        remind = Reminder.state == "planned", Reminder.due_at <= now
        reminders = session.scalar(sa.select(sa.func.count()).where(*remind))
        notices = session.scalar(sa.select(sa.func.count()).where(Invitation.notice_at <= now))
        answers = session.scalar(
            sa.select(sa.func.count()).where(EventAnswer.told_at.is_(None), EventAnswer.not_before.is_not(None))
        )
        erasures = session.scalar(sa.select(sa.func.count()).where(Erasure.done_at.is_(None)))
        full = session.scalar(sa.select(sa.func.count()).where(Erased.emptied_at.is_(None)))
        open_ = session.scalar(sa.select(sa.func.count()).where(Attempt.outcome == "open"))
    unheard = sum("inbound" not in seen.get(one.uuid, ()) for one in driver.said)
    untold = sum(not seen.get(post["message_uuid"], set()) & set(FINAL) for post in carrier.posts)
    return {
        "queued": states.get("queued", 0),
        "sending": states.get("sending", 0),
        "open attempts": open_ or 0,
        "files": files or 0,
        "reminders due": reminders or 0,
        "notices due": notices or 0,
        "answers untold": answers or 0,
        "erasures": erasures or 0,
        "erased and not emptied": full or 0,
        "texts of clients untold": unheard,
        "statuses untold": max(untold - driver.stack.allowed["silence"], 0),
    }


def settle(driver: Driver, seconds: float) -> tuple[float, dict[str, int]]:
    """Wait until nothing is to happen any more; how long that took, and what is left when it never came."""
    began = time.monotonic()
    left: dict[str, int] = {}
    while time.monotonic() - began < seconds:
        with contextlib.suppress(sa.exc.OperationalError):  # SQLite has one writer, and these are many
            lift(timedelta(0))
            hurried()
            claimers_are_gone()
            fetchers_are_gone()
        left = unquiet(driver, ledger(driver.stack.carrier))
        if not any(left.values()):
            return time.monotonic() - began, {}
        time.sleep(1)
    return seconds, {name: count for name, count in left.items() if count}


def states() -> dict[str, Any]:
    with reading() as session:
        query = sa.select(Message.state, sa.func.count()).where(Message.direction == "out").group_by(Message.state)
        return {str(name): count for name, count in session.execute(query)}

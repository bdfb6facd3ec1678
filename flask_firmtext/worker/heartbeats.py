"""Signs of life: a row a process, so that a dead one is noticed by whoever reads them."""

from __future__ import annotations

import logging
import math
import os
import platform
import time
import uuid
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from ..current import firmtext
from ..store.base import new_id
from ..store.models import Heartbeat
from ..store.transactions import own, reading
from ..store.upsert import insert_or_update

log = logging.getLogger(__name__)

SEND, MEDIA, FILING, WEBHOOKS, SWEEP = "send", "media", "filing", "webhooks", "sweep"
EVERY = 10.0
#: A kind of process that has been silent for longer is gone: others send meanwhile, and an operator hears of it.
GONE = {
    SEND: timedelta(seconds=45),
    MEDIA: timedelta(seconds=45),
    FILING: timedelta(seconds=60),
    WEBHOOKS: timedelta(seconds=60),
    SWEEP: timedelta(seconds=60),
}
#: A text that has been due for longer says that nobody sends.
OVERDUE = timedelta(seconds=120)
FORGOTTEN = timedelta(days=1)
BOOT = uuid.uuid4().hex
VERSION = version("flask-firmtext")


def beat(kind: str, *, lag: int = 0) -> None:
    """Write this process's row. ``lag`` is the age of the oldest due text, in seconds."""
    now = firmtext.clock.now()
    values = {
        "id": new_id(),
        "kind": kind,
        "host": platform.node(),
        "pid": os.getpid(),
        "boot": BOOT,
        "version": VERSION,
        "started_at": now,
        "beat_at": now,
        "lag": lag,
    }
    with own() as session:
        insert_or_update(session, Heartbeat, ["kind", "host", "pid", "boot"], values, {"beat_at": now, "lag": lag})
    firmtext.beaten_at[kind] = time.monotonic()


def beat_now_and_then(kind: str) -> None:
    """Beat, unless this process did within the last ten seconds. Never raises: sending goes before a sign of life."""
    if time.monotonic() - firmtext.beaten_at.get(kind, -math.inf) < EVERY:
        return
    try:
        beat(kind)
    except SQLAlchemyError as error:
        log.warning("no heartbeat: the database is away (%s)", type(error).__name__)


def newest(kind: str) -> datetime | None:
    """When a process of this kind last beat.

    A beat of a time to come is none: who died with a wrong clock would be taken for alive until then (F76).
    """
    soon = firmtext.clock.now() + GONE[kind]
    with reading() as session:
        beats = select(func.max(Heartbeat.beat_at)).where(Heartbeat.kind == kind, Heartbeat.beat_at <= soon)
        return session.scalar(beats)


def is_gone(kind: str) -> bool:
    """Whether no process of this kind has given a sign of life for too long."""
    last = newest(kind)
    return last is None or firmtext.clock.now() - last > GONE[kind]


def forget_old() -> None:
    """Remove the rows of processes that ended long ago."""
    with own() as session:
        session.execute(delete(Heartbeat).where(Heartbeat.beat_at < firmtext.clock.now() - FORGOTTEN))

"""What needs an operator, in words that alarms read."""

from __future__ import annotations

from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from .. import migrations
from ..adapters import bell
from ..current import firmtext
from ..store import configured, queries
from ..store.transactions import reading
from . import bells, heartbeats


def reasons() -> list[str]:
    """``database`` or ``migrations`` alone, because nothing else can be known then; else whatever is wrong."""
    try:
        return ["migrations"] if _is_behind() else _wrong()
    except SQLAlchemyError:
        return ["database"]


def _wrong() -> list[str]:
    found = {
        "sweep": heartbeats.is_gone(heartbeats.SWEEP),
        "worker": bool(firmtext.settings.redis_url) and _worker_is_gone(),
        "redis": not _redis_answers(),
        "keys": _keys_are_wrong(),
        "holds": _holds_stand(),
        "oldest_due": bells.oldest_due() > heartbeats.OVERDUE,
    }
    return [reason for reason, wrong in found.items() if wrong]


def _worker_is_gone() -> bool:
    """Whether a process is missing that every worker starts. The sweep does its work meanwhile, later."""
    return heartbeats.is_gone(heartbeats.SEND) or heartbeats.is_gone(heartbeats.MEDIA)


def _is_behind() -> bool:
    with firmtext.engine.connect() as connection:
        return migrations.current(connection) != migrations.head()


def _redis_answers() -> bool:
    url = firmtext.settings.redis_url
    try:
        return not url or bell.works(url)
    except RedisError:
        return False


def _keys_are_wrong() -> bool:
    with reading() as session:
        return bool(configured.faults(session))


def _holds_stand() -> bool:
    with reading() as session:
        return bool(queries.standing_holds(session))

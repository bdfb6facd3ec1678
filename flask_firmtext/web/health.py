"""Whether this process works (``healthz``, for load balancers) and whether all is well (``readyz``, for alarms)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from ..adapters import bell
from ..current import firmtext
from ..store import keys, queries
from ..store.counters import count
from ..store.transactions import own, reading
from ..worker import bells, heartbeats

blueprint = Blueprint("firmtext_health", __name__)

OLDEST_DUE = timedelta(seconds=120)
BEAT = timedelta(seconds=60)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 while the process answers and the database can be written."""
    try:
        with own() as session:
            count(session, "healthz")
    except SQLAlchemyError:
        return jsonify(status="down"), 503
    return jsonify(status="ok"), 200


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """503 with reason words when something needs an operator."""
    try:
        reasons = _reasons()
    except SQLAlchemyError:
        reasons = ["database"]
    if reasons:
        return jsonify(status="degraded", reasons=reasons), 503
    return jsonify(status="ok", reasons=[]), 200


def _reasons() -> list[str]:
    found = {
        "sweep": _silent(heartbeats.SWEEP),
        "worker": bool(firmtext.settings.redis_url) and _silent(heartbeats.SEND),
        "redis": not _redis_answers(),
        "keys": _keys_are_wrong(),
        "holds": _holds_stand(),
        "oldest_due": bells.oldest_due() > OLDEST_DUE,
    }
    return [reason for reason, wrong in found.items() if wrong]


def _silent(kind: str) -> bool:
    newest = heartbeats.newest(kind)
    return newest is None or firmtext.clock.now() - newest > BEAT


def _redis_answers() -> bool:
    url = firmtext.settings.redis_url
    try:
        return not url or bell.works(url)
    except RedisError:
        return False


def _keys_are_wrong() -> bool:
    with reading() as session:
        return bool(keys.configured_faults(session))


def _holds_stand() -> bool:
    with reading() as session:
        return bool(queries.standing_holds(session))

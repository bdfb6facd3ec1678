"""Whether somebody sends and fetches: the bell, the workers, the sweep, and what waits too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from ...current import firmtext
from ...store import operator_queries, queries
from ...store.transactions import reading
from ...worker import heartbeats
from .finding import Finding, doubtful, fine, wrong

_START = "Start `flask firmtext worker` beside the web server, under a supervisor; it starts the sweep too."

#: Processes of a worker that the sweep does without, and what is said when there is none.
HELPERS = {
    heartbeats.MEDIA: "No process fetches received files; the sweep does, up to 15 s later.",
    heartbeats.FILING: "No process files received documents; the sweep does, one after the other.",
    heartbeats.WEBHOOKS: "No process posts firms' webhooks; the sweep does, up to 15 s later.",
}


def bell() -> Iterator[Finding]:
    """Redis or Valkey, if one is configured."""
    url = firmtext.settings.redis_url
    if url is None:
        yield doubtful(
            "redis", "No bell: texts wait for the next pass of the sweep.", "Set FIRMTEXT_REDIS_URL to send at once."
        )
        return
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()
        yield fine("redis", "It answers.")
    except (redis.RedisError, OSError) as error:
        yield wrong(
            "redis",
            f"It does not answer: {type(error).__name__}. The sweep sends meanwhile, up to 75 seconds late.",
            "Start it, or mend FIRMTEXT_REDIS_URL.",
        )
    finally:
        client.close()


def senders() -> Iterator[Finding]:
    """The heartbeats of sweep, workers and of the helpers, and the oldest text that is due."""
    with reading() as session:
        now = operator_queries.now(session)
        beats = operator_queries.newest_beats(session)
        due = queries.oldest_due_at(session)
    helpers = {kind: beats.pop(kind, None) for kind in HELPERS}
    yield _alive("sweep", beats.pop(heartbeats.SWEEP, None), now, heartbeats.GONE[heartbeats.SWEEP])
    if firmtext.settings.redis_url is not None:
        yield _alive("worker", max(beats.values(), default=None), now, heartbeats.GONE[heartbeats.SEND])
    for kind, beat in helpers.items():
        if beat is None or now - beat > heartbeats.GONE[kind]:
            yield doubtful(kind, HELPERS[kind], _START)
    if due is not None and now - due > heartbeats.OVERDUE:
        late = _seconds(now, due)
        yield wrong("due", f"The oldest text that is due has waited for {late} s.", f"Nobody sends. {_START}")


def _alive(name: str, beat: datetime | None, now: datetime, allowed: timedelta) -> Finding:
    if beat is None:
        return wrong(name, f"No {name} has ever run here.", _START)
    age = _seconds(now, beat)
    if now - beat > allowed:
        return wrong(name, f"The last sign of life of a {name} is {age} s old.", _START)
    return fine(name, f"Alive {age} s ago.")


def _seconds(now: datetime, then: datetime) -> int:
    return max(0, round((now - then).total_seconds()))

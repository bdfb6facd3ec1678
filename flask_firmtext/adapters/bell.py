"""The bell: tells workers that something is due. Losing it is free, because the sweep finds what nobody was told."""

from __future__ import annotations

import logging
from functools import lru_cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

SEND = "firmtext-send"
DRAIN = "flask_firmtext.worker.tasks.drain"

#: Longer than the exchange with the carrier and the database's patience, so that RQ never interrupts a POST (seconds).
JOB_TIMEOUT = 600
JOB_LIFE = 300


@lru_cache(maxsize=8)
def _client(url: str) -> Redis:
    # redis-py repeats by default: one ring took 15 s against a hung server. A person's page must not wait for that.
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


def ring(url: str, message_id: str, n: int = 0) -> None:
    """Tell a worker about a due text; ``n`` counts the rings of that text, because RQ refuses a job id it still keeps.

    :raises redis.RedisError: nobody was told.
    """
    queue = Queue(SEND, connection=_client(url), serializer=JSONSerializer)
    try:
        queue.enqueue_call(
            DRAIN,
            args=(message_id,),
            job_id=f"firmtext-send-{message_id}-{n}",
            description="firmtext send",
            timeout=JOB_TIMEOUT,
            result_ttl=0,
            failure_ttl=0,
            ttl=JOB_LIFE,
            unique=True,
        )
    except DuplicateJobError:
        log.debug("a text was rung twice")


def remember(url: str, name: str, value: str) -> None:
    """Keep a value until another comes."""
    _client(url).set(name, value)


def recall(url: str, name: str) -> str | None:
    """What was kept under ``name``."""
    kept = _client(url).get(name)
    return kept.decode("ascii") if isinstance(kept, bytes) else None


def works(url: str) -> bool:
    """Whether Redis answers within a second."""
    return bool(_client(url).ping())

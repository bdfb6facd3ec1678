"""The bell: tells workers that something is due. Losing it is free, because the sweep finds what nobody was told."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

SEND = "firmtext-send"
DRAIN = "flask_firmtext.worker.tasks.drain"

#: Longer than the exchange with the carrier and the database's patience, so that RQ never interrupts a POST (seconds).
JOB_TIMEOUT = 600
JOB_LIFE = 300
#: How every job of ours is named; the text's id and the number of the ring follow.
PREFIX = f"{SEND}-"
#: One look for a ring (seconds): shorter than the client's patience, and a process that is to stop waits no longer.
A_LOOK = 0.5


@lru_cache(maxsize=8)
def _client(url: str) -> Redis:
    # redis-py repeats by default: one ring took 15 s against a hung server. A person's page must not wait for that.
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))


def ring(url: str, message_id: str, n: int = 0) -> None:
    """Tell a worker about a due text; ``n`` counts the rings of that text, because RQ refuses a job id it still keeps.

    :raises redis.RedisError: nobody was told.
    """
    client = _client(url)
    queue = Queue(SEND, connection=client, serializer=JSONSerializer)
    # RQ notes that there is such a queue before each job, and waits for the answer. Here the text goes first.
    noted = client.pipeline()
    try:
        queue.enqueue_call(
            DRAIN,
            args=(message_id,),
            job_id=f"{PREFIX}{message_id}-{n}",
            description="firmtext send",
            timeout=JOB_TIMEOUT,
            result_ttl=0,
            failure_ttl=0,
            ttl=JOB_LIFE,
            unique=True,
            pipeline=noted,
        )
    except DuplicateJobError:
        log.debug("a text was rung twice")
    noted.execute()


def heard(url: str) -> str | None:
    """The text of the next ring, for a process that is awake; None when nobody has rung for a moment.

    RQ needs a dozen commands to begin a job and as many to close it. Their queue is read here without: a ring that is
    lost with its hearer is as free as any other, and nothing runs that stands in a job.

    :raises redis.RedisError: Redis is away.
    """
    client = _client(url)
    found = cast("tuple[bytes, bytes] | None", client.blpop([Queue(SEND, connection=client).key], timeout=A_LOOK))
    if found is None:
        return None
    job_id = found[1].decode("ascii", "replace")
    client.delete(Job.key_for(job_id))
    return job_id.removeprefix(PREFIX).rpartition("-")[0]


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

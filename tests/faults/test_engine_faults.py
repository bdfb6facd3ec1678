"""A process without memory, engines with one connection, transactions that meet, with real processes: no text is lost
or posted twice."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.store.models import Conversation, Message
from flask_firmtext.worker import heartbeats
from hostapp import OPTIONS
from outbound import FAST, attempts, message, older, people, state, states
from rows import accepted, adopt
from servers import until
from workers import beating, working

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
#: Sessions that wait for a row that somebody else has.
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    return carrier_app


def posted_once(sandbox: Any, count: int) -> None:
    references = [post["client_ref"] for post in sandbox.posts]
    assert len(references) == len(set(references)) == count


@pytest.mark.fault("F12")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="no process can be given a limit here")
def test_f12_a_sender_that_gets_no_more_memory_ends_and_another_sends_all_once(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path
) -> None:
    clients = people(harbor, 20)
    with working(host_environment, tmp_path) as worker:
        until(lambda: beating(heartbeats.SEND) and beating(heartbeats.SWEEP), seconds=90)
        (sender,) = [one for one in worker.ready() if one.pid in beating(heartbeats.SEND)]
        used = sender.memory_info().rss
        resource.prlimit(sender.pid, resource.RLIMIT_AS, (used // 2, used // 2))
        texts = [accepted("Hello", contact=ref) for ref in clients]
        until(lambda: not sender.is_running(), seconds=60)
        older(31, *(text for text in texts if state(text) == "queued"))
        until(lambda: not {"queued", "sending"} & {*states()}, seconds=160)
        assert worker.parent.poll() is None
        assert worker.stop() == 0
    assert {*states()} <= {"submitted", "unknown"}, states()
    references = [post["client_ref"] for post in sandbox.posts]
    assert len(references) == len(set(references)) >= states().get("submitted", 0) > 0


@pytest.mark.fault("F17")
def test_f17_eight_senders_with_one_connection_each_send_five_hundred_texts_once(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    clients = people(harbor, 500)
    texts = [accepted("Hello", contact=ref) for ref in clients]
    one = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 20}
    with working(host_environment, tmp_path, "--processes", "8", **{OPTIONS: json.dumps(one)}) as worker:
        until(lambda: len(beating(heartbeats.SEND)) == 8 and beating(heartbeats.SWEEP), seconds=120)
        children = worker.ready(9)
        older(31, *texts)
        until(lambda: states() == {"submitted": 500}, seconds=300)
        assert {child.pid for child in children} == {child.pid for child in worker.ready(9)}, "none of them died"
        assert worker.stop() == 0
    posted_once(sandbox, 500)
    assert {len(attempts(text)) for text in texts} == {1}
    assert not [line for line in worker.log.read_text().splitlines() if "Error" in line or "SSL" in line]


@pytest.mark.fault("F32")
def test_f32_a_sender_that_the_database_ends_for_a_deadlock_posts_nothing_then_and_once_afterwards(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    with adversary(database_url) as other:
        text = accepted("Hello")
        conversation = message(text).conversation_id
        other.execute(sa.select(Message.id).where(Message.id == text).with_for_update())
        with working(host_environment, tmp_path) as worker:
            until(lambda: other.execute(sa.text(WAITING)).scalar_one(), seconds=60)
            # The sender has the conversation and waits for the text: this comes back because the sender was ended.
            other.execute(sa.update(Conversation).where(Conversation.id == conversation).values(turn=Conversation.turn))
            assert (state(text), sandbox.posts, attempts(text)) == ("queued", [], [])
            other.rollback()
            until(lambda: state(text) == "submitted", seconds=60)
            assert worker.stop() == 0
        assert worker.log.read_text() == "sending pauses for a second (OperationalError)\n"
    posted_once(sandbox, 1)


@pytest.mark.fault("F32")
def test_f32_with_a_host_that_serializes_a_claim_that_had_to_wait_goes_on_without_an_error(
    harbor: Any, sandbox: Any, host_environment: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    strict = {OPTIONS: json.dumps({"isolation_level": "SERIALIZABLE"})}
    with adversary(database_url) as other:
        text = accepted("Hello")
        other.execute(sa.update(Message).where(Message.id == text).values(rings=Message.rings + 1))
        with working(host_environment, tmp_path, **strict) as worker:
            until(lambda: other.execute(sa.text(WAITING)).scalar_one(), seconds=60)
            other.commit()
            until(lambda: state(text) == "submitted", seconds=60)
            assert worker.stop() == 0
        assert worker.log.read_text() == ""
    posted_once(sandbox, 1)


@contextmanager
def adversary(url: str) -> Iterator[sa.Connection]:
    """Somebody else's connection, which waits for longer than anybody of ours."""
    if not url.startswith("postgresql"):
        pytest.skip("SQLite has one lock, so none can be taken in another order")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        name = sa.make_url(url).database
        connection.execute(sa.text(f"ALTER DATABASE {name} SET deadlock_timeout = '5s'"))  # time to close the circle
        connection.execute(sa.text("SET deadlock_timeout = '5min'"))
        connection.commit()
        yield connection
        connection.rollback()
        connection.execute(sa.text(f"ALTER DATABASE {name} RESET deadlock_timeout"))
        connection.commit()
    engine.dispose()

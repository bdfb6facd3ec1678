"""Transactions that meet in the database, with real processes: no text is lost or posted twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.store.models import Conversation, Message
from hostapp import OPTIONS
from outbound import FAST, attempts, message, state
from rows import accepted, adopt
from servers import until
from workers import working

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

"""An older backup is restored while texts wait in it that were sent since."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from flask_firmtext.cli import firmtext as group
from rq import Queue
from rq.serializers import JSONSerializer

from flask_firmtext.adapters import bell
from flask_firmtext.current import firmtext
from flask_firmtext.store import queries
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import heartbeats, sweep
from outbound import FAST, older, people, state, states
from rows import accepted, verified_number
from servers import until
from workers import working


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST}


def backup(url: sa.URL, into: sa.URL) -> None:
    """The database as it is now becomes ``into``. Nobody is connected."""
    if url.get_backend_name() == "sqlite":
        shutil.copy(str(url.database), str(into.database))
        return
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{into.database}"')
        connection.exec_driver_sql(f'CREATE DATABASE "{into.database}" TEMPLATE "{url.database}"')


@pytest.mark.slow
@pytest.mark.fault("F41")
def test_f41_texts_that_wait_in_a_restored_backup_are_not_sent_until_a_person_says_so(
    carrier_app: Any,
    new_app: Callable[..., Any],
    new_database: Callable[[str], str],
    carrier_settings: dict[str, str],
    host_environment: dict[str, str],
    sandbox: Any,
    tmp_path: Path,
) -> None:
    restored = sa.make_url(new_database(firmtext.engine.dialect.name))
    verified_number()
    accepted("Before the backup")
    sweep.once()
    texts = [accepted("Waiting", contact=ref) for ref in people(carrier_app, 20)]
    firmtext.db.session.remove()
    firmtext.engine.dispose()
    backup(firmtext.engine.url, restored)
    with working(host_environment, tmp_path) as worker:
        worker.ready()
        until(lambda: not states().get("queued"), seconds=60)
        assert worker.stop() == 0
    sweep.once()
    before = len(sandbox.posts)
    assert before == 21
    config = {**carrier_settings, "SQLALCHEMY_DATABASE_URI": restored.render_as_string(False)}
    app = new_app(**config)
    with app.app_context(), working({**host_environment, **config}, tmp_path) as worker:
        worker.ready()
        older(60, *texts)
        for text in texts:
            bell.ring(firmtext.settings.redis_url, str(text))
        with redis.Redis.from_url(firmtext.settings.redis_url) as client:
            queue = Queue(bell.SEND, connection=client, serializer=JSONSerializer)
            until(lambda: not queue.count)  # whoever is awake hears them without jobs of their own
        until(lambda: heartbeats.newest(heartbeats.SWEEP))
        with reading() as session:
            assert [hold.code for hold in queries.standing_holds(session)] == ["restore"]
        assert (len(sandbox.posts), {state(text) for text in texts}) == (before, {"queued"})
        assert "holds" in app.test_client().get("/texting/readyz").json["reasons"]
        told = app.test_cli_runner().invoke(group, ["doctor"]).output
        assert "a backup was restored" in told
        assert "looks through the waiting texts" in told
        lifted = app.test_cli_runner().invoke(group, ["holds", "lift", "--all", "--yes"])
        assert lifted.exit_code == 0, lifted.output
        until(lambda: {state(text) for text in texts} <= {"submitted", "delivered"}, seconds=60)
        assert len(sandbox.posts) == before + 20
        assert worker.stop() == 0

"""``webhooks list``, ``test`` and ``retry``: no secret is ever printed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from flask_firmtext.firm import deliveries, endpoint_secrets, endpoints
from flask_firmtext.store import endpoint_queries
from flask_firmtext.store.models import Delivery
from flask_firmtext.store.transactions import own, reading

Cli = Callable[..., Any]


def test_an_address_is_listed_tested_and_posted_to_again(cli: Cli, app: Any) -> None:
    with app.app_context(), own() as session:
        made = endpoints.add(session, "harbor", "https://hooks.example/", ["text.failed"], content=False, by="admin")
    id_, secret = str(made[0]), made[1]
    listed = cli("webhooks", "list", "--json")
    (row,) = json.loads(listed.stdout)
    assert (row["id"], row["url"], row["state"]) == (id_, "https://hooks.example/", "on")
    assert secret not in listed.stdout
    assert json.loads(cli("webhooks", "list", "--firm", "summit", "--json").stdout) == []
    event = json.loads(cli("webhooks", "test", id_, "--yes", "--json").stdout)["event"]
    with app.app_context(), own() as session:
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(state="failed", tries=10))
    assert cli("webhooks", "retry", id_).exit_code == 2
    for expected in ([event], []):
        again = cli("webhooks", "retry", id_, "--yes", "--json")
        assert json.loads(again.stdout) == {"retried": expected, "skipped": []}
    with app.app_context(), reading() as session:
        assert session.execute(select(Delivery.state, Delivery.tries)).one() == ("waiting", 0)


def test_more_than_goes_at_once_is_posted_again_by_one_command(
    cli: Cli, app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "AT_ONCE", 2)
    with app.app_context(), own() as session:
        made, _ = endpoints.add(session, "harbor", "https://hooks.example/", ["text.failed"], content=False, by="admin")
        session.flush()
        events = [str(deliveries.try_out(session, "harbor", made, by="admin")) for _ in range(5)]
        session.flush()
        session.execute(update(Delivery).where(Delivery.firm == "harbor").values(state="failed", tries=10))
    since = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert json.loads(cli("webhooks", "retry", str(made), "--since", since, "--yes", "--json").stdout)["retried"] == []
    done = cli("webhooks", "retry", str(made), "--since", "2h", "--yes", "--json")
    assert sorted(json.loads(done.stdout)["retried"]) == sorted(events)
    assert cli("webhooks", "retry", str(made), "--since", "soon", "--yes").exit_code == 2


def test_a_replaced_secret_is_ended_once(cli: Cli, app: Any) -> None:
    with app.app_context(), own() as session:
        made, _ = endpoints.add(session, "harbor", "https://hooks.example/", ["text.failed"], content=False, by="admin")
        session.flush()
        new = endpoint_secrets.rotate(session, "harbor", made, by="admin")
    assert json.loads(cli("webhooks", "list", "--json").stdout)[0]["old_secret_until"] is not None
    assert cli("webhooks", "expire", str(made)).exit_code == 2
    for ended in (True, False):
        told = cli("webhooks", "expire", str(made), "--yes", "--json")
        assert (json.loads(told.stdout), str(new) in told.output) == ({"ended": ended}, False)
    with app.app_context(), reading() as session:
        row = endpoint_queries.one(session, "harbor", made)
        assert row
        assert endpoint_secrets.signing(session, row)[1] == [new]


def test_one_that_is_not_there_is_a_failure(cli: Cli) -> None:
    for verb in ("test", "retry", "expire"):
        assert cli("webhooks", verb, str(uuid.uuid4()), "--yes").exit_code == 1

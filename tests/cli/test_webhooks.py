"""``webhooks list``, ``test`` and ``retry``: no secret is ever printed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from flask_firmtext.firm import endpoints
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


def test_one_that_is_not_there_is_a_failure(cli: Cli) -> None:
    for verb in ("test", "retry"):
        assert cli("webhooks", verb, str(uuid.uuid4()), "--yes").exit_code == 1

"""The fixtures that ship, used as a host's tests use them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from flask_firmtext import FirmText
from flask_firmtext.current import firmtext
from flask_firmtext.ports.gateway import Outbound
from flask_firmtext.testing import MemoryGateway, MemoryHost, fixtures
from flask_firmtext.testing.fixtures import LocalCarrier
from hostapp import KEYS

#: As ``pytest_plugins`` brings them.
memory_host, memory_gateway = fixtures.memory_host, fixtures.memory_gateway
running_sandbox, sandbox = fixtures.running_sandbox, fixtures.sandbox
HELLO = Outbound(sender="+18335550100", to="+13125550100", text="Hello", reference="first")


@pytest.fixture
def sandbox_webhooks() -> str:
    return "http://127.0.0.1:9/texting/webhooks"


@pytest.fixture
def bound(memory_host: MemoryHost) -> Iterator[Callable[..., Flask]]:
    made: list[tuple[Flask, SQLAlchemy]] = []

    def bind(**settings: Any) -> Flask:
        app, db = Flask("practice"), SQLAlchemy()
        app.config.update({"SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": "sqlite://", **KEYS, **settings})
        db.init_app(app)
        FirmText().init_app(app, db=db, host=memory_host)
        made.append((app, db))
        return app

    yield bind
    for app, db in made:
        with app.app_context():
            db.engine.dispose()


def test_a_host_and_a_carrier_in_memory(bound: Callable[..., Flask], memory_gateway: MemoryGateway) -> None:
    app = bound()
    app.extensions["firmtext"].gateway = memory_gateway
    with app.app_context():
        firmtext.gateway.send(HELLO, seconds=1)
        assert firmtext.host.for_firm("harbor").contacts.get("rosa") is not None
    assert memory_gateway.sent == [HELLO]


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_sandbox_begins_with_an_empty_ledger(bound: Callable[..., Flask], sandbox: LocalCarrier, time: str) -> None:
    assert sandbox.ledger() == {"posts": [], "webhooks": []}
    with bound(**sandbox.settings).app_context():
        firmtext.gateway.probe()
        number = firmtext.gateway.search("US", size=1)[0].e164
        firmtext.gateway.buy(number, "US")
        firmtext.gateway.link(number, "US")
        firmtext.gateway.send(replace(HELLO, sender=number, reference=time), seconds=5)
    assert [one["text"] for one in sandbox.ledger()["posts"]] == ["Hello"]
    shown = requests.get(f"{sandbox.control}/_sandbox/phones", timeout=5).json()
    assert [one["texts"][0]["text"] for one in shown if one["texts"]] == ["Hello"]


def test_the_line_that_brings_them_is_the_one_in_the_documents() -> None:
    line = f'pytest_plugins = ["{fixtures.__name__}"]'
    page = (Path(__file__).parents[2] / "docs" / "host.md").read_text(encoding="utf-8")
    assert line in page
    assert line in (fixtures.__doc__ or "")

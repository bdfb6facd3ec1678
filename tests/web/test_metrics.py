"""Figures for Prometheus: counted from the database, behind a token, and without a word that anybody said."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from administering import held, kept
from flask_firmtext.current import firmtext
from flask_firmtext.store import counters
from flask_firmtext.store.models import Attempt
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own
from flask_firmtext.web import metrics
from flask_firmtext.worker import heartbeats
from office import Office, Statements
from rows import STAFF, accepted, changed, verified_number

TOKEN = "for-tests-only-0123456789"
OTHER = "for-tests-only-9876543210"
MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway", "FIRMTEXT_METRICS_TOKEN": TOKEN}


@pytest.fixture
def watched(new_app: Callable[..., Any]) -> Any:
    app = new_app(**MEMORY)
    with app.app_context():
        yield app


def scraped(app: Any, token: str = TOKEN) -> Any:
    return app.test_client().get("/texting/metrics", headers={"Authorization": f"Bearer {token}"})


@contextlib.contextmanager
def away(app: Any) -> Iterator[None]:
    """The engine leads to a database that is not there."""
    engines = app.extensions["sqlalchemy"].engines
    engine, engines[None] = engines[None], sa.create_engine("sqlite:////nowhere/at/all.db")
    yield
    engines[None] = engine


def figures(app: Any) -> dict[str, dict[str, float]]:
    """By name, what each label says."""
    answer = scraped(app)
    assert answer.status_code == 200, answer.text
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found.setdefault(sample.name, {})["".join(sample.labels.values())] = sample.value
    return found


def test_there_are_none_unless_a_token_is_set(app: Any) -> None:
    assert scraped(app).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ünïcode"])
def test_another_token_is_refused(watched: Any, given: str) -> None:
    answer = watched.test_client().get("/texting/metrics", headers={"Authorization": given})
    assert (answer.status_code, answer.data) == (401, b"")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_can_be_replaced(new_app: Callable[..., Any]) -> None:
    app = new_app(**MEMORY | {"FIRMTEXT_METRICS_TOKEN": f"{OTHER},{TOKEN}"})
    assert [scraped(app, token).status_code for token in (OTHER, TOKEN)] == [200, 200]


def test_an_empty_installation_says_so(watched: Any) -> None:
    found = figures(watched)
    assert found["firmtext_oldest_due_seconds"] == {"": 0}
    assert set(found["firmtext_texts"].values()) == {0}
    assert found["firmtext_not_ready"]["sweep"] == 1
    assert "firmtext_webhook_age_seconds" not in found


def test_the_figures_are_those_of_the_database(watched: Any) -> None:
    verified_number()
    now = firmtext.clock.now()
    changed(accepted("waits"), not_before=now - timedelta(seconds=150))
    for hours, code in ((1, "1060"), (30, "1060"), (2, "1190")):
        at = now - timedelta(hours=hours)
        changed(accepted("fails", contact="grace"), state="failed", code=code, state_at=at, not_before=at)
    held(HoldKind.NUMBER, "+18335550199", "number")
    kept()
    heartbeats.beat(heartbeats.SWEEP, lag=7)
    attempts = [attempted("busy", now - timedelta(hours=1)), attempted("quota", now - timedelta(hours=30))]
    with own() as session:
        counters.count(session, "webhook_refused.clock")
        counters.count(session, "webhook_signed.a-mark")
        session.add_all(attempts)
    found = figures(watched)
    assert 150 <= found["firmtext_oldest_due_seconds"][""] < 170
    assert {state: n for state, n in found["firmtext_texts"].items() if n} == {"queued": 1}
    assert {state: n for state, n in found["firmtext_texts_over_24h"].items() if n} == {"failed": 2, "cancelled": 2}
    assert found["firmtext_texts_failed_24h"] == {"1060": 1, "1190": 1}
    assert found["firmtext_attempts_not_sent_24h"] == {"busy": 1}
    assert found["firmtext_holds"] == {"number": 1}
    assert found["firmtext_heartbeat_lag_seconds"] == {"sweep": 7}
    assert found["firmtext_heartbeat_age_seconds"]["sweep"] < 20
    assert found["firmtext_webhook_age_seconds"]["kept"] < 20
    assert found["firmtext_counted_total"] == {"webhook_refused.clock": 1}
    assert {reason for reason, wrong in found["firmtext_not_ready"].items() if wrong} == {"holds", "oldest_due"}


def attempted(evidence: str, at: Any) -> Attempt:
    text = accepted("tried", contact="henry")
    changed(text, state="cancelled")
    times = {"claimed_at": at, "deadline": at, "closed_at": at}
    return Attempt(firm="harbor", message_id=text, n=1, claimed_by="x", outcome="not_sent", evidence=evidence, **times)


def test_they_say_no_text_number_name_or_firm(watched: Any) -> None:
    verified_number()
    changed(accepted("canary-sang"), state="failed", code="1060")
    held(HoldKind.NUMBER, "+18335550100", "number")
    said = scraped(watched).text
    assert not any(word in said for word in ("canary", "8335550100", "3125550100", "Rosa", "harbor", STAFF.ref, TOKEN))


def test_a_scrape_asks_the_same_however_many_texts_there_are(watched: Any) -> None:
    office, asked = Office(watched), []
    office.sends()
    scraped(watched)  # what a process looks up once
    for texts in (1, 300):
        if texts > 1:
            office.text_copies(texts)
        with Statements(watched) as statements:
            assert scraped(watched).status_code == 200
        asked.append(statements.seen)
    assert asked[0] == asked[1]
    assert len(asked[0]) <= 30


def test_a_database_that_is_away_is_no_figure(watched: Any) -> None:
    with away(watched):
        answer = scraped(watched)
    assert (answer.status_code, answer.data) == (503, b"")


def test_without_the_library_it_says_what_to_install(watched: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "flask_firmtext.web.figures", None)
    answer = scraped(watched)
    assert (answer.status_code, answer.text) == (503, metrics.LACKING)


def test_what_a_limit_refuses_is_counted(new_app: Callable[..., Any]) -> None:
    app = new_app(**MEMORY, FIRMTEXT_USER_TEXTS_PER_MINUTE=1)
    with app.app_context():
        staff = Office(app).person()
        for n in range(3):
            staff.send("/texting/new?contact=rosa", f"Hello {n}")
        assert figures(app)["firmtext_counted_total"] == {"limit_refused.user_texts": 1}

"""``doctor``, ``stats`` and the metrics say how firms' webhooks go out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_firmtext.cli.doctor.outgoing import outgoing
from prometheus_client.core import Metric
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.firm import deliveries, endpoints
from flask_firmtext.store import endpoint_queries
from flask_firmtext.store.models import Delivery, Endpoint
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.web.figures import Figures
from office import ADMIN


def added(session: Session, firm: str = "harbor") -> None:
    made, _ = endpoints.add(session, firm, "https://hooks.example/", ["text.failed"], content=False, by=ADMIN)
    session.flush()
    deliveries.try_out(session, firm, made, by=ADMIN)


@pytest.fixture
def waiting(app: object) -> None:
    """An event has been due for ten minutes."""
    with own() as session:
        added(session)
        since = firmtext.clock.now() - timedelta(minutes=10)
        session.execute(sa.update(Delivery).where(Delivery.firm == "harbor").values(not_before=since))


def changed(**values: object) -> None:
    with own() as session:
        session.execute(sa.update(Endpoint).where(Endpoint.firm == "harbor").values(**values))


def figures() -> dict[str, dict[str, float]]:
    def by_label(family: Metric) -> dict[str, float]:
        return {"".join(sample.labels.values()): sample.value for sample in family.samples}

    return {family.name: by_label(family) for family in Figures().collect() if "outgoing" in family.name}


def test_where_no_firm_has_any_nothing_is_said(app: object) -> None:
    assert list(outgoing()) == []
    assert figures()["firmtext_outgoing_due_seconds"] == {"": 0}


def test_what_is_due_where_nothing_fails_says_that_nobody_posts(waiting: None) -> None:
    late, well = outgoing()
    assert (late.id, late.level, well.level) == ("outgoing.due", "error", "ok")
    assert "has waited for 60" in late.seen
    found = figures()
    assert 600 <= found["firmtext_outgoing_due_seconds"][""] < 620
    assert found["firmtext_outgoing_addresses"] == {"well": 1, "failing": 0, "off": 0}


def test_an_address_that_fails_or_was_turned_off_by_us_is_told_and_nobody_is_late(waiting: None) -> None:
    changed(failing_since=firmtext.clock.now())
    with own() as session:
        added(session, "summit")
    (finding,) = outgoing()
    assert (finding.id, finding.level) == ("outgoing", "warning")
    assert "1 get nothing now, and 0" in finding.seen
    changed(failing_since=None, state="off", why="failing")
    assert [finding.id for finding in outgoing()] == ["outgoing"]
    with reading() as session:
        assert endpoint_queries.standing(session) == {"well": 1, "failing": 0, "off": 1}
    changed(why=None)
    assert [finding.level for finding in outgoing()] == ["ok"], "who turned it off was a person"

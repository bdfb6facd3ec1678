"""Sending stands still for what the carrier refuses, and goes on when a person or the probe says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import holds as verbs
from flask_firmtext.messaging import overdue
from flask_firmtext.ports.values import User
from flask_firmtext.store import changes
from flask_firmtext.store.models import Audit, Hold, Message
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing import MemoryGateway
from flask_firmtext.worker import bells, drain
from flask_firmtext.worker.sweep import Sweep
from outbound import FAST, HARBOR, SUMMIT, attempts, due_now, holds, older, people, rewrite, state
from rows import STAFF, accepted, adopt

SUMMIT_STAFF = User("staff@summit.example", "Stan Staff", "summit")


@pytest.fixture
def carrier_settings(carrier_settings: dict[str, str]) -> dict[str, str]:
    return {**carrier_settings, **FAST, "FIRMTEXT_REDIS_URL": ""}


@pytest.fixture
def harbor(carrier_app: Any) -> Any:
    adopt()
    adopt("summit", SUMMIT)
    return carrier_app


def put(kind: HoldKind, object_: str, code: str = "auth") -> bool:
    with own() as session:
        return verbs.put(session, kind, object_, code, by="cli:test")


@pytest.mark.fault("F57")
@pytest.mark.parametrize(
    ("kind", "object_", "stopped"),
    [
        (HoldKind.ACCOUNT, "default", {"harbor", "summit"}),
        (HoldKind.NUMBER, HARBOR, {"harbor"}),
        (HoldKind.FIRM, "summit", {"summit"}),
    ],
)
def test_a_hold_stops_its_object_and_nothing_else(
    kind: HoldKind, object_: str, stopped: set[str], harbor: Any, sandbox: Any
) -> None:
    put(kind, object_)
    of_harbor, of_summit = accepted("Hello", by=STAFF), accepted("Hello", contact="paul", by=SUMMIT_STAFF)
    drain.run()
    waiting = {firm for firm, text in (("harbor", of_harbor), ("summit", of_summit)) if state(text) == "queued"}
    assert waiting == stopped
    assert bells.oldest_due() == timedelta(0), "what is held is not overdue"


def test_open_pages_hear_of_a_hold_and_of_its_end(harbor: Any) -> None:
    accepted("Hello")

    def count() -> int:
        with reading() as session:
            return changes.now(session, "harbor")

    before = count()
    with own() as session:
        verbs.put(session, HoldKind.ACCOUNT, "default", "auth", by="worker")
    during = count()
    with own() as session:
        verbs.lift(session, session.scalars(select(Hold.id)).one(), by="somebody")
    assert before < during < count()


def test_a_hold_stands_once(harbor: Any) -> None:
    assert put(HoldKind.FIRM, "harbor")
    assert not put(HoldKind.FIRM, "harbor", "balance")
    assert holds() == [("firm", "harbor", "auth")]


@pytest.mark.fault("F55", "F76")
def test_401_for_a_while_is_one_hold_and_goes_on_by_itself(harbor: Any, sandbox: Any) -> None:
    """F55, F56."""
    sandbox.fault("post", "answer", status=401, times=1)
    first, second = accepted("Hello"), accepted("Hello", contact="grace")
    drain.run()
    assert holds() == [("account", "default", "auth")]
    assert (state(first), state(second)) == ("queued", "queued")
    assert len(attempts(first)) + len(attempts(second)) == 1
    assert verbs.probe() == 0, "not before five minutes are over"
    rewrite(Hold, Hold.code == "auth", probe_at=firmtext.clock.now() - timedelta(seconds=1))
    assert verbs.probe() == 1
    due_now(first)
    drain.run()
    assert (state(first), state(second)) == ("submitted", "submitted")
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.action.like("hold.%")).order_by(Audit.id)).all()
    assert [(row.action, row.actor) for row in rows] == [("hold.put", "worker"), ("hold.lift", "probe")]


def test_a_probe_that_fails_leaves_the_hold_and_asks_again_in_five_minutes(harbor: Any, sandbox: Any) -> None:
    put(HoldKind.ACCOUNT, "default")
    rewrite(Hold, Hold.code == "auth", probe_at=firmtext.clock.now() - timedelta(seconds=1))
    sandbox.fault("account", "answer", status=401, times=None)
    assert verbs.probe() == 0
    with reading() as session:
        hold = session.scalars(select(Hold)).one()
    assert hold.lifted_at is None
    assert hold.probe_at is not None
    assert timedelta(minutes=4) < hold.probe_at - firmtext.clock.now() <= timedelta(minutes=5)


def test_the_carrier_is_asked_once_in_five_minutes_whatever_goes_wrong_and_however_many_ask(harbor: Any) -> None:
    asked = []

    def ask() -> None:
        asked.append("once")
        if len(asked) == 1:
            verbs.probe()  # another sweep, while the carrier takes its time
        raise RuntimeError("an odd answer")

    put(HoldKind.ACCOUNT, "default")
    rewrite(Hold, Hold.code == "auth", probe_at=firmtext.clock.now() - timedelta(seconds=1))
    gateway = MemoryGateway()
    gateway.probe = ask  # type: ignore[method-assign]
    harbor.extensions["firmtext"].__dict__["gateway"] = gateway
    with pytest.raises(RuntimeError):
        verbs.probe()
    assert verbs.probe() == 0
    assert asked == ["once"]
    assert holds() == [("account", "default", "auth")]


@pytest.mark.parametrize("code", ["redirect", "tls", "wrong_address", "odd_4xx", "operator", "restore"])
def test_what_only_a_person_can_judge_is_never_lifted_by_a_probe(code: str, harbor: Any) -> None:
    put(HoldKind.ACCOUNT, "default", code)
    with reading() as session:
        assert session.scalars(select(Hold.probe_at)).one() is None
    assert verbs.probe() == 0
    assert holds() == [("account", "default", code)]


def test_a_person_lifts_a_hold_once(harbor: Any, sandbox: Any) -> None:
    put(HoldKind.ACCOUNT, "default", "tls")
    text = accepted("Hello")
    with reading() as session:
        hold = session.scalars(select(Hold.id)).one()
    with own() as session:
        assert verbs.lift(session, hold, by="cli:test")
        assert not verbs.lift(session, hold, by="cli:test")
    drain.run()
    assert state(text) == "submitted"


def test_the_breaker_is_probed_after_a_minute(harbor: Any) -> None:
    put(HoldKind.ACCOUNT, "default", verbs.BREAKER)
    with reading() as session:
        hold = session.scalars(select(Hold)).one()
    assert hold.probe_at is not None
    assert hold.probe_at - hold.since == timedelta(seconds=60)


@pytest.mark.parametrize("how", ["a person", "the probe"])
def test_what_waits_is_rung_for_when_a_hold_is_lifted_oldest_first(how: str, harbor: Any, sandbox: Any) -> None:
    put(HoldKind.ACCOUNT, "default", "balance")
    second, first = accepted("Second", contact="grace"), accepted("First")
    late = accepted("Too late", contact=people(harbor, 1)[0])
    older(60, first, late)
    rewrite(Message, Message.id == late, expires_at=firmtext.clock.now() - timedelta(seconds=1))
    rung: list[str] = []
    harbor.extensions["firmtext"].ring = rung.extend
    if how == "a person":
        with reading() as session:
            hold = session.scalars(select(Hold.id)).one()
        with own() as session:
            verbs.lift(session, hold, by="somebody")
            assert rung == [], "not before the commit"
    else:
        rewrite(Hold, Hold.code == "balance", probe_at=firmtext.clock.now() - timedelta(seconds=1))
        assert verbs.probe() == 1
    assert rung == [str(first), str(second)]
    drain.run()
    overdue.expire()
    assert [state(text) for text in (first, second, late)] == ["submitted", "submitted", "expired"]
    assert [post["text"] for post in sandbox.posts] == ["First", "Second"]


def test_a_sweep_whose_probe_succeeds_sends_in_the_same_pass(harbor: Any, sandbox: Any) -> None:
    put(HoldKind.ACCOUNT, "default", "auth")
    text = accepted("Hello")
    rewrite(Hold, Hold.code == "auth", probe_at=firmtext.clock.now() - timedelta(seconds=1))
    one = Sweep(harbor)
    one.probe()
    one.senders.shutdown(wait=True)
    assert state(text) == "submitted"


def test_what_a_person_lifts_stands_in_the_firms_record(harbor: Any) -> None:
    put(HoldKind.ACCOUNT, "default", "auth")
    with reading() as session:
        hold = session.scalars(select(Hold.id)).one()
    with own() as session:
        verbs.lift(session, hold, by="admin@harbor.example", firm="harbor")
    with reading() as session:
        row = session.scalars(select(Audit).where(Audit.action == "hold.lift")).one()
    assert (row.firm, row.actor, row.object_id) == ("harbor", "admin@harbor.example", str(hold))

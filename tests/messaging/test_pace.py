"""The carrier's limits are kept by all processes together, and nobody waits behind a batch."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, select

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import pace
from flask_firmtext.ports.gateway import Outbound, Receipt
from flask_firmtext.ports.values import User
from flask_firmtext.store.models import Account, Attempt, Message, Number
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.testing import MemoryGateway
from flask_firmtext.worker import drain
from office import Statements
from outbound import HARBOR, SUMMIT, people, rewrite, states
from rows import STAFF, accepted, adopt, never_turned_on

SUMMIT_STAFF = User("staff@summit.example", "Stan Staff", "summit")


def app_with(new_app: Any, requests: float, segments: float) -> Any:
    return new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_REQUESTS_PER_SECOND=str(requests),
        FIRMTEXT_NUMBER_SEGMENTS_PER_SECOND=str(segments),
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
    )


def sent_order() -> list[Any]:
    """The texts in the order of their claims."""
    with reading() as session:
        found = select(Message).join(Attempt, Attempt.message_id == Message.id).order_by(Attempt.claimed_at)
        return list(session.scalars(found))


def claims() -> list[datetime]:
    with reading() as session:
        return list(session.scalars(select(Attempt.claimed_at).order_by(Attempt.claimed_at)))


def in_a_window(moments: list[datetime], seconds: float) -> int:
    """The most claims that began within any such window."""
    return max(sum(start <= other < start + timedelta(seconds=seconds) for other in moments) for start in moments)


def test_several_drains_keep_the_accounts_rate_together(new_app: Any) -> None:
    app = app_with(new_app, 20, 100_000)
    with app.app_context():
        adopt()
        for ref in people(app, 30):
            accepted("Hello", contact=ref)

        def beside() -> None:
            with app.app_context():
                drain.run()

        threads = [threading.Thread(target=beside) for _ in range(4)]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert time.monotonic() - began > 29 / 20
        assert states() == {"submitted": 30}
        assert in_a_window(claims(), 0.5) <= 11


def test_a_number_keeps_its_segments_a_second(new_app: Any) -> None:
    app = app_with(new_app, 1000, 10)
    with app.app_context():
        adopt()
        long = "x" * 306  # two segments
        for ref in people(app, 5):
            accepted(long, contact=ref)
        drain.run()
        moments = claims()
        gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(moments)]
        assert len(gaps) == 4
        # A claim is noted a little after its slot was taken.
        assert min(gaps) > 0.1
        assert sum(gaps) > 0.75


def test_one_busy_number_does_not_stop_another(new_app: Any) -> None:
    app = app_with(new_app, 1000, 1)
    with app.app_context():
        adopt()
        adopt("summit", SUMMIT)
        for ref in people(app, 2):
            accepted("Hello", contact=ref)
        accepted("Hello", contact="paul", by=SUMMIT_STAFF)
        drain.run()
        assert [message.firm for message in sent_order()] == ["harbor", "summit", "harbor"]


def test_a_persons_text_goes_before_200_automatic_ones(new_app: Any) -> None:
    app = app_with(new_app, 100_000, 100_000)
    with app.app_context():
        adopt()
        for ref in people(app, 50):
            for _ in range(4):
                accepted("Reminder", contact=ref)
        rewrite(Message, Message.id.is_not(None), priority=1, kind="reminder")
        gateway = MidwayGateway(after=20)
        app.extensions["firmtext"].__dict__["gateway"] = gateway
        drain.run(seconds=3)
        order = [message.kind for message in sent_order()]
        assert order.index("staff") <= 21, "the very next one after it was accepted"


class MidwayGateway(MemoryGateway):
    """A person writes while a batch is being sent."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        self.after -= 1
        if self.after == 0:
            accepted("From a person", contact="rosa")
        return super().send(text, seconds=seconds)


def test_firms_take_turns(new_app: Any) -> None:
    app = app_with(new_app, 100_000, 100_000)
    with app.app_context():
        adopt()
        adopt("summit", SUMMIT)
        for ref in people(app, 40):
            accepted("Hello", contact=ref)
        for ref in people(app, 5, firm="summit", area=646):
            accepted("Hello", contact=ref, by=SUMMIT_STAFF)
        drain.run()
        firms = [message.firm for message in sent_order()]
        assert firms[:10] == ["harbor", "summit"] * 5, "though Harbor's fill the whole look-ahead"
        assert len(firms) == 45


def test_a_firm_that_is_alone_with_a_batch_is_not_searched_for_others(
    new_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_with(new_app, 100_000, 100_000)
    with app.app_context():
        adopt()
        adopt("summit", SUMMIT)
        for ref in people(app, 2):
            accepted("Hello", contact=ref)
        monkeypatch.setattr(drain, "LOOK_AHEAD", 2)
        turn, statements = drain.Turn(None), Statements(app)
        turn.served = {"harbor"}
        with statements, reading() as session:
            turn._choice(session)
        assert len(statements.seen) == 2, "what is next, and whether anybody else waits at all"


def test_who_waits_for_a_decision_is_not_looked_for_most_of_the_time(
    new_app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_with(new_app, 100_000, 100_000)
    with app.app_context():
        adopt()
        adopt("summit", SUMMIT)
        for ref in people(app, 2):
            accepted("Hello", contact=ref)
        accepted("Hello", contact="paul", by=SUMMIT_STAFF)
        never_turned_on("summit")
        monkeypatch.setattr(drain, "LOOK_AHEAD", 2)
        ticks = itertools.count(1, 2)  # to look takes two seconds
        monkeypatch.setattr(drain, "time", SimpleNamespace(monotonic=lambda: next(ticks)))
        turn = drain.Turn(None)
        turn.served = {"harbor"}
        with reading() as session:
            turn._choice(session)
        assert turn.alone_until > 2 * drain.SHARE


def test_another_firms_automatic_text_does_not_overtake_a_person(new_app: Any) -> None:
    app = app_with(new_app, 100_000, 100_000)
    with app.app_context():
        adopt()
        adopt("summit", SUMMIT)
        for ref in people(app, 30):
            accepted("Hello", contact=ref)
        reminder = accepted("Reminder", contact="paul", by=SUMMIT_STAFF)
        rewrite(Message, Message.id == reminder, priority=1, kind="reminder")
        drain.run()
        assert sent_order()[-1].kind == "reminder"


@pytest.mark.fault("F51")
def test_too_fast_halves_the_pace_for_a_minute(new_app: Any) -> None:
    app = app_with(new_app, 1, 1)
    with app.app_context():
        number = adopt()
        with own() as session:
            pace.slow_down(session, number)
        accepted("Hello")
        drain.run()
        with reading() as session:
            row = session.get_one(Number, number)
            claim = session.scalars(select(Attempt.claimed_at)).one()
            account = session.scalars(select(Account.next_free_at)).one()
        assert 1.2 < (row.next_free_at - claim).total_seconds() < 2.8
        assert 1.2 < (account - claim).total_seconds() < 2.8
        assert row.slowed_until is not None
        assert 50 < (row.slowed_until - claim).total_seconds() < 61


def test_nothing_is_booked_ahead(new_app: Any) -> None:
    app = app_with(new_app, 5, 100_000)
    with app.app_context():
        adopt()
        for ref in people(app, 20):
            accepted("Hello", contact=ref)
        drain.run(seconds=0.5)
        with reading() as session:
            ahead = session.scalars(select(Account.next_free_at)).one() - firmtext.clock.now()
        assert ahead <= timedelta(seconds=0.2)


def test_waiting_for_a_slot_does_not_spin(new_app: Any) -> None:
    app = app_with(new_app, 1000, 1)
    with app.app_context():
        adopt()
        for ref in people(app, 2):
            accepted("Hello", contact=ref)
        asked: list[str] = []
        event.listen(firmtext.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
        drain.run()
        assert states()["submitted"] == 2
        assert len(asked) < 150


def test_a_missing_account_row_is_made(new_app: Any) -> None:
    app = app_with(new_app, 100, 100)
    with app.app_context():
        adopt()
        with own() as session:
            session.delete(session.scalars(select(Account)).one())
        accepted("Hello")
        assert drain.run() == 1


def test_a_pretended_time_books_nothing(new_app: Any) -> None:
    app = app_with(new_app, 5, 5)
    with app.app_context():
        adopt()
        rewrite(Number, Number.e164 == HARBOR, next_free_at=firmtext.clock.now() + timedelta(days=1))
        pace.forget_future()
        accepted("Hello", by=STAFF)
        assert drain.run() == 1

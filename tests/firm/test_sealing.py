"""Rows of the record get into their firm's chain: once each, all of them, whoever seals and whenever they came."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from flask_firmtext.current import firmtext
from flask_firmtext.errors import KeyInUse
from flask_firmtext.firm import audit_check, sealing
from flask_firmtext.store import keys, retiring, rotating, seal_queries, seals
from flask_firmtext.store.models import Key
from flask_firmtext.store.states import KeyState
from flask_firmtext.store.transactions import own, reading
from recorded import FIRM, clock_at, links, recorded, sealed


@pytest.fixture
def clock(app: Any) -> Any:
    return clock_at(app)


def names_in_seals(firm: str = FIRM) -> list[Any]:
    return [id_ for link in links(firm) for id_, _ in seals.parted(link.members)]


def test_what_is_older_than_two_minutes_is_sealed(clock: Any) -> None:
    rows = recorded(3, ago=121)
    recorded(2, ago=119)
    sealed()
    [link] = links()
    assert (link.n, link.count, bytes(link.previous)) == (1, 3, bytes(32))
    assert sorted(names_in_seals()) == sorted(rows)
    sealed()
    assert len(links()) == 1, "nothing new has settled"


def test_a_seal_goes_on_from_the_one_before(clock: Any) -> None:
    recorded(ago=121)
    sealed()
    clock.move(timedelta(minutes=5))
    recorded(ago=121)
    sealed()
    first, second = links()
    assert bytes(second.previous) == bytes(first.hash)
    assert (first.key_id, second.n) == (second.key_id, 2)


def test_a_rotation_of_keys_changes_no_seal_and_leaves_its_key(clock: Any) -> None:
    recorded(ago=121)
    sealed()
    rotating.rotate(FIRM, "cli:ada", lambda count: None)
    clock.move(retiring.WAIT)
    rotated = rotating.rotate(FIRM, "cli:ada", lambda count: None)
    assert (rotated.done, rotated.settled) == (True, retiring.Settled(retired=1, waiting=0, needed=0)), "the firm's own"
    clock.move(timedelta(minutes=5))
    sealed()
    first, second = links()
    assert first.key_id != second.key_id
    checked = audit_check.check(FIRM)
    assert (checked.seals, checked.breaks) == (2, [])
    for state in (KeyState.REPLACED, KeyState.RETIRED):
        with own() as session:
            session.execute(update(Key).where(Key.firm == FIRM, Key.id == first.key_id).values(state=state))
        with pytest.raises(KeyInUse):
            retiring.destroy(first.key_id, "cli:ada")
    firmtext.unwrapped.forget()
    assert audit_check.check(FIRM).breaks == []


def test_a_key_of_the_record_that_sealed_nothing_is_retired_like_every_other(clock: Any) -> None:
    with own() as session:
        keys.to_encrypt(session, FIRM, seals.SCOPE)
    rotating.rotate(FIRM, "cli:ada", lambda count: None)
    clock.move(retiring.WAIT)
    assert rotating.rotate(FIRM, "cli:ada", lambda count: None).settled == retiring.Settled(2, 0, 0)


def test_each_firm_has_a_chain_and_a_key_of_its_own(clock: Any) -> None:
    recorded(ago=121)
    recorded(ago=121, firm="summit")
    sealed()
    sealed("summit")
    [one], [other] = links(), links("summit")
    assert (one.n, other.n) == (1, 1)
    assert one.key_id != other.key_id


def test_what_came_late_is_sealed_apart_and_is_no_break(clock: Any) -> None:
    """A transaction that was open for an hour, or a process whose clock is behind."""
    recorded(ago=121)
    sealed()
    late = recorded(ago=3600)
    recorded(ago=100)
    clock.move(timedelta(minutes=1))
    sealed()
    assert [link.count for link in links()] == [1, 1, 1]
    assert names_in_seals()[1] == late[0]
    checked = audit_check.check(FIRM)
    assert (checked.rows, checked.late, checked.waiting, checked.breaks) == (3, 1, 0, [])


def test_a_short_look_back_leaves_to_the_hourly_one_what_came_very_late(clock: Any) -> None:
    recorded(ago=121)
    sealed()
    recorded(ago=3600)
    assert sealing.seal(FIRM, sealing.LATELY).end.n == 1
    assert audit_check.check(FIRM).waiting == 1
    assert sealing.seal(FIRM, sealing.LATE).end.n == 2


def test_a_clock_that_steps_back_loses_nothing(clock: Any) -> None:
    recorded(2, ago=121)
    sealed()
    clock.move(-timedelta(hours=2))
    recorded(2, ago=121)
    clock.move(timedelta(minutes=3))
    sealed()
    assert len(names_in_seals()) == 4
    assert audit_check.check(FIRM).breaks == []


def test_a_long_back_log_is_sealed_in_pieces_and_goes_on_where_it_stopped(
    clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MOST", 3)
    monkeypatch.setattr(seal_queries, "PAGE", 4)
    recorded(10, ago=200)
    begun = sealing.seal(FIRM, sealing.LATE, iter([False, True]).__next__)
    assert (begun.began.n, begun.end.n) == (0, 2)
    assert begun.left is not None
    ended = sealing.seal(FIRM, sealing.LATE, since=begun.left)
    assert (ended.began.n, ended.left) == (2, None)
    assert [link.count for link in links()] == [3, 1, 3, 3]
    assert len(set(names_in_seals())) == 10


def test_two_who_seal_at_once_name_no_row_twice(clock: Any, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 5)
    recorded(40, ago=200)
    together = threading.Barrier(3)

    def one() -> None:
        with app.app_context():
            together.wait()
            sealed()

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sealed()
    assert len(names_in_seals()) == len(set(names_in_seals())) == 40
    assert [link.n for link in links()] == list(range(1, len(links()) + 1))
    assert audit_check.check(FIRM).breaks == []


def test_who_lost_the_race_writes_nothing(clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(2, ago=200)
    end = sealing.end_of(FIRM)
    sealed()
    monkeypatch.setattr(sealing, "end_of", lambda firm: end)
    recorded(1, ago=150)
    assert sealing.seal(FIRM, sealing.LATE).end == end, "nor does it take its own link for the chain's"
    assert len(links()) == 1


def test_firms_are_found_by_the_time_of_their_rows(clock: Any) -> None:
    recorded(ago=200)
    recorded(ago=7200, firm="summit")
    recorded(ago=10, firm="prairie")
    recorded(ago=300, firm="")
    until = clock.now() - sealing.AGE
    with reading() as session:
        assert seal_queries.firms(session, until - sealing.LATELY, until) == ["", "harbor"]
        assert seal_queries.firms(session, None, until) == ["", "harbor", "summit"]
        assert seal_queries.chained(session) == []
    sealed()
    with reading() as session:
        assert seal_queries.chained(session) == ["harbor"]

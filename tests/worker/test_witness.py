"""A restored backup is noticed: sending stands still, once, until a person lets it go on."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import delete, select, update
from sqlalchemy.exc import OperationalError

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import holds
from flask_firmtext.store import queries
from flask_firmtext.store.models import Account
from flask_firmtext.store.states import HoldKind
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.worker import drain, readiness, sweep, witness
from outbound import FAST, rewrite, state
from rows import accepted, adopt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def bell() -> str | None:
    return None


@pytest.fixture
def harbor(new_app: Callable[..., Any], folder: Path, bell: str | None) -> Any:
    app = new_app(
        FIRMTEXT_GATEWAY="flask_firmtext.testing:MemoryGateway",
        FIRMTEXT_TOLL_FREE_VERIFICATION="assumed",
        FIRMTEXT_STATE_DIR=str(folder),
        FIRMTEXT_REDIS_URL=bell,
        **FAST,
    )
    with app.app_context():
        adopt()
        yield app


def sent(text: str) -> None:
    accepted(text)
    drain.run()


def mark() -> int:
    with reading() as session:
        return session.scalars(select(Account.mark)).one()


def restored(behind: int = 1) -> None:
    """What a backup looks like to a process that starts: the mark is that of earlier."""
    rewrite(Account, Account.id == "default", mark=mark() - behind)
    firmtext.witnessed = False


def codes() -> list[str]:
    with reading() as session:
        return [hold.code for hold in queries.standing_holds(session)]


def lift_all() -> None:
    with own() as session:
        session.execute(update(Account).values(run_length=0))
        for hold in queries.standing_holds(session):
            assert holds.lift(session, hold.id, by="cli:ada")


def test_each_claim_raises_the_mark_and_the_sweep_notes_it_for_us_alone(harbor: Any, folder: Path) -> None:
    for n in range(3):
        sent(f"Hello {n}")
    assert mark() == 3
    witness.look()
    (file,) = folder.iterdir()
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("3\n", 0o600)
    sent("Hello again")
    sweep.once()
    assert file.read_text() == "4\n"
    sent("Hello at last")
    sweep.Sweep(harbor).finish()
    assert file.read_text() == "5\n", "who stops leaves it as it is"


@pytest.mark.fault("F41")
def test_a_database_behind_its_witness_sends_nothing_until_a_person_lifts_the_hold_and_then_goes_on(
    harbor: Any,
) -> None:
    sent("Hello")
    sent("Hello again")
    witness.look()
    text = accepted("Waiting")
    restored()
    drain.run()
    assert (state(text), len(firmtext.gateway.sent), codes()) == ("queued", 2, ["restore"])  # type: ignore[attr-defined]
    assert "holds" in readiness.reasons()
    lift_all()
    firmtext.witnessed = False
    sweep.once()
    assert (state(text), len(firmtext.gateway.sent), codes()) == ("submitted", 3, [])  # type: ignore[attr-defined]


def test_the_hold_stands_beside_one_that_a_probe_lifts(harbor: Any) -> None:
    sent("Hello")
    witness.look()
    with own() as session:
        holds.put(session, HoldKind.ACCOUNT, queries.ACCOUNT, holds.BREAKER, by="worker")
    restored()
    witness.look()
    witness.look()
    assert codes() == ["breaker", "restore"]


def test_the_same_backup_restored_again_is_noticed_again(harbor: Any) -> None:
    sent("Hello")
    witness.look()
    for _ in range(2):
        restored()
        witness.prove()
        assert codes() == ["restore"]
        lift_all()


def test_what_answers_after_the_database_was_away_is_looked_at_anew(
    harbor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent("Hello")
    witness.look()
    text = accepted("Waiting")
    take, away = drain.Turn.take, [OperationalError("SELECT", {}, Exception("gone"))]

    def taken(turn: drain.Turn) -> bool:
        if away:
            rewrite(Account, Account.id == "default", mark=0)
            raise away.pop()
        return take(turn)

    monkeypatch.setattr(drain, "PAUSE", 0.0)
    monkeypatch.setattr(drain.Turn, "take", taken)
    drain.run()
    assert (state(text), codes()) == ("queued", ["restore"])


def test_another_database_is_no_restored_one(harbor: Any) -> None:
    sent("Hello")
    witness.look()
    with own() as session:
        session.execute(delete(Account))
    firmtext.witnessed = False
    sent("Hello from a new one")
    witness.look()
    assert (codes(), mark()) == ([], 1)


@pytest.mark.parametrize("said", ["", "many", "-7", "9" * 30, "\u0663"])
def test_a_file_that_says_nothing_holds_nothing(harbor: Any, folder: Path, said: str) -> None:
    sent("Hello")
    witness.look()
    (file,) = folder.iterdir()
    file.write_text(said, encoding="utf-8")
    firmtext.witnessed = False
    witness.look()
    assert (codes(), file.read_text()) == ([], "1\n")


def test_a_folder_that_cannot_be_written_stops_nothing(harbor: Any, folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    sent("Hello")
    witness.look()
    assert codes() == []
    assert witness.file_fault()


class TestRedis:
    """With a bell Redis is a witness, too."""

    @pytest.fixture
    def bell(self, redis_url: str) -> str:
        return redis_url

    def test_it_tells_where_the_file_is_gone_and_the_file_where_it_was_emptied(
        self, harbor: Any, folder: Path, bell: str
    ) -> None:
        sent("Hello")
        witness.look()
        (file,) = folder.iterdir()
        with redis.Redis.from_url(bell) as client:
            assert client.get(file.name) == b"1"
            file.unlink()
            restored()
            witness.look()
            assert codes() == ["restore"]
            witness.look()
            lift_all()
            client.flushdb()
        restored()
        witness.look()
        assert codes() == ["restore"]

    def test_without_it_the_file_is_asked(self, harbor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        sent("Hello")
        witness.look()
        restored()

        def away(*_: Any) -> None:
            raise redis.ConnectionError

        monkeypatch.setattr(witness.bell, "recall", away)
        monkeypatch.setattr(witness.bell, "remember", away)
        drain.run()
        assert codes() == ["restore"]

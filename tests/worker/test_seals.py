"""The sweep seals once a minute, looks far back once an hour, and is kept from nothing else by a long record."""

from __future__ import annotations

from typing import Any

import pytest

from flask_firmtext.errors import KeyUnavailable
from flask_firmtext.firm import sealing
from flask_firmtext.worker import seals
from flask_firmtext.worker.seals import Sealer
from flask_firmtext.worker.sweep import Sweep
from recorded import clock_at, links, recorded


@pytest.fixture
def ticking(app: Any, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The sweep's own clock (seconds), which tests move."""
    clock_at(app)
    at = [1000.0]
    monkeypatch.setattr(seals.time, "monotonic", lambda: at[0])
    return at


def test_the_sweep_seals(app: Any) -> None:
    recorded(1, ago=200)
    one = Sweep(app)
    one.one_pass()
    one.finish()
    assert len(links()) == 1


def test_it_seals_once_a_minute(ticking: list[float]) -> None:
    one = Sealer()
    for wait, expected in ((0, 1), (59, 1), (1, 2), (15, 2)):
        ticking[0] += wait
        recorded(1, ago=130 if wait else 200)
        one.look()
        assert len(links()) == expected


def test_it_looks_far_back_at_first_and_once_an_hour(ticking: list[float]) -> None:
    one = Sealer()
    recorded(1, ago=86_400 * 30)
    one.look()
    assert len(links()) == 1, "rows of a month ago, of a time without a sweep"
    recorded(1, ago=7200)
    ticking[0] += 60
    one.look()
    assert len(links()) == 1
    ticking[0] += 3540
    one.look()
    assert len(links()) == 2


def test_a_back_log_is_done_over_several_passes(ticking: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST", 2)
    recorded(6, ago=200)
    recorded(1, ago=200, firm="summit")
    real = sealing._sealed

    def slow(*given: Any) -> Any:
        ticking[0] += 1.5
        return real(*given)

    monkeypatch.setattr(sealing, "_sealed", slow)
    one = Sealer()
    one.look()
    assert (len(links()), len(links("summit"))) == (2, 0)
    one.look()
    assert (len(links()), len(links("summit"))) == (3, 1)


def test_a_firm_whose_key_is_away_holds_up_no_other(ticking: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    recorded(1, ago=200)
    recorded(1, ago=200, firm="summit")
    real = sealing._sealed

    def fails(firm: str, *rest: Any) -> Any:
        if firm == "harbor":
            raise KeyUnavailable("away")
        return real(firm, *rest)

    monkeypatch.setattr(sealing, "_sealed", fails)
    one = Sealer()
    with pytest.raises(KeyUnavailable):
        one.look()
    one.look()
    assert (len(links()), len(links("summit"))) == (0, 1)

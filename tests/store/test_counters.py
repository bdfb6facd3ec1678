"""Things that are counted: none is lost when many count at once."""

from __future__ import annotations

import threading
from typing import Any

from evidence import counted, rows
from flask_firmtext.store import counters
from flask_firmtext.store.models import Counter
from flask_firmtext.store.transactions import own


def test_a_count_rises_by_one(app: Any) -> None:
    for wanted in (1, 2, 3):
        with own() as session:
            counters.count(session, "bells")
        assert counted("bells") == wanted
    assert rows(Counter)[0].last_at.tzinfo is not None


def test_what_is_rolled_back_was_not_counted(app: Any) -> None:
    with own() as session:
        counters.count(session, "bells")
        session.rollback()
    assert counted("bells") == 0


def test_many_at_once_are_all_counted(app: Any) -> None:
    def count() -> None:
        with app.app_context():
            for _ in range(10):
                with own() as session:
                    counters.count(session, "bells")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counted("bells") == 40

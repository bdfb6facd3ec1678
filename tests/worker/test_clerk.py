"""A clerk does one thing after the other, each by itself."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from flask_firmtext.current import firmtext
from flask_firmtext.worker.clerk import Clerk


def test_nothing_is_done_in_the_hosts_transaction_of_what_was_done_before(app: Any) -> None:
    begun, left = [], [[1, 2]]

    def work(one: int) -> None:
        begun.append(firmtext.db.session().in_transaction())
        firmtext.db.session.execute(text("SELECT 1"))
        if one == 1:
            raise ValueError

    Clerk(app, "test", lambda: left.pop() if left else [], work).exhaust()
    assert begun == [False, False]
    assert not firmtext.db.session().in_transaction()

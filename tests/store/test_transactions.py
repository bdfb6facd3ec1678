"""What was noted happens after the outermost commit, or never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flask_firmtext.current import firmtext
from flask_firmtext.store.transactions import notes

ENDS: dict[str, Callable[[Any], None]] = {
    "rolled back": lambda session: session.rollback(),
    "closed": lambda session: session.close(),
    "removed": lambda session: session.remove(),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_was_noted_in_a_transaction_that_was_not_committed_never_happens(app: Any, end: str) -> None:
    session, done = firmtext.db.session, []
    session.execute(text("SELECT 1"))
    notes(session).afterwards.append(lambda: done.append("lost"))
    ENDS[end](session)
    session.execute(text("SELECT 1"))
    notes(session).afterwards.append(lambda: done.append("kept"))
    session.commit()
    assert done == ["kept"]

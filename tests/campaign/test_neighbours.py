"""R8 as the campaign counts it: firms ask for each other's things, and a thing that is shown is counted."""

from __future__ import annotations

from typing import Any

from rows import accepted, verified_number

from . import neighbours
from .witnesses import tables

FIRMS = ["harbor", "summit"]


def test_a_firm_that_is_shown_anothers_conversation_is_counted(app: Any) -> None:
    verified_number()
    accepted("Hello", contact="rosa")
    rows = tables()
    assert neighbours.seen(app, FIRMS, rows) == []
    [(conversation, (owner, index))] = rows.pairs.items()
    assert owner == "harbor"
    rows.pairs[conversation] = ("summit", index)
    told = neighbours.seen(app, FIRMS, rows)
    assert f"harbor asked for /texting/conversations/{conversation} of summit: 200" in told
    assert f"summit does not even see its own /texting/conversations/{conversation}" in told

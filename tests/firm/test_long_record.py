"""A record of very many rows is sealed, checked and copied in pieces: memory stays flat."""

from __future__ import annotations

import tracemalloc
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from flask_firmtext.firm import audit_check, audit_export
from flask_firmtext.store.models import Audit
from flask_firmtext.store.transactions import own
from recorded import FIRM, NOON, clock_at, sealed

ROWS = 30_000
#: Megabytes.
MOST = 24


def peak(work: Callable[[], Any]) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_memory_stays_flat(app: Any) -> None:
    clock_at(app, NOON)
    with own() as session:
        for begin in range(0, ROWS, 10_000):
            session.connection().execute(sa.insert(Audit.__table__), [row(n) for n in range(begin, begin + 10_000)])
    assert peak(sealed) < MOST
    found = []
    assert peak(lambda: found.append(audit_check.check(FIRM))) < MOST
    assert (found[0].rows, found[0].seals, found[0].breaks) == (ROWS, ROWS // 1000, [])
    assert peak(lambda: sum(map(len, audit_export.export(FIRM, "jsonl")))) < MOST


def row(n: int) -> dict[str, Any]:
    return {
        "id": uuid.UUID(int=n),
        "firm": FIRM,
        "at": NOON - timedelta(seconds=ROWS + 200 - n),
        "actor": "worker",
        "action": "message.state",
        "object_table": "firmtext_message",
        "object_id": str(uuid.UUID(int=n)),
        "was": "queued",
        "became": "sending",
    }

"""The record of what changed is written with the change or not at all, and says nothing of anybody."""

from __future__ import annotations

from typing import Any

from evidence import rows
from flask_firmtext.store import audit
from flask_firmtext.store.models import Audit
from flask_firmtext.store.transactions import own
from rows import accepted, verified_number


def test_a_row_is_written_with_its_change(app: Any) -> None:
    with own() as session:
        audit.record(session, "hold.put", ("firmtext_hold", "7"), firm="", actor="worker", became="account")
    [row] = rows(Audit)
    assert (row.action, row.object_table, row.object_id, row.actor) == ("hold.put", "firmtext_hold", "7", "worker")
    assert row.at.tzinfo is not None


def test_what_is_rolled_back_leaves_no_row(app: Any) -> None:
    with own() as session:
        audit.record(session, "hold.put", ("firmtext_hold", "7"), firm="", actor="worker")
        session.flush()
        session.rollback()
    assert rows(Audit) == []


def test_evidence_is_cut_to_its_column(app: Any) -> None:
    with own() as session:
        audit.record(session, "x", ("firmtext_hold", "7"), firm="", actor="worker", evidence="e" * 900)
    assert rows(Audit)[0].evidence == "e" * 64


def test_the_request_is_named_and_cut(app: Any) -> None:
    with app.test_request_context(headers={"X-Request-Id": "r" * 900}), own() as session:
        audit.record(session, "x", ("firmtext_hold", "7"), firm="", actor="worker")
    assert rows(Audit)[0].request_id == "r" * 64


def test_accepting_a_text_is_recorded_without_the_text(app: Any) -> None:
    verified_number()
    accepted("canary-5519")
    found = [str({c: getattr(row, c) for c in row.__table__.columns.keys()}) for row in rows(Audit)]  # noqa: SIM118
    assert found
    assert not any("canary" in row or "3125550100" in row or "Rosa" in row for row in found)

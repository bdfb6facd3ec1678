"""What is in our tables, to compare before with after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from flask_firmtext import signals
from flask_firmtext.store import cells
from flask_firmtext.store.base import Base
from flask_firmtext.store.models import Quarantine
from flask_firmtext.store.transactions import reading


def everything() -> dict[str, list[Any]]:
    """Every row of every table of ours, table by table; but for counts for operators, and that a command ran."""
    ran = Base.metadata.tables["firmtext_audit"].c.action == "command.run"
    with reading() as session:
        return {
            name: sorted(
                map(repr, session.execute(sa.select(table).where(*([~ran] if name == "firmtext_audit" else []))).all())
            )
            for name, table in Base.metadata.tables.items()
            if name != "firmtext_counter"
        }


def rows(model: Any, *where: Any) -> list[Any]:
    with reading() as session:
        return list(session.scalars(sa.select(model).where(*where).order_by(*sa.inspect(model).primary_key)))


def kept() -> list[tuple[str, str, str]]:
    """Kind, reason and decrypted body of what lies in quarantine."""
    with reading() as session:
        found = session.scalars(sa.select(Quarantine).order_by(Quarantine.received_at)).all()
        return [
            (row.kind, row.reason, cells.unseal(session, cells.place(Quarantine, "body", row.id, row.firm), row.body))
            for row in found
        ]


def counted(name: str) -> int:
    with reading() as session:
        return int(session.scalar(sa.text("SELECT count FROM firmtext_counter WHERE name = :n"), {"n": name}) or 0)


@contextmanager
def heard(signal: Any = signals.alarm) -> Iterator[list[dict[str, Any]]]:
    """What a signal said meanwhile."""
    said: list[dict[str, Any]] = []

    def hear(app: Any, **values: Any) -> None:
        said.append(values)

    with signal.connected_to(hear):
        yield said

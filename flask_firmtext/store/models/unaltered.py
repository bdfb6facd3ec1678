"""What was recorded is never altered: sessions refuse to, in each process that knows these tables."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from .texts import Audit, AuditSeal

REFUSED = "what was recorded is never altered or deleted"
KEPT = frozenset({Audit.__table__, AuditSeal.__table__})


def _refuse(*_: object) -> NoReturn:
    raise TypeError(REFUSED)


def _look(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete) and getattr(state.statement, "table", None) in KEPT:
        _refuse()


def _listen() -> None:
    for model in (Audit, AuditSeal):
        event.listen(model, "before_update", _refuse)
        event.listen(model, "before_delete", _refuse)
    event.listen(Session, "do_orm_execute", _look)


_listen()

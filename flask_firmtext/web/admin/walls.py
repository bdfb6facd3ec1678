"""Rows of the record that somebody may see: none about a conversation or an event that the host keeps from them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...messaging.owners import Subject
from ...store import record_queries
from ...store.record_queries import Object
from ..access import Visitor
from ..problems import Problem
from . import access


def readable(session: Session, rows: Sequence[Any], who: Visitor) -> list[Any]:
    """Those of some rows that leave no trace of what is behind a wall. The host is asked once for each kind."""
    objects = {(row.object_table, row.object_id) for row in rows}
    about = record_queries.about(session, who.firm.ref, objects)
    known = access.listed(who, session, {one for some in about.values() for one in some})
    hidden = {one for one, some in about.items() if not some <= known} | _hidden_events(session, objects, who)
    return [row for row in rows if (row.object_table, row.object_id) not in hidden]


def _hidden_events(session: Session, objects: Collection[Object], who: Visitor) -> set[Object]:
    firm = who.firm.ref
    events = record_queries.events(session, firm, objects)
    try:
        answers = who.may_each("event.read", [Subject(firm, event=event, matter=of) for event, of in events.values()])
    except Problem as problem:
        access.stop(problem)
    return {one for one, yes in zip(events, answers, strict=True) if not yes}

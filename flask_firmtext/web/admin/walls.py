"""Rows of the record that somebody may see: none about a conversation that the host keeps from them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...messaging.owners import Subject
from ...store import inbox_queries, record_queries
from ..access import Visitor
from ..problems import Problem
from . import access

READ = "conversation.read"


def readable(session: Session, rows: Sequence[Any], who: Visitor) -> list[Any]:
    """Those of some rows that leave no trace of a walled conversation. The host is asked once for each conversation."""
    about = record_queries.about(session, who.firm.ref, {(row.object_table, row.object_id) for row in rows})
    may = _may(session, {one for some in about.values() for one in some}, who)
    return [row for row in rows if all(may[one] for one in about.get((row.object_table, row.object_id), ()))]


def _may(session: Session, conversations: Collection[uuid.UUID], who: Visitor) -> Mapping[uuid.UUID, bool]:
    firm = who.firm.ref
    refs = inbox_queries.contacts(session, firm, [*conversations])
    try:
        return {one: who.may(READ, Subject(firm, refs.get(one, ()), str(one))) for one in conversations}
    except Problem as problem:
        access.stop(problem)

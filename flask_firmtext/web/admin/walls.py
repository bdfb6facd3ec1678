"""Rows of the record that somebody may see: none about a conversation that the host keeps from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from ...store import record_queries
from ..access import Visitor
from . import access


def readable(session: Session, rows: Sequence[Any], who: Visitor) -> list[Any]:
    """Those of some rows that leave no trace of a walled conversation. The host is asked once."""
    about = record_queries.about(session, who.firm.ref, {(row.object_table, row.object_id) for row in rows})
    known = access.listed(who, session, {one for some in about.values() for one in some})
    return [row for row in rows if about.get((row.object_table, row.object_id), frozenset()) <= known]

"""Which conversations stand on a page of the table: those that its user may see, as if there were no others."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ..ports.values import Firm, User
from ..store import inbox_pages, inbox_queries
from ..store.inbox_pages import Cursor, View
from ..store.inbox_queries import Row
from . import full_pages
from .rights import May, each, subject

#: So many are looked at together where one is sought.
MANY = 25


@dataclass(frozen=True, slots=True)
class Allowed:
    """Conversations that may be seen, and under whom each was shown."""

    rows: Sequence[Row] = ()
    refs: Mapping[uuid.UUID, tuple[str, ...]] = field(default_factory=dict)


def page(
    session: Session, firm: Firm, user: User, may: May, view: View, older_than: Cursor | None, *, size: int
) -> tuple[Allowed, Cursor | None]:
    """The conversations of a page and where the next begins. A page is full, whatever may not be seen among them, and
    there is a next one only where something on it may be."""
    refs: dict[uuid.UUID, tuple[str, ...]] = {}
    begins = older_than

    def look(place: Cursor | None, limit: int) -> Sequence[Row]:
        nonlocal begins
        begins = place
        return inbox_queries.page(session, firm.ref, user.ref, view=view, older_than=place, limit=limit)

    def seen(rows: Sequence[Row]) -> Sequence[Row]:
        found = allowed(session, firm, rows, may)
        refs.update(found.refs)
        return found.rows

    rows, further = full_pages.read(look, seen, _behind, size, older_than)
    if further is None and view is View.UNREAD:
        further = inbox_pages.looked_at(session, firm.ref, begins)
    return Allowed(rows, refs), further


def _behind(row: Row) -> Cursor:
    return row.at, row.conversation.id


def allowed(session: Session, firm: Firm, rows: Sequence[Row], may: May) -> Allowed:
    """Those of these that may be seen."""
    refs = inbox_queries.contacts(session, firm.ref, [row.conversation.id for row in rows])
    answers = each(may, [subject(row.conversation, refs.get(row.conversation.id, ())) for row in rows])
    return Allowed([row for row, yes in zip(rows, answers, strict=True) if yes], refs)


def has_begun(session: Session, firm: Firm, user: User, may: May) -> bool:
    """Whether this user may see a conversation at all, whatever the filter shows."""
    if not inbox_queries.any_of(session, firm.ref):
        return False
    return bool(page(session, firm, user, may, View.ALL, None, size=MANY)[0].rows)

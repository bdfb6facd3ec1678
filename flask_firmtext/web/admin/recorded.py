"""The firm's record in Flask-Admin: who did what to what, whether it is sealed, and a copy of it to keep."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, request, url_for
from flask_admin.base import expose
from markupsafe import Markup
from sqlalchemy import literal, tuple_
from sqlalchemy.orm import Query, Session

from ...clock import UTCDateTime
from ...current import firmtext
from ...firm import audit_export
from ...language import gettext as _
from ...language import marked
from ...store import audit, record_queries, seal_queries, seals
from ...store.audit_actions import LABELS
from ...store.models import Audit
from ...store.transactions import own
from ..access import Visitor, visitor
from ..problems import Problem, nothing_here
from . import access, pages, recorded_words, walls, words
from .filters import Exactly, OneOf, Since, Until
from .names import Name
from .pages import Page
from .record import Record
from .records import FirmRecords

MAY = "audit.read"
SEALED, NOT_YET = marked("Sealed"), marked("Not yet")
#: How the address of a list says so.
ONLY = {"actor": "flt3_by_reference_is", "object_id": "flt5_its_id_is"}
#: Filters for which the index has to be read along.
SLOW = (Audit.action, Audit.actor, Audit.object_table)


class Reference(Exactly):
    """Rows with a reference or an id that is typed."""

    def clean(self, value: str) -> str:
        """:raises ValueError: none looks like this."""
        if not re.fullmatch(r"[^\x00-\x1f\x7f]{1,255}", value.strip()):
            raise ValueError(value)
        return value.strip()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the record in the list."""

    id: uuid.UUID
    at: Markup | str
    action: str
    object: Markup | str
    change: Markup | str
    by: Markup | str
    evidence: Markup | str
    sealed: str


class Recorded(FirmRecords):
    """What was done in the firm, the newest first. Nothing here can be altered, by anybody."""

    routes = ("index_view", "details_view", "export_view")
    list_template = "firmtext/admin/recorded.html"
    column_list = Line.__match_args__[1:]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        at=Name("Time"),
        action=Name("What"),
        object=Name("To what"),
        change=Name("From → to"),
        by=Name("By"),
        evidence=Name("Evidence"),
        sealed=Name("Sealed"),
    )
    column_filters = (
        Since(Audit.at, marked("Time")),
        Until(Audit.at, marked("Time")),
        OneOf(Audit.action, marked("What"), LABELS),
        Reference(Audit.actor, marked("By (reference)")),
        OneOf(Audit.object_table, marked("To what"), recorded_words.KINDS),
        Reference(Audit.object_id, marked("Its id")),
    )
    order = (Audit.at, Audit.id)
    empty = marked("Nothing is recorded yet.")

    def is_accessible(self) -> bool:
        who = access.administrator()
        with suppress(Problem):
            return who is not None and who.may(MAY)
        return False

    def seen(self, session: Session, rows: Sequence[Audit], who: Visitor) -> Sequence[Audit]:
        """A row that is about several conversations must be of none behind a wall."""
        return walls.readable(session, rows, who)

    def lines(self, session: Session, rows: Sequence[Audit], who: Visitor) -> list[Line]:
        held = seal_queries.sealed_in(session, who.firm.ref, [*reversed(rows)]) if rows else {}
        names = words.actors(row.actor for row in rows)
        return [_line(row, names[row.actor], row.id in held, who) for row in rows]

    def record(self, session: Session, row: Audit, who: Visitor) -> Record:
        (line,) = self.lines(session, [row], who)
        held = seal_queries.sealed_in(session, who.firm.ref, [row]).get(row.id)
        facts = (
            *((label, getattr(line, name)) for name, label in self._list_columns if name != "sealed"),
            (_("Name of the action"), words.code(row.action)),
            (_("Reference of who did it"), words.link(_only("actor", row.actor), words.code(row.actor))),
            (_("Its id"), words.link(_only("object_id", row.object_id), words.code(row.object_id))),
            (_("Request"), words.code(row.request_id)),
            (_("Sealed"), _("in seal %(n)s", n=held) if held else _(NOT_YET)),
            (_("Digest"), words.code(seals.digest(row).hex())),
        )
        return Record([(label, value) for label, value in facts if value != ""])

    def get_list(
        self, page: Any, sort_column: Any, sort_desc: Any, search: Any, filters: Any, page_size: int = 50, **more: Any
    ) -> tuple[None, Page]:
        """As every list; but for what no index knows, a page looks only so far back, and says where it goes on."""
        query = self._chosen(filters)
        edge = _edge(self._chosen([one for one in filters or () if not self._is_slow(one)]), filters, self._is_slow)
        if edge is not None:
            query = query.filter(tuple_(*self.order) >= tuple_(*edge))
        session, who = firmtext.db.session(), visitor()
        rows, older = pages.read(query, self.order, self.page_size, lambda some: self.seen(session, some, who))
        if older is None and edge is not None:
            older = f"{edge[0].value:%Y-%m-%dT%H:%M:%S.%fZ}{pages.BETWEEN}{edge[1].value}"
        return None, Page(self.lines(session, rows, who), older)

    def _chosen(self, filters: Any) -> Query[Any]:
        query = self.get_query()
        return self._apply_filters(query, None, {}, {}, filters)[0] if filters else query

    def _is_slow(self, chosen: tuple[int, str, str]) -> bool:
        return any(self._filters[chosen[0]].column is column for column in SLOW)

    @expose("/export/<any(csv, jsonl):form>")  # type: ignore[untyped-decorator]
    def export_view(self, form: str) -> Response:
        """What the filters leave, the oldest first. Recorded before the first byte, stopped with the right to it."""
        who, asked = visitor(), self._get_list_filter_args()
        with own() as session:
            told = f"{form}, filtered" if asked else form
            row = (Audit.__tablename__, who.firm.ref)
            audit.record(session, "audit.export", row, firm=who.firm.ref, actor=who.user.ref, evidence=told)
        where, copy = self._chosen(asked).whereclause, _Copy(who)
        pieces = audit_export.rows(who.firm.ref, form, [where], copy.choose)
        if form == audit_export.LINES and not asked:
            pieces = copy.with_links(pieces)
        headers = {"Content-Disposition": f'attachment; filename="record.{form}"'}
        streamed = _streamed(current_app._get_current_object(), pieces)  # type: ignore[attr-defined]
        # The first piece before anything is answered: what cannot be had at all is said so.
        whole = chain((next(streamed, ""),), streamed)
        return Response(whole, content_type=audit_export.MEDIA_TYPES[form], headers=headers)


def _edge(quick: Query[Any], filters: Any, slow: Any) -> tuple[Any, Any] | None:
    """The last row that a page looks at; None where it may look at all."""
    if not any(slow(one) for one in filters or ()) or any(
        "_its_id_" in one and request.args[one] for one in request.args
    ):
        return None
    last = (
        pages.behind(quick, Recorded.order, pages.asked(Recorded.order), 1).with_entities(Audit.at, Audit.id).limit(1)
    )
    found = last.offset(record_queries.LOOKED_AT - 1).first()
    return (literal(found.at, UTCDateTime()), literal(found.id, Audit.id.type)) if found else None


def _streamed(app: Flask, pieces: Iterator[str]) -> Iterator[str]:
    """Each piece in a context of its own: the request's, and the host's session with it, ends before a slow client."""
    while True:
        with app.app_context():
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


@dataclass(slots=True)
class _Copy:
    """A copy that is being made for somebody; ``whole``: nothing was left out so far.

    :raises Problem: from each verb, the right to the record was withdrawn.
    """

    who: Visitor
    whole: bool = True

    def choose(self, session: Session, rows: Sequence[Any]) -> Sequence[Any]:
        """What of a page of rows may be seen now."""
        self._check()
        seen = walls.readable(session, rows, self.who)
        self.whole = self.whole and len(seen) == len(rows)
        return seen

    def with_links(self, pieces: Iterator[str]) -> Iterator[str]:
        """With the seals behind the rows; a seal names all of its rows, so where some were left out there is none."""
        yield from pieces
        for piece in audit_export.links(self.who.firm.ref) if self.whole else ():
            self._check()
            yield piece

    def _check(self) -> None:
        if not self.who.may(MAY):
            raise nothing_here()


def _line(row: Audit, name: str, sealed: bool, who: Visitor) -> Line:
    return Line(
        id=row.id,
        at=words.time(row.at, who.firm.zone),
        action=recorded_words.action(row),
        object=recorded_words.object_of(row),
        change=recorded_words.change(row),
        by=words.link(_only("actor", row.actor), name),
        evidence=words.code(row.evidence),
        sealed=_(SEALED if sealed else NOT_YET),
    )


def _only(column: str, value: str) -> str:
    """The list with the rows of one actor or object only."""
    return f"{url_for('firmtext_audit.index_view')}?{urlencode({ONLY[column]: value})}"

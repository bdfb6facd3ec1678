"""What stands still for the firm, and letting sending go on: asked first, as it may be for every firm."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask_admin.actions import action
from flask_admin.base import expose
from flask_admin.helpers import get_redirect_target
from markupsafe import Markup
from sqlalchemy import func
from sqlalchemy.orm import Query, Session
from werkzeug.wrappers import Response

from ...current import firmtext
from ...language import gettext as _
from ...language import marked
from ...language import ngettext as _n
from ...messaging import held
from ...messaging import holds as verbs
from ...messaging.held import Held
from ...messaging.numbers import display
from ...store import queries
from ...store.models import Hold
from ...store.states import HoldKind
from ...store.transactions import own
from ..access import Visitor, visitor
from ..problems import Problem
from . import access, words
from .names import Name
from .record import Record
from .records import ActingRecords

LIFT, MAY = "lift", "hold.lift"
OBJECTS: Mapping[str, str] = {
    HoldKind.ACCOUNT: marked("Everything at the carrier"),
    HoldKind.FIRM: marked("The firm"),
}
RESUME = marked("Resume sending")
QUESTION = marked("Resume sending?")
EXPLAINED = marked(
    "What waits is sent at once, the oldest text first; a text that would come too late is not sent. If the cause is "
    "not mended, the carrier refuses the next text, sending stops again, and nothing is lost."
)
GOES_ON = marked(
    "Sending goes on. If the carrier still refuses, it stops again with the next text, and you see it here."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A hold in the list."""

    id: uuid.UUID
    since: Markup | str
    object: str
    why: str
    told: str
    waiting: int
    next_probe: Markup | str
    offered: Sequence[str] = ()


class Holds(ActingRecords):
    """What stands still for the firm now: on its account at the carrier, on a number of the firm, or on the firm."""

    routes = ("index_view", "details_view", "action_view")
    column_list = ("since", "object", "why", "waiting", "next_probe")
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        since=Name("Since"),
        object=Name("What stands still"),
        why=Name("Why"),
        waiting=Name("Waiting texts of the firm"),
        next_probe=Name("Looked at again"),
    )
    order = (Hold.since, Hold.id)
    empty = marked("Nothing stands still: texts are being sent.")
    confirm_template = "firmtext/admin/confirm.html"

    def get_query(self) -> Query[Any]:
        rows: Query[Any] = firmtext.db.session.query(Hold)
        return rows.filter(queries.stops(visitor().firm.ref))

    def get_count_query(self) -> Query[Any]:
        number: Query[Any] = firmtext.db.session.query(func.count(Hold.id))
        return number.filter(queries.stops(visitor().firm.ref))

    def lines(self, session: Session, rows: Sequence[Hold], who: Visitor) -> list[Line]:
        standing = {one.id: one for one in held.standing(session, who.firm.ref)}
        offered = (LIFT,) if who.may(MAY) else ()
        return [_line(standing[row.id], who.firm.zone, offered) for row in rows if row.id in standing]

    def record(self, session: Session, row: Hold, who: Visitor) -> Record:
        line = self.lines(session, [row], who)[0]
        facts = [*((label, getattr(line, name)) for name, label in self._list_columns), (_("What to do"), line.told)]
        actions = [(name, label) for name, label in self.get_actions_list()[0] if name in line.offered]
        return Record([(label, value) for label, value in facts if value != ""], row=row.id, offered=actions)

    def is_action_allowed(self, name: str) -> bool:
        with suppress(Problem):
            return name == LIFT and visitor().may(MAY)
        return False

    @expose("/action/", methods=("POST",))  # type: ignore[untyped-decorator]
    def action_view(self) -> Response:
        access.must(visitor(), MAY)
        return self.handle_action()  # type: ignore[no-any-return]

    @action(LIFT, RESUME)  # type: ignore[untyped-decorator]
    def lift(self, ids: Sequence[str]) -> Response | str:
        """Ask first; then end the holds that are named, each in a transaction of its own."""
        who, back = visitor(), get_redirect_target() or self.get_url(".index_view")
        rows = [row for row in map(self.get_one, ids[: self.page_size]) if row is not None]
        if rows and "confirmed" not in request.form:
            return self._ask(rows, who, back)
        if sum(_lifted(row.id, who) for row in rows):
            flash(_(GOES_ON), "success")
        else:
            flash(_("Sending was resumed before."), "info")
        return redirect(back)

    def _ask(self, rows: Sequence[Hold], who: Visitor, back: str) -> str:
        lines = [(line.id, _told(line)) for line in self.lines(firmtext.db.session(), rows, who)]
        form = {"csrf": self.action_form().csrf_token, "name": LIFT, "label": _(RESUME), "return_url": back}
        return str(
            self.render(self.confirm_template, question=_(QUESTION), explained=_(EXPLAINED), lines=lines, **form)
        )


def object_of(one: Held) -> str:
    """What stands still, in words."""
    return display(one.object) if one.kind == HoldKind.NUMBER else _(OBJECTS[one.kind])


def _line(one: Held, zone: str, offered: Sequence[str]) -> Line:
    return Line(
        id=one.id,
        since=words.time(one.since, zone),
        object=object_of(one),
        why=one.words.label,
        told=one.told(zone),
        waiting=one.waiting,
        next_probe=words.time(one.next_probe, zone),
        offered=offered,
    )


def _told(line: Line) -> str:
    waiting = _n("%(n)s text of the firm waits.", "%(n)s texts of the firm wait.", line.waiting)
    return f"{line.object}: {line.why}. {line.told} {waiting}"


def _lifted(hold: uuid.UUID, who: Visitor) -> bool:
    with own() as session:
        return verbs.lift(session, hold, by=who.user.ref, firm=who.firm.ref)

"""How the firm got its numbers, step by step. What stands still can be tried again; everything else is to look at."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from flask import flash, redirect, request
from flask_admin.actions import action
from flask_admin.base import expose
from flask_admin.helpers import get_redirect_target
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ...current import firmtext
from ...firm import orders, trouble
from ...language import gettext as _
from ...language import marked
from ...messaging.numbers import display
from ...store import admin_queries
from ...store.models import Audit, Order
from ...store.states import OrderState, Step
from ...store.transactions import own
from ..access import Visitor, visitor
from ..problems import Problem
from . import access, causes, history, words
from .filters import OneOf, Since, Until
from .names import Name
from .record import Record
from .records import ActingRecords

STATES: Mapping[str, str] = {
    OrderState.WORKING: marked("Under way"),
    OrderState.FAILED: marked("Stands still"),
    OrderState.DONE: marked("Done"),
}
STEPS: Mapping[str, str] = {
    Step.CHOOSE: marked("Choose a number"),
    Step.BUY: marked("Buy it"),
    Step.LINK: marked("Connect it"),
    Step.POINT: marked("Tell the carrier our addresses"),
    Step.CHECK: marked("Check it"),
}
#: What is recorded of an order, in words; the step that came next stands beside it.
ACTIONS = {
    "order.place": marked("Ordered"),
    "order.redirect": marked("Another number"),
    "order.again": marked("Tried again"),
}
AGAIN = "again"
CONFIRM = marked("Try again to get the number? Where it has to be bought, that costs money.")


@dataclass(frozen=True, slots=True)
class Line:
    """An order in the list. ``offered`` are the names of the actions that make sense for it."""

    id: uuid.UUID
    created_at: Markup | str
    number: str
    state: str
    step: str
    trouble: str
    step_at: Markup | str
    offered: Sequence[str] = ()


class Orders(ActingRecords):
    """Every order for a number of the firm, the newest first."""

    routes = ("index_view", "details_view", "action_view")
    column_list = ("created_at", "number", "state", "step", "trouble", "step_at")
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        created_at=Name("Ordered"),
        number=Name("Number"),
        state=Name("State"),
        step=Name("Next step"),
        trouble=Name("What is wrong"),
        step_at=Name("Last step"),
    )
    column_filters = (
        OneOf(Order.state, marked("State"), STATES),
        Since(Order.created_at, marked("Ordered")),
        Until(Order.created_at, marked("Ordered")),
    )
    order = (Order.created_at, Order.id)
    empty = marked("No orders yet. One is placed when an administrator turns texting on.")
    confirm_template = "firmtext/admin/confirm.html"

    def lines(self, session: Session, rows: Sequence[Order], who: Visitor) -> list[Line]:
        zone = who.firm.zone
        return [
            Line(
                id=row.id,
                created_at=words.time(row.created_at, zone),
                number=display(row.e164) if row.e164 else "",
                state=_(STATES[row.state]),
                step="" if row.state == OrderState.DONE else _(STEPS[row.step]),
                trouble=trouble.sentence(row.trouble) or "",
                step_at=words.time(row.step_at, zone),
                offered=(AGAIN,) if row.state == OrderState.FAILED else (),
            )
            for row in rows
        ]

    def record(self, session: Session, row: Order, who: Visitor) -> Record:
        line = self.lines(session, [row], who)[0]
        facts = (
            *((label, getattr(line, name)) for name, label in self._list_columns),
            (_("Cause"), causes.shown(row)),
            (_("Ordered by"), words.actors([row.by])[row.by]),
            (_("Numbers that were gone"), len(row.passed_over) or ""),
        )
        records = admin_queries.audit_of(session, who.firm.ref, Order.__tablename__, row.id)
        shown = [(label, value) for label, value in facts if value != ""]
        return Record(shown, tables=[history.table(_("Steps"), records, who, _said)])

    def is_action_allowed(self, name: str) -> bool:
        with suppress(Problem):
            return name == AGAIN and visitor().may("number.buy")
        return False

    @expose("/action/", methods=("POST",))  # type: ignore[untyped-decorator]
    def action_view(self) -> Response:
        access.must(visitor(), "number.buy")
        return self.handle_action()  # type: ignore[no-any-return]

    @action(AGAIN, marked("Try again"), CONFIRM)  # type: ignore[untyped-decorator]
    def again(self, ids: Sequence[str]) -> Response | str:
        """Ask first; then let the firm's order go on where it stopped."""
        rows = [
            row
            for row in map(self.get_one, ids[: self.page_size])
            if row is not None and row.state == OrderState.FAILED
        ]
        back = get_redirect_target() or self.get_url(".index_view")
        if not rows:
            flash(_("There is nothing to try again."), "info")
        elif "confirmed" not in request.form:
            return self._ask(rows, back)
        else:
            _try_again(rows, visitor())
            flash(_("It is being tried again. This page says what comes of it."), "success")
        return redirect(back)

    def _ask(self, rows: Sequence[Order], back: str) -> str:
        lines = [(line.id, _told(line)) for line in self.lines(firmtext.db.session(), rows, visitor())]
        form = {"csrf": self.action_form().csrf_token, "name": AGAIN, "label": _("Try again")}
        return str(self.render(self.confirm_template, question=_(CONFIRM), lines=lines, return_url=back, **form))


def _told(line: Line) -> str:
    told = ", ".join(filter(None, (line.state, line.number)))
    return f"{told}: {line.trouble}" if line.trouble else told


def _try_again(rows: Sequence[Order], who: Visitor) -> None:
    with own() as session:
        for row in rows:
            orders.resume(session, row.id, by=who.user.ref)


def _said(record: Audit) -> Markup | str:
    became = record.became or ""
    if record.action == "order.step" and became in STEPS:
        return _("Next: %(step)s", step=_(STEPS[became]))
    if record.action == "order.step" and became in STATES:
        return _(STATES[became])
    return _(ACTIONS.get(record.action, "")) or words.code(record.action)

"""The firm's rows of one model in Flask-Admin: read-only, and scoped on every route that there is."""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, request
from flask_admin.base import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm, SecureForm
from flask_admin.helpers import get_redirect_target
from flask_admin.model.base import ViewArgs
from flask_wtf.csrf import CSRFError
from sqlalchemy import func
from sqlalchemy.orm import InstrumentedAttribute, Query, Session
from werkzeug.local import LocalProxy

from ...current import firmtext
from ...language import gettext as _
from ...language import marked
from .. import csrf
from ..access import Visitor, visitor
from . import access, choices, pages
from .guarded import Guarded
from .pages import Page
from .record import Record

#: What an address of a list may carry beside the filters.
KEPT = (pages.ARGUMENT, "conversation")


class HostsDatabase:
    """The host's ``db`` of the application that runs: views may be made before there is one."""

    session = LocalProxy(lambda: firmtext.db.session)


class FirmRecords(Guarded, ModelView):  # type: ignore[misc]
    """Rows to look at. Nothing is created, edited, deleted or exported, and the routes for it do not exist.

    Flask-Admin counts rows, and loads one, past ``get_query``: all three are scoped here. Rows are put into words by
    :meth:`lines`, a page at a time, so that no column is shown by accident and a page costs so many queries.
    """

    can_create = can_edit = can_delete = can_export = can_set_page_size = False
    can_view_details = True
    column_sortable_list = ()
    form_base_class = SecureForm
    list_template = "firmtext/admin/list.html"
    details_template = "firmtext/admin/record.html"
    named_filter_urls = True
    page_size = 50
    simple_list_pager = True
    routes: tuple[str, ...] = ("index_view", "details_view")
    #: Actions (name and label) on rows that are chosen in the list: those whose line is ``selectable``.
    bulk: Sequence[tuple[str, str]] = ()
    #: When, and the id: the columns that a list is read backwards by.
    order: tuple[InstrumentedAttribute[Any], ...]
    empty = marked("There is nothing here yet.")

    def __init__(self, model: type, plural: str, **more: Any) -> None:
        super().__init__(model, HostsDatabase(), endpoint=f"firmtext_{plural}", url=f"firmtext/{plural}", **more)
        self._keep_routes()

    @abstractmethod
    def lines(self, session: Session, rows: Sequence[Any], who: Visitor) -> list[Any]:
        """A page of rows in words: objects with ``id`` and an attribute for each column of the list."""

    @abstractmethod
    def record(self, session: Session, row: Any, who: Visitor) -> Record:
        """One row for its page, once the host was asked whether this administrator may read it."""

    def whose(self, session: Session, firm: str, rows: Sequence[Any]) -> Mapping[Any, Collection[uuid.UUID]]:
        """The conversations that each of these rows tells of, by its id; a row about the firm tells of none."""
        return {}

    def seen(self, session: Session, rows: Sequence[Any], who: Visitor) -> Sequence[Any]:
        """Those of these rows that this administrator may know of: there may be walls inside a firm."""
        whose = self.whose(session, who.firm.ref, rows)
        may = access.listed(who, session, {one for some in whose.values() for one in some})
        return [row for row in rows if not whose.get(row.id) or not may.isdisjoint(whose[row.id])]

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        """The rows of a list: what the address wants beside the filters, without columns that no list shows."""
        return query

    def get_query(self) -> Query[Any]:
        rows: Query[Any] = firmtext.db.session.query(self.model)
        return rows.filter(self.model.firm == visitor().firm.ref)

    def get_count_query(self) -> Query[Any]:
        number: Query[Any] = firmtext.db.session.query(func.count(self.model.id))
        return number.filter(self.model.firm == visitor().firm.ref)

    def get_one(self, id: str) -> Any:  # noqa: A002 - Flask-Admin's name
        try:
            return self.get_query().filter(self.model.id == uuid.UUID(id)).one_or_none()
        except ValueError:
            return None

    def get_list(
        self, page: Any, sort_column: Any, sort_desc: Any, search: Any, filters: Any, page_size: int = 50, **more: Any
    ) -> tuple[None, Page]:
        """A page after the row that the address names: quick however deep, and new rows do not shift it."""
        query = self.narrowed(self.get_query())
        if filters:
            query = self._apply_filters(query, None, {}, {}, filters)[0]
        session, who = firmtext.db.session(), visitor()
        rows, older = pages.read(query, self.order, self.page_size, lambda some: self.seen(session, some, who))
        return None, Page(self.lines(session, rows, who), older)

    def scaffold_form(self) -> type[BaseForm]:
        """A form without fields: none would be scoped, and no drop-down lists another firm's rows."""
        return type("NoFields", (self.form_base_class,), {})

    def get_empty_list_message(self) -> str:
        narrowed = any(value and (name.startswith("flt") or name in KEPT) for name, value in request.args.items())
        return _("Nothing matches. Take a filter away or go back to the newest.") if narrowed else _(self.empty)

    @expose("/details/")  # type: ignore[untyped-decorator]
    def details_view(self) -> str:
        row, session = self.get_one(request.args.get("id", "")), firmtext.db.session()
        if row is None or not self.seen(session, [row], visitor()):
            abort(404)
        record = self.record(session, row, visitor())
        list_url = get_redirect_target() or self.get_url(".index_view")
        form = self.action_form() if record.offered else None
        return self.render(self.details_template, record=record, return_url=list_url, action_form=form)

    def render(self, template: str, **context: Any) -> str:
        if template == self.list_template:
            # Flask-Admin's own filters and actions need inline handlers; ours stand in the same template as forms.
            fields = choices.form(self._filter_args or {}, context["active_filters"])
            context |= {"filters": None, "filter_groups": None, "choices": fields}
            context |= {"actions": None, "named_actions": context["actions"], "bulk": self.bulk}
        return str(super().render(template, **context))

    def _get_list_filter_args(self) -> list[choices.Active]:
        return choices.asked(self._filter_args or {})

    def _get_list_extra_args(self) -> ViewArgs:
        # Flask-Admin hands every unknown argument to url_for, which takes some for its own.
        asked = {name: request.args[name] for name in KEPT if name in request.args}
        return ViewArgs(filters=self._get_list_filter_args(), extra_args=asked)


class ActingRecords(FirmRecords):
    """Rows about which something can be done: their forms have Flask-Admin's own token, so ours stands aside."""

    def handle_action(self, return_view: str | None = None) -> Any:
        """:raises CSRFError: 400, as everywhere else; Flask-Admin itself would only go back to the list."""
        if not self.validate_form(self.action_form()):
            raise CSRFError(_("The page was open too long. Go back, reload it and press the button again."))
        return super().handle_action(return_view)

    def create_blueprint(self, admin: Any) -> Blueprint:
        blueprint = super().create_blueprint(admin)
        csrf.stand_aside(admin.app, blueprint.name)
        return blueprint

"""Flask-Admin at /admin/, for administrators of a firm: the firm's own records, to read."""

from __future__ import annotations

from typing import Any

from flask import Flask, abort
from flask_admin import Admin, AdminIndexView
from flask_admin.contrib.sqla import ModelView
from flask_admin.menu import MenuLink
from flask_login import current_user
from sqlalchemy.orm import Query
from werkzeug.wrappers import Response

from . import policy, walls
from .adapter import key
from .models import Contact, Matter, User, db
from .signin import login_manager


class AdministratorsOnly:
    """Guards every route of a view."""

    def is_accessible(self) -> bool:
        return bool(current_user.is_authenticated and current_user.administrator)

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Response:
        return abort(403) if current_user.is_authenticated else login_manager.unauthorized()


class Home(AdministratorsOnly, AdminIndexView):
    """The first page."""


class FirmRecords(AdministratorsOnly, ModelView):
    """The firm's rows of one model. Flask-Admin counts, and loads one row, past ``get_query``: all three are scoped."""

    can_create = can_edit = can_delete = can_export = False
    can_view_details = True

    def get_query(self) -> Query[Any]:
        return super().get_query().filter(self.model.firm_ref == current_user.firm_ref, walls.outside(self.model))

    def get_count_query(self) -> Query[Any]:
        return super().get_count_query().filter(self.model.firm_ref == current_user.firm_ref, walls.outside(self.model))

    def get_one(self, id: str) -> Any:  # noqa: A002 - Flask-Admin's name
        return self.get_query().filter(self.model.id == key(id)).one_or_none()


class Users(FirmRecords):
    column_list = column_details_list = ("name", "email", "administrator")


class Contacts(FirmRecords):
    column_list = column_details_list = ("name", "email", "language", "zone")


class Matters(FirmRecords):
    column_list = column_details_list = ("number", "title", "open")


def init_app(app: Flask) -> Admin:
    admin = Admin(
        app, name="Administration", index_view=Home(template="administration.html"), csp_nonce_generator=policy.nonce
    )
    admin.add_view(Users(User, db, endpoint="admin_users", url="users"))
    admin.add_view(Contacts(Contact, db, endpoint="admin_contacts", url="contacts"))
    admin.add_view(Matters(Matter, db, endpoint="admin_matters", url="matters"))
    admin.add_link(MenuLink("Practice system", endpoint="pages.home"))
    return admin

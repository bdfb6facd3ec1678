"""What every view of ours has: its guard on every route, its styles, its answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from flask_admin.base import BaseView

from . import access, answers, banners


class Guarded(BaseView):  # type: ignore[misc]
    """For administrators of a firm, and only with the routes that it names."""

    #: The routes that exist; a view with an action adds ``action_view`` and says why.
    routes: tuple[str, ...] = ("index_view",)
    _urls: list[tuple[str, str, Any]]

    def _keep_routes(self) -> None:
        self._urls = [route for route in self._urls if route[1] in self.routes]

    @property
    def extra_css(self) -> list[str]:
        return [url_for("firmtext.static", filename="admin.css")]

    def is_accessible(self) -> bool:
        return access.administrator() is not None

    def inaccessible_callback(self, name: str, **kwargs: Any) -> None:
        access.refuse()

    def render(self, template: str, **context: Any) -> str:
        return str(super().render(template, firmtext_banners=banners.banners(), **context))

    def create_blueprint(self, admin: Any) -> Blueprint:
        blueprint: Blueprint = super().create_blueprint(admin)
        answers.attach(blueprint)
        return blueprint

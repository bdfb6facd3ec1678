"""What a host's application gets of this room: blueprints, what templates use, and who checks forms."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import default_exceptions

from .. import deferred, language
from ..errors import HostContractError, KeyUnavailable
from . import csrf, headers, problems, requests, routes
from .api import blueprint as api
from .blueprint import blueprint as pages

#: Under names of their own: the host's ``_`` is the host's.
GLOBALS = {
    "firmtext_ui": deferred.proxy(f"{__package__}.furniture:UI"),
    "_ft": language.gettext,
    "_ftn": language.ngettext,
    "_fthtml": language.html,
    "_ftnhtml": language.nhtml,
}

webhooks, health, metrics = (Blueprint(f"firmtext_{name}", __name__) for name in ("webhooks", "health", "metrics"))
#: Each code for itself, too: a host's page for a single code would come before ours for all errors.
ERRORS: tuple[type[Exception] | int, ...] = (Exception, *default_exceptions)
for one in (webhooks, health, metrics):
    one.after_request(headers.protect)
    requests.named(one)
    for kind in ERRORS:
        one.register_error_handler(kind, problems.come_again)

pages.before_request(csrf.check)
pages.register_error_handler(CSRFError, routes.view("refusal:stale"))
pages.register_error_handler(problems.Interruption, problems.answer)
for error in (SQLAlchemyError, KeyUnavailable, HostContractError):
    pages.register_error_handler(error, problems.unavailable)

routes.add(pages, routes.PAGES)
routes.add(webhooks, routes.WEBHOOKS, provide_automatic_options=False)
routes.add(health, routes.HEALTH)
routes.add(metrics, routes.METRICS)


#: What is loaded late, beside the views.
LATE = (f"{__package__}.furniture", f"{__package__}.api.desk")


def load() -> None:
    """Load now what is otherwise loaded when it is first asked for."""
    for route in routes.EVERY:
        deferred.found(f"{__package__}.{route.view}")
    for name in LATE:
        deferred.found(name)


def mount(app: Flask, prefix: str) -> None:
    """Every template of the application has our globals, also one of the host's that imports a slot without context."""
    for blueprint in (pages, webhooks, health, metrics, api.blueprint):
        app.register_blueprint(blueprint, url_prefix=prefix)
    app.jinja_env.globals.update(GLOBALS)
    csrf.stand_aside(app, pages.name, webhooks.name, api.NAME)

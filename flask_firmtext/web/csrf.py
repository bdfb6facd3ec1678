"""Forms come from our own pages. Checked here whether or not the host protects its own."""

from __future__ import annotations

from flask import Flask, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError, CSRFProtect, validate_csrf
from wtforms import ValidationError

HEADER = "X-CSRFToken"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def check() -> None:
    """:raises CSRFError: the token is missing, stale or another session's; nothing has been done yet."""
    if request.method in SAFE or not FlaskForm.Meta().csrf:
        return
    try:
        validate_csrf(request.form.get("csrf_token") or request.headers.get(HEADER))
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def stand_aside(app: Flask, *names: str) -> None:
    """Let a host's ``CSRFProtect`` leave these blueprints to us, also when it is bound to the app after we are."""

    def exempt() -> None:
        protect = app.extensions.get("csrf")
        if isinstance(protect, CSRFProtect):
            for name in names:
                protect.exempt(app.blueprints[name])

    # The first in the list: a host's own check may have been registered before us.
    app.before_request_funcs.setdefault(None, []).insert(0, exempt)

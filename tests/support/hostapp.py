"""The host of the tests: the smallest practice system, on MemoryHost. Processes load it with ``flask --app``."""

from __future__ import annotations

import json
import os
from typing import Any

from flask import Flask, Response, redirect, session
from flask_admin import Admin
from flask_sqlalchemy import SQLAlchemy

from flask_firmtext import FirmText
from flask_firmtext.testing.example import harbor_and_summit
from flask_firmtext.testing.host import MemoryHost

#: Good keys, known to everybody: for tests only.
KEYS = {
    "FIRMTEXT_ENCRYPTION_KEYS": "test1:aTzxl9oVbGn2X4yq8sQpUe0RkWcJ5dMfHh7tB3iN6vE=",
    "FIRMTEXT_INDEX_KEY": "q2N8rS5uYw0Zb7xD1fGkLpOe4iTjHcVm9aQyX6sBnUo=",
}
#: What a host that is a process of its own gives its engine.
OPTIONS = "SQLALCHEMY_ENGINE_OPTIONS"


def create_app(config: dict[str, Any] | None = None) -> Flask:
    app = Flask("hostapp")
    app.config.from_mapping(
        SECRET_KEY="only for tests",
        SQLALCHEMY_DATABASE_URI=os.environ.get("SQLALCHEMY_DATABASE_URI", "sqlite://"),
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True, **json.loads(os.environ.get(OPTIONS, "{}"))},
        FIRMTEXT_QUIET_HOURS="off",  # the tests run at every hour
    )
    app.config.from_mapping(config or {})
    db = SQLAlchemy()
    db.init_app(app)
    host = harbor_and_summit()
    firmtext = FirmText()
    firmtext.init_app(app, db=db, host=host)
    firmtext.add_admin_views(Admin(app, name="Practice"))
    app.extensions["memory_host"] = host
    _sign_in_pages(app, host)
    return app


def _sign_in_pages(app: Flask, host: MemoryHost) -> None:
    @app.before_request
    def know_the_user() -> None:
        if "user" in session:
            host.users.sign_in(session["user"])

    @app.get("/sign-in/<user>")
    def sign_in(user: str) -> Response:
        session["user"] = user
        return redirect("/")  # type: ignore[return-value]

    @app.get("/")
    def home() -> str:
        return "The practice system."

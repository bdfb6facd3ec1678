"""The application. What it takes to have texting stands in one place: search for "texting"."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_wtf import CSRFProtect

from . import administration, billing, contacts, events, pages, pay, policy, seed, signin, timesheet
from .adapter import make_host
from .models import db
from .texting import firmtext

csrf = CSRFProtect()
#: Pages whose importing adds them to the blueprint of signed-in people.
MORE_PAGES = (billing, contacts, events, timesheet)


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """The practice system. ``config`` wins over the environment; FirmText reads its own settings from either."""
    app = Flask(__name__)
    app.config.from_mapping(
        SECRET_KEY=os.environ.get("SECRET_KEY"),
        SQLALCHEMY_DATABASE_URI=os.environ.get("SQLALCHEMY_DATABASE_URI", "sqlite:///practice.sqlite3"),
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
    )
    app.config.from_mapping(config or {})

    db.init_app(app)
    csrf.init_app(app)
    policy.init_app(app)
    signin.init_app(app)
    pages.init_app(app)
    pay.init_app(app, csrf)
    seed.init_app(app)
    admin = administration.init_app(app)

    # Texting, all of it: the adapter (adapter/), our frame for its pages, its views in our Flask-Admin.
    # Its slots stand in templates/base.html (badge), communications.html, contact.html and matter.html (conversations),
    # bill.html and accounts.html (payment links), event_form.html, event.html and calendar.html (events) and
    # settings.html (link). A payment is told in pay.py, an event in events.py, a contact's numbers in
    # contacts.py.
    app.config.setdefault("FIRMTEXT_BASE_TEMPLATE", "base.html")
    firmtext.init_app(app, db=db, host=make_host(db))
    firmtext.add_admin_views(admin)
    return app

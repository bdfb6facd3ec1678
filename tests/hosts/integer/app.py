"""The application. What it has for texting stands at the lines that say so, here and in three templates."""

from __future__ import annotations

from typing import Any

from flask import Flask

from flask_firmtext import ContactMap, Firm, FirmText, MatterMap, Related, SQLAlchemyHost, UserMap  # texting

from . import clients, office
from .models import Case, CasePerson, Client, User, db  # texting

# texting: begin
people = Related(Case.people, contact=CasePerson.client, role=CasePerson.part, opposing=CasePerson.adverse)
host = SQLAlchemyHost(
    db,
    firm=Firm("default", "Marsh & Dune", "America/Chicago"),
    user=UserMap(User, name=(User.first, User.last), administrator=User.role == "partner"),
    contact=ContactMap(Client, name=(Client.first, Client.last), numbers=(Client.cell, Client.work), page="files.one"),
    matter=MatterMap(Case, title=Case.caption, client=Case.client, open=Case.status == "open", related=people),
)
# texting: end


def create_app(config: dict[str, Any] | None = None) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="change me", SQLALCHEMY_DATABASE_URI="sqlite:///marsh-dune.db")
    app.config.from_mapping(config or {})
    db.init_app(app)
    office.init_app(app)
    app.register_blueprint(clients.bp)
    # texting: begin
    app.config["FIRMTEXT_BASE_TEMPLATE"] = "layout.html"
    FirmText().init_app(app, db=db, host=host)
    # texting: end
    return app

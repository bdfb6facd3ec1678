"""The application. What it has for texting stands at the lines that say so, here and in three templates."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_firmtext.migrations import include_object  # texting
from flask_migrate import Migrate
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_sqlalchemy import SQLAlchemy

# texting: begin
from flask_firmtext import ContactMap, Firm, FirmText, MatterMap, SQLAlchemyHost, UserMap

# texting: end
from . import pages
from .tables import SCHEMA, Account, Base, Party, Proceeding, Role  # texting

#: The engine and the sessions are Flask-SQLAlchemy's, the models are not.
db = SQLAlchemy(metadata=Base.metadata)

# texting: begin
user = UserMap(Account, name=Account.signature, administrator=Account.roles.any(Role.name == "partner"))
party = ContactMap(Party, name=Party.display, numbers=Party.telephone, page="pages.party", where=~Party.struck)
case = {"title": (Proceeding.docket, Proceeding.style), "client": Proceeding.party, "related": Proceeding.witnesses}
matter = MatterMap(Proceeding, **case, open=Proceeding.phase != "closed", page="pages.proceeding")
firm = Firm("docket", "Oduya Trial Lawyers", "America/New_York")
host = SQLAlchemyHost(db, firm=firm, user=user, contact=party, matter=matter)
# texting: end


def create_app(config: dict[str, Any] | None = None) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="change me", SQLALCHEMY_DATABASE_URI="postgresql+psycopg:///docket")
    app.config.from_mapping(SECURITY_PASSWORD_SALT="and me", SECURITY_PASSWORD_HASH="pbkdf2_sha512")
    app.config.from_mapping(
        SECURITY_PASSWORD_HASH_OPTIONS={"pbkdf2_sha512__rounds": 1000}, SECURITY_POST_LOGIN_VIEW="/"
    )
    app.config.from_mapping(config or {})
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):  # which has no schemas
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"execution_options": {"schema_translate_map": {SCHEMA: None}}}
    db.init_app(app)
    Migrate(app, db, include_schemas=True, include_object=include_object)  # texting
    Security(app, SQLAlchemySessionUserDatastore(db.session, Account, Role))
    app.register_blueprint(pages.bp)
    # texting: begin
    app.config["FIRMTEXT_BASE_TEMPLATE"] = "page.html"
    FirmText().init_app(app, db=db, host=host)
    # texting: end
    return app

"""The factory. What it has for texting stands at the lines that say so, here and in three templates."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, redirect, url_for
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response as Redirection

# texting: begin
from flask_firmtext import ContactMap, FirmMap, FirmText, MatterMap, Numbers, Related, SQLAlchemyHost, UserMap

# texting: end
from . import auth, pages
from .models import Matter, Member, Party, Person, Phone, Tenant, db  # texting

ROOT = "/practice"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# texting: begin
phones = Numbers(Person.phones, Phone.number, label=Phone.kind, texting=Phone.for_texts)
rest = Related(Matter.parties, contact=Party.person, role=Party.capacity, opposing=Party.side == "theirs")
firms = FirmMap(Tenant, name=Tenant.title, zone=Tenant.timezone, available=Tenant.plan != "basic")
staff = UserMap(Member, name=Member.name, administrator=Member.manager, firm=Member.tenant_id, language=Member.locale)
person = {"name": Person.name, "firm": Person.tenant_id, "language": Person.lang}
people = ContactMap(Person, numbers=phones, page="people.show", **person)
file = MatterMap(Matter, title=Matter.name, client=Matter.client, related=rest, open=Matter.live, firm=Matter.tenant_id)
host = SQLAlchemyHost(db, firm=firms, user=staff, contact=people, matter=file, signed_in=lambda: g.get("member"))
# texting: end


def create_app(config: dict[str, Any] | None = None) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(SECRET_KEY="change me", SQLALCHEMY_DATABASE_URI="sqlite:///cabinet.db")
    app.config.from_mapping(SESSION_COOKIE_PATH=ROOT, SESSION_COOKIE_SAMESITE="Strict")
    app.config.from_mapping(config or {})
    db.init_app(app)
    auth.init_app(app)
    app.register_blueprint(pages.people)
    app.register_blueprint(pages.matters)
    app.add_url_rule("/", "home", home)
    app.after_request(strict)
    # texting: begin
    app.config.from_mapping(FIRMTEXT_BASE_TEMPLATE="frame.html", FIRMTEXT_URL_PREFIX="/messages")
    FirmText().init_app(app, db=db, host=host)
    # texting: end
    app.wsgi_app = DispatcherMiddleware(NotFound(), {ROOT: app.wsgi_app})  # type: ignore[method-assign]
    return app


def home() -> Redirection:
    return redirect(url_for("people.index"))


def strict(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = POLICY
    return answer

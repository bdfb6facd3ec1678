"""Pages about people and matters."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, abort, g, render_template

from .auth import members_only
from .models import Matter, Person, db

people = Blueprint("people", __name__, url_prefix="/people")
matters = Blueprint("matters", __name__, url_prefix="/matters")


def ours(model: type[Any], key: uuid.UUID) -> Any:
    return db.session.execute(db.select(model).filter_by(id=key, tenant_id=g.member.tenant_id)).scalar() or abort(404)


@people.get("/")
@members_only
def index() -> str:
    asked = db.select(Person).filter_by(tenant_id=g.member.tenant_id).order_by(Person.name)
    return render_template("people/index.html", people=db.session.scalars(asked).all())


@people.get("/<uuid:person_id>")
@members_only
def show(person_id: uuid.UUID) -> str:
    return render_template("people/show.html", person=ours(Person, person_id))


@matters.get("/<uuid:matter_id>")
@members_only
def show_matter(matter_id: uuid.UUID) -> str:
    return render_template("matters/show.html", matter=ours(Matter, matter_id))

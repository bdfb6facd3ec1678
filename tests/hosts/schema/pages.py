"""Pages about parties and proceedings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, render_template
from flask_security import auth_required

from .tables import Party, Proceeding

bp = Blueprint("pages", __name__)


def session() -> Any:
    return current_app.extensions["sqlalchemy"].session


@bp.get("/")
@auth_required("session")
def docket() -> str:
    return render_template("docket.html", proceedings=session().query(Proceeding).order_by(Proceeding.docket).all())


@bp.get("/parties/<code>")
@auth_required("session")
def party(code: str) -> str:
    return render_template("party.html", party=session().get(Party, code) or abort(404))


@bp.get("/proceedings/<docket>")
@auth_required("session")
def proceeding(docket: str) -> str:
    return render_template("proceeding.html", proceeding=session().get(Proceeding, docket) or abort(404))

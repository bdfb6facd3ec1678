"""Signing in, by the session alone: no extension does it here."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

from .models import Member, db

bp = Blueprint("auth", __name__)


def init_app(app: Flask) -> None:
    app.before_request(load_member)
    app.register_blueprint(bp)


def load_member() -> None:
    key = session.get("member")
    g.member = db.session.get(Member, uuid.UUID(key)) if key else None


def members_only(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return redirect(url_for("auth.enter")) if g.member is None else view(*args, **kwargs)

    return guarded


@bp.route("/enter", methods=["GET", "POST"])
def enter() -> str | Response:
    if request.method == "POST":
        member = db.session.execute(db.select(Member).filter_by(email=request.form["email"])).scalar()
        if member and not member.disabled and check_password_hash(member.password_hash, request.form["secret"]):
            session.clear()
            session["member"] = str(member.id)
            return redirect(url_for("people.index"))
    return render_template("enter.html", again=request.method == "POST")


@bp.get("/leave")
def leave() -> Response:
    session.clear()
    return redirect(url_for("auth.enter"))

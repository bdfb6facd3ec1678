"""The front door: signing in and out."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_login import LoginManager, login_user, logout_user
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

from .models import User, db

bp = Blueprint("office", __name__)
login_manager = LoginManager()
login_manager.login_view = "office.login"


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    app.register_blueprint(bp)


@login_manager.user_loader
def load_user(user_id: str) -> User | None:
    return db.session.get(User, int(user_id))


@bp.route("/login", methods=["GET", "POST"])
def login() -> str | Response:
    if request.method == "POST":
        user = db.session.query(User).filter_by(login=request.form["login"]).first()
        if user and check_password_hash(user.password, request.form["password"]):
            login_user(user)
            return redirect(url_for("files.index"))
        flash("Wrong name or password.")
    return render_template("login.html")


@bp.get("/logout")
def logout() -> Response:
    logout_user()
    return redirect(url_for("office.login"))

"""Signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, SubmitField
from wtforms.validators import DataRequired

from .models import User, db

bp = Blueprint("signin", __name__)
login_manager = LoginManager()
login_manager.login_view = "signin.login"
login_manager.login_message = "Sign in to go on."

# Checked when nobody has the address, so that an answer takes the same time whether or not there is such a user.
NOBODY = generate_password_hash("nobody")


class SignInForm(FlaskForm):
    email = EmailField("Email", [DataRequired("Type your email address.")], render_kw={"autocomplete": "username"})
    password = PasswordField(
        "Password", [DataRequired("Type your password.")], render_kw={"autocomplete": "current-password"}
    )
    submit = SubmitField("Sign in")


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    app.register_error_handler(401, sign_in_first)
    app.register_blueprint(bp)


@login_manager.user_loader
def load(user_id: str) -> User | None:
    return db.session.get(User, int(user_id))


def sign_in_first(error: HTTPException) -> Response | HTTPException:
    """A page asked for without a session leads to the form; a part of one (htmx) has no room for it."""
    return error if "HX-Request" in request.headers else login_manager.unauthorized()


@bp.route("/login", methods=["GET", "POST"])
def login() -> str | Response | tuple[str, int]:
    if current_user.is_authenticated:
        return redirect(url_for("pages.home"))
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("login.html", form=form)
    user = db.session.scalar(select(User).where(User.email == form.email.data.strip().lower()))
    if check_password_hash(user.password_hash if user else NOBODY, form.password.data) and user:
        login_user(user)
        return redirect(here(request.args.get("next")), code=303)
    form.password.errors = ["Email and password do not belong together."]
    return render_template("login.html", form=form), 422


@bp.post("/logout")
def logout() -> Response:
    logout_user()
    return redirect(url_for("signin.login"), code=303)


def here(address: str | None) -> str:
    """Where to go after signing in: a page of ours, never another site."""
    parts = urlsplit(address or "")
    if not address or parts.scheme or parts.netloc or not address.startswith("/") or "\\" in address:
        return url_for("pages.home")
    return address

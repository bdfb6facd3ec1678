"""What every answer of ours carries, and the pages for what went wrong."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

PAGES = "default-src 'self'; img-src 'self' data:; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"


def init_app(app: Flask) -> None:
    app.after_request(protect)
    app.add_url_rule("/favicon.ico", "favicon", redirect_to="/static/icon.svg")
    app.register_error_handler(404, not_found)
    app.register_error_handler(403, forbidden)
    app.register_error_handler(CSRFError, expired)


def protect(response: Response) -> Response:
    """No inline script or style anywhere, but what Flask-Admin's own pages mark with our nonce."""
    policy = PAGES
    if "nonce" in g:
        policy += f"; script-src 'self' 'nonce-{g.nonce}'; style-src 'self' 'nonce-{g.nonce}'"
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype == "text/html":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def nonce() -> str:
    """This request's nonce, for Flask-Admin."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return g.nonce


def not_found(error: HTTPException) -> tuple[str, int]:
    return render_template(
        "problem.html", title="Page not found", words="There is nothing at this address, or it is not your firm's."
    ), 404


def forbidden(error: HTTPException) -> tuple[str, int]:
    return render_template("problem.html", title="Not for you", words="Ask an administrator of your firm."), 403


def expired(error: CSRFError) -> tuple[str, int]:
    return render_template(
        "problem.html", title="This page was open too long", words="Go back, reload the page and send it again."
    ), 400

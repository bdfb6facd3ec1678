"""Figures for Prometheus. There are none unless a token is set: who may reach this machine is no proof of anything."""

from __future__ import annotations

import hmac

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.utils import ImportStringError, import_string

from ..current import firmtext

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="metrics"'}
LACKING = "Install flask-firmtext[metrics].\n"


def metrics() -> Response:
    """What the database says now, counted at each scrape; 404 while no token is set, 401 without it."""
    tokens = firmtext.settings.metrics_token
    if not tokens:
        return _plain("", 404)
    if not any(hmac.compare_digest(_given(), token.encode()) for token in tokens):
        return _plain("", 401, CHALLENGE)
    try:
        exposition = import_string("flask_firmtext.web.figures:exposition")
    except ImportStringError:
        return _plain(LACKING, 503)
    try:
        body, content_type = exposition()
    except SQLAlchemyError:
        return _plain("", 503)
    return Response(body, content_type=content_type)


def _given() -> bytes:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode() if kind.lower() == "bearer" else b""


def _plain(words: str, code: int, more: dict[str, str] | None = None) -> Response:
    return Response(words, code, more, content_type="text/plain; charset=utf-8")

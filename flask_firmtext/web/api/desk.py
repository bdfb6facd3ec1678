"""Every request of a program comes here: who asks, what for, whether they may, and an answer whatever happens."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, request
from pydantic import BaseModel
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ...current import firmtext
from .. import access
from . import arguments, catalogue, document, pace, problems
from .bearer import Bearer, bearer
from .operations import SAFE, WHO, Operation
from .problems import Failure

DOCUMENT = "openapi.json"


def answer(path: str) -> Response:
    """Answer a request. Nothing is raised: what went wrong is an answer, too."""
    try:
        answered = _answered(path)
    except Exception as error:
        firmtext.db.session.rollback()
        answered = problems.answered(problems.of(error))
    answered.headers.extend(pace.headers())
    return answered


def _answered(path: str) -> Response:
    if path == DOCUMENT and "Authorization" not in request.headers:
        access.visitor()  # a signed-in user may read what there is; only a token does anything
        return _described()
    who = bearer()
    pace.spend(who)
    if path == DOCUMENT:
        return _described()
    operation, parts = _operation(path)
    who.must_hold(operation.scope)
    given = arguments.given(who, operation, parts)
    _must_match(who, operation, given)
    return _told(operation, operation.do(**{WHO: who}, **given))


def _described() -> Response:
    if request.method not in ("GET", "HEAD"):
        raise Failure("method-not-allowed", headers={"Allow": "GET, HEAD"})
    return Response(document.text(request.root_path), mimetype="application/json")


def _operation(path: str) -> tuple[Operation, dict[str, Any]]:
    try:
        return catalogue.find(f"/{path}", request.method)
    except MethodNotAllowed as error:
        allowed = ", ".join(sorted(error.valid_methods or ()))
        raise Failure("method-not-allowed", headers={"Allow": allowed}) from None
    except NotFound:
        raise problems.nothing() from None


def _must_match(who: Bearer, operation: Operation, given: dict[str, Any]) -> None:
    """:raises Failure: ``If-Match`` names another version than the one that is there."""
    wanted = request.headers.get("If-Match")
    if wanted is None or operation.version is None or operation.method in SAFE:
        return
    shown = catalogue.named(operation.version)
    who.must_hold(shown.scope)
    found = shown.do(**{WHO: who}, **{name: given[name] for name in shown.parts})
    if wanted.strip() not in ("*", _tag(found.model_dump_json())):
        raise Failure("changed")


def _told(operation: Operation, done: Any) -> Response:
    if isinstance(done, Response):
        return done
    if not isinstance(done, BaseModel):
        return Response(status=operation.code)
    body = done.model_dump_json()
    answered = Response(body, operation.code, mimetype="application/json")
    if operation.version == operation.name:
        answered.headers["ETag"] = _tag(body)
    return answered


def _tag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'

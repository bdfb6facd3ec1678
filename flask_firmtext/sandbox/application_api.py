"""`/v2/applications/{id}`: Basic auth, JSON; a PUT replaces the whole object."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from . import problems, tokens, validation
from .faulty import goes_wrong
from .here import carrier
from .problems import Problem

blueprint = Blueprint("application", __name__)

PATH = "/v2/applications/<application_id>"


@blueprint.get(PATH)
@goes_wrong("account")
@goes_wrong("application_get")
def read(application_id: str) -> Response:
    """The application as its owner set it up."""
    problem = _problem(application_id)
    return problems.of_application(problem) if problem else jsonify(carrier.application.shown())


@blueprint.put(PATH)
@goes_wrong("application_put")
def replace(application_id: str) -> Response:
    """Another application under the same id."""
    problem = _problem(application_id)
    if problem is None and request.mimetype != "application/json":
        problem = problems.CONTENT_TYPE
    if problem is not None:
        return problems.of_application(problem)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return problems.of_application(problems.PAYLOAD)
    invalid = validation.faults_of_application(body)
    if invalid:
        return problems.of_application(problems.PAYLOAD, invalid)
    carrier.application.put(body)
    return jsonify(carrier.application.shown())


@blueprint.route(PATH, methods=["POST", "PATCH", "DELETE"])
def unsupported(application_id: str) -> Response:
    """What this sandbox, or the carrier, does with no application."""
    return problems.of_application(problems.WRONG_VERB.about(request.method))


def _problem(application_id: str) -> Problem | None:
    if tokens.refused_basic(carrier.account, request.headers.get("Authorization", "")):
        return problems.CREDENTIALS
    if not request.accept_mimetypes.accept_json and request.accept_mimetypes:
        return problems.ACCEPT
    if application_id != carrier.account.application_id:
        return problems.UNKNOWN_ID.about(application_id)
    return None

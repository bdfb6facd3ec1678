"""`POST /v1/messages`."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, g, jsonify, request

from . import problems, texts, tokens, validation
from .faulty import goes_wrong
from .here import carrier

blueprint = Blueprint("messages", __name__)

LARGEST_REQUEST = 1024 * 1024


@blueprint.after_request
def _trace(response: Response) -> Response:
    response.headers["X-Request-Id"] = str(uuid.uuid4())
    return response


@blueprint.post("/v1/messages")
@goes_wrong("post")
def send() -> Response:
    """Take a text, or say in the carrier's words why not."""
    problem = tokens.refused(carrier.account, request.headers.get("Authorization", ""))
    if problem is not None:
        return problems.answer(problem)
    if not carrier.throttle.allows(carrier.options.requests_per_second):
        return _throttled()
    if (request.content_length or 0) > LARGEST_REQUEST:
        return problems.answer(problems.TOO_LARGE)
    if request.mimetype != "application/json":
        return problems.answer(problems.MEDIA_TYPE)
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        return problems.answer(problems.INVALID_JSON)
    refusal = validation.refusal_of(body)
    if refusal is not None:
        return problems.answer(*refusal)
    if not carrier.inventory.sender(body["from"]):
        return problems.answer(problems.SENDER)
    message_uuid, g.first_status = texts.accept(carrier, body)
    response = jsonify(message_uuid=message_uuid)
    response.status_code = 202
    return response


def _throttled() -> Response:
    response = problems.answer(problems.THROTTLED)
    response.headers["Retry-After"] = "1"
    response.headers["X-RateLimit-Limit"] = f"{carrier.options.requests_per_second:g}"
    response.headers["X-RateLimit-Remaining"] = "0"
    response.headers["X-RateLimit-Reset"] = str(int((carrier.options.now() + 1) * 1000))
    return response

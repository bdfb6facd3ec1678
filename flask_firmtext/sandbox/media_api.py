"""Media that phones sent."""

from __future__ import annotations

from flask import Blueprint, Response, request

from . import problems, tokens
from .faulty import goes_wrong
from .here import carrier

blueprint = Blueprint("media", __name__)


@blueprint.get("/v3/media/<medium_id>")
@goes_wrong("media")
def medium(medium_id: str) -> Response:
    """One file, for the application's token when inbound media are secured."""
    if carrier.application.secures_media:
        problem = tokens.refused_bearer(carrier.account, request.headers.get("Authorization", ""))
        if problem is not None:
            return problems.answer(problem)
    found = carrier.media.get(medium_id, carrier.options.now())
    if found is None:
        return problems.answer(problems.NOT_FOUND)
    return Response(carrier.media.content(found), content_type=found.type)

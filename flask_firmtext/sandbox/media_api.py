"""Media that phones sent, and the application they were sent to."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from . import problems, tokens
from .faulty import goes_wrong
from .here import carrier

blueprint = Blueprint("media", __name__)


@blueprint.get("/v3/media/<medium_id>")
@goes_wrong("media")
def medium(medium_id: str) -> Response:
    """One file, for the application's token when inbound media are secured."""
    if carrier.options.secure_media:
        problem = tokens.refused_bearer(carrier.account, request.headers.get("Authorization", ""))
        if problem is not None:
            return problems.answer(problem)
    found = carrier.media.get(medium_id, carrier.options.now())
    if found is None:
        return problems.answer(problems.NOT_FOUND)
    return Response(carrier.media.content(found), content_type=found.type)


@blueprint.get("/v2/applications/<application_id>")
@goes_wrong("account")
def application(application_id: str) -> Response:
    """The application as its owner set it up."""
    if tokens.refused_basic(carrier.account, request.headers.get("Authorization", "")):
        return problems.answer(problems.UNAUTHORIZED)
    if application_id != carrier.account.application_id:
        return problems.answer(problems.NOT_FOUND)
    return jsonify(_application(carrier.options.webhooks))


def _application(webhooks: str) -> dict[str, object]:
    def hook(name: str, method: str) -> dict[str, str]:
        return {"address": f"{webhooks}/{name}", "http_method": method}

    return {
        "id": carrier.account.application_id,
        "name": "FirmText sandbox",
        "keys": {"public_key": carrier.account.public_key},
        "privacy": {"improve_ai": False},
        "capabilities": {
            "messages": {
                "webhooks": {"inbound_url": hook("inbound", "POST"), "status_url": hook("status", "POST")},
                "version": "v1",
                "authenticate_inbound_media": carrier.options.secure_media,
            },
            "voice": {"webhooks": {"answer_url": hook("answer", "GET")}, "signed_callbacks": True},
        },
    }

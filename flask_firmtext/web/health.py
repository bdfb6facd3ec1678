"""Whether this process works (``healthz``, for load balancers) and whether all is well (``readyz``, for alarms)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.utils import import_string

from ..reserve import reserved
from ..store.counters import count
from ..store.transactions import own
from . import headers, requests

blueprint = Blueprint("firmtext_health", __name__)
blueprint.after_request(headers.protect)
requests.named(blueprint)


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 while the process answers and the database can be written."""
    try:
        # What the load balancer reads must not take the webhooks away because pages of the host are slow.
        with reserved(), own() as session:
            count(session, "healthz")
    except SQLAlchemyError:
        return jsonify(status="down"), 503
    return jsonify(status="ok"), 200


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """503 with reason words when something needs an operator."""
    # Found when first asked: it knows the bell, and whoever imports RQ waits for it.
    reasons = import_string("flask_firmtext.worker.readiness:reasons")()
    if reasons:
        return jsonify(status="degraded", reasons=reasons), 503
    return jsonify(status="ok", reasons=[]), 200

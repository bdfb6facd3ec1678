"""Whether this process works (``healthz``, for load balancers) and whether all is well (``readyz``, for alarms)."""

from __future__ import annotations

from flask import Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from ..deferred import function_of
from ..reserve import reserved
from ..store.counters import count
from ..store.transactions import own

#: It knows the bell, and whoever imports RQ waits for it.
reasons = function_of("flask_firmtext.worker.readiness:reasons")


def healthz() -> tuple[Response, int]:
    """200 while the process answers and the database can be written."""
    try:
        # What the load balancer reads must not take the webhooks away because pages of the host are slow.
        with reserved(), own() as session:
            count(session, "healthz")
    except SQLAlchemyError:
        return jsonify(status="down"), 503
    return jsonify(status="ok"), 200


def readyz() -> tuple[Response, int]:
    """503 with reason words when something needs an operator."""
    if found := reasons():
        return jsonify(status="degraded", reasons=found), 503
    return jsonify(status="ok", reasons=[]), 200

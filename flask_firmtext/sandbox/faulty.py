"""Requests to the carrier that go wrong on demand."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable

from flask import Response, g, jsonify, request

from . import problems
from .faults import Fault
from .here import carrier
from .server import damage
from .wire import WAYS, Wire

View = Callable[..., Response]

#: Seconds that a 202 waits for its statuses when they shall overtake it.
OVERTAKEN = 10
#: Seconds of a delay that does not say how long.
DELAY = 5


def goes_wrong(on: str) -> Callable[[View], View]:
    """Let faults that are switched on for the place `on` happen to a view."""

    def spoil(view: View) -> View:
        @functools.wraps(view)
        def spoilt(**arguments: str) -> Response:
            fault = carrier.faults.first(on, _numbers(arguments))
            honest = functools.partial(view, **arguments)
            return honest() if fault is None else _suffer(fault, honest)

        return spoilt

    return spoil


def _numbers(arguments: dict[str, str]) -> set[str]:
    """Whose request it is, read from whatever form it has."""
    body = request.get_json(silent=True)
    given = [*request.form.values(), *request.args.values(), *(body.values() if isinstance(body, dict) else [])]
    medium = carrier.media.get(arguments.get("medium_id", ""), 0)
    return {str(value) for value in given if isinstance(value, str)} | set(medium.numbers if medium else ())


def _suffer(fault: Fault, honest: Callable[[], Response]) -> Response:
    if fault.do == "answer":
        return _answer(fault, honest)
    if fault.do == "code":
        return _code(fault)
    if fault.do == "taken":
        carrier.inventory.sell_to_another(request.form.get("msisdn", ""))
    # All that is left takes the request as usual first, but for the connection that closes before.
    response = Response() if fault.do == "drop_before" else honest()
    if fault.do in ("drop_before", "drop_after"):
        damage(request.environ, Wire(fault.how or "drop"))
    elif fault.do == "never":
        damage(request.environ, Wire("silence", seconds=fault.seconds))
    elif fault.do == "reorder" and g.get("first_status") is not None:
        carrier.webhooks.wait_until_sent(g.first_status, OVERTAKEN)
    elif fault.do == "delay":
        time.sleep(DELAY if fault.seconds is None else fault.seconds)
    return response


def _answer(fault: Fault, honest: Callable[[], Response]) -> Response:
    if fault.how in WAYS:
        damage(request.environ, Wire(fault.how, fault.at, fault.seconds))
    if fault.how == "reused_uuid":
        before = carrier.ledger.oldest_uuid() or "00000000-0000-4000-8000-000000000000"
        if fault.accept:
            honest()
        response = jsonify(message_uuid=before)
        response.status_code = fault.status or 202
    elif fault.status is None and fault.body is None:
        response = honest()
    else:
        if fault.accept:
            honest()
        response = _given(fault)
    for name, value in (fault.headers or {}).items():
        response.headers.remove(name)
        if value is not None:
            response.headers[name] = value
    return response


def _given(fault: Fault) -> Response:
    """The answer as the fault describes it; a status alone gives the carrier's own words for it."""
    status = fault.status or 202
    words = None if fault.body is not None else _words(fault.on, status)
    if words is not None:
        response = words
    elif fault.body is None or isinstance(fault.body, str):
        response = Response(fault.body or "", status, content_type="text/html; charset=utf-8")
    else:
        plain = fault.on.startswith(("number_", "application_")) or status < 400 or status == 422
        kind = "application/json" if plain else "application/problem+json"
        response = Response(json.dumps(fault.body), status, content_type=kind)
    if status == 429 or (status == 503 and fault.seconds is not None):
        response.headers["Retry-After"] = f"{1 if fault.seconds is None else fault.seconds:g}"
    if 300 <= status < 400:
        response.headers.setdefault("Location", request.host_url + "elsewhere")
    return response


def _words(on: str, status: int) -> Response | None:
    """The carrier's own answer with this status; each of its APIs has its words."""
    if on.startswith("number_") and status in problems.LABELS:
        return problems.coded(status)
    if on.startswith("application_") and status in problems.OF_APPLICATION:
        return problems.of_application(problems.OF_APPLICATION[status])
    return problems.answer(problems.BY_STATUS[status]) if status in problems.BY_STATUS else None


def _code(fault: Fault) -> Response:
    if fault.on == "post":
        return problems.answer(problems.BY_CODE.get(fault.code or 0, problems.PARAMS))
    # The Numbers API reports some failures inside an answer 200.
    return jsonify({"error-code": str(fault.code), "error-code-label": "method failed"})

"""`/_sandbox/…`: the phones, the ledger and the faults, for tests and the demo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import calls, inbound
from .calls import NoAnswerError
from .faults import BadFaultError
from .here import carrier
from .inbound import BadTextError
from .options import BadOptionError

blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")

Answer = Response | tuple[Response, int]


@blueprint.errorhandler(BadFaultError)
@blueprint.errorhandler(BadOptionError)
@blueprint.errorhandler(BadTextError)
def _bad(error: Exception) -> Answer:
    return jsonify(error=str(error)), 400


@blueprint.errorhandler(NoAnswerError)
def _no_answer(error: Exception) -> Answer:
    return jsonify(error=str(error)), 502


@blueprint.get("/ledger")
def ledger() -> Answer:
    """Accepted texts and attempted webhooks."""
    return jsonify(carrier.ledger.shown())


@blueprint.get("/phones")
def phones() -> Answer:
    """Known phones with their texts."""
    return jsonify([{"msisdn": one.msisdn, "name": one.name, "texts": one.texts} for one in carrier.phones.all()])


@blueprint.post("/phones/<msisdn>/texts")
def write(msisdn: str) -> Answer:
    """Text from a phone."""
    return jsonify(message_uuid=inbound.write(carrier, inbound.phone_number(msisdn), _body())), 201


@blueprint.post("/phones/<msisdn>/calls")
def call(msisdn: str) -> Answer:
    """Call from a phone."""
    return jsonify(heard=calls.call(carrier, inbound.phone_number(msisdn), _body())), 201


@blueprint.get("/faults")
def faults() -> Answer:
    """What goes wrong."""
    return jsonify(carrier.faults.shown())


@blueprint.post("/faults")
def add_fault() -> Answer:
    """Let something go wrong."""
    return jsonify(id=carrier.faults.add(_body()).id), 201


@blueprint.delete("/faults")
def clear_faults() -> Answer:
    """Let everything go right."""
    return jsonify(cleared=carrier.faults.clear())


@blueprint.delete("/faults/<fault_id>")
def clear_fault(fault_id: str) -> Answer:
    """Let one thing go right again."""
    return jsonify(cleared=carrier.faults.clear(fault_id))


@blueprint.get("/options")
def options() -> Answer:
    """How the carrier behaves."""
    return jsonify(carrier.options.shown())


@blueprint.post("/options")
def change_options() -> Answer:
    """Change how the carrier behaves."""
    carrier.options.change(_body())
    return jsonify(carrier.options.shown())


@blueprint.post("/reset")
def reset() -> Answer:
    """Back to the first day."""
    carrier.reset()
    return jsonify(reset=True)


def _body() -> Any:
    return request.get_json(force=True, silent=True)

"""`/_sandbox/…`: the phones, the ledger and the faults, for tests and the demo."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import calls, inbound
from .calls import NoAnswerError
from .faults import BadFaultError
from .here import carrier
from .inbound import BadTextError
from .inventory import GoneError, Number
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


@blueprint.get("/numbers")
def numbers() -> Answer:
    """The account's numbers; with `?owned=0` those for sale."""
    owned = request.args.get("owned", "1") != "0"
    return jsonify([_number(one) for one in carrier.inventory.all(owned)])


@blueprint.post("/numbers/<msisdn>")
def verify(msisdn: str) -> Answer:
    """Let the carriers take a number's texts, or block them as they do with an unregistered one."""
    wanted = _body()
    if not isinstance(wanted, dict) or set(wanted) != {"verified"} or not isinstance(wanted["verified"], bool):
        return jsonify(error='Send a JSON object such as {"verified": false}.'), 400
    try:
        return jsonify(_number(carrier.inventory.verify(msisdn.removeprefix("+"), wanted["verified"])))
    except GoneError:
        return jsonify(error=f"The carrier has no number {msisdn!r}; write digits such as 18335550100."), 404


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


def _number(number: Number) -> dict[str, Any]:
    return {name: value for name, value in asdict(number).items() if name != "taken"}


def _body() -> Any:
    return request.get_json(force=True, silent=True)

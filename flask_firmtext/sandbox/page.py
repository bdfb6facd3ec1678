"""The phones page: read and text as the firm's clients do, and let things go wrong."""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from . import calls, inbound
from .calls import NoAnswerError
from .here import carrier
from .inbound import BadTextError, phone_number
from .inventory import GoneError
from .outcomes import OUTCOMES, title
from .presets import CARRIER_PRESETS, PHONE_PRESETS, Preset

blueprint = Blueprint("page", __name__, template_folder="templates", static_folder="static")

#: The pieces that refresh themselves, and the templates they are made of.
PARTS = ("phones", "conversation", "numbers", "faults", "ledger")
NEWEST = 12
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@blueprint.before_request
def _own_pages_only() -> None:
    """No other site may press our buttons."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


@blueprint.after_request
def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    if request.endpoint != "page.static":
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/")
def phones() -> str:
    """The page."""
    return _page()


@blueprint.get("/parts")
def parts() -> Response:
    """The pieces that change by themselves."""
    view = _view()
    return jsonify({part: render_template(f"sandbox/_{part}.html", **view) for part in PARTS})


@blueprint.post("/phones/<msisdn>/texts")
def write(msisdn: str) -> BaseResponse | tuple[str, int]:
    """Text from a phone."""
    file = request.files.get("file")
    wanted: dict[str, Any] = {"to": request.form.get("to"), "text": request.form.get("text", "")}
    if file is not None and file.filename:
        data = base64.b64encode(file.read()).decode()
        wanted["media"] = [{"name": file.filename, "type": file.mimetype or "application/octet-stream", "data": data}]
    try:
        inbound.write(carrier, phone_number(msisdn), wanted)
    except BadTextError as error:
        return _page(problem=str(error), msisdn=msisdn, draft=wanted["text"]), 400
    return _back(msisdn)


@blueprint.post("/phones/<msisdn>/calls")
def call(msisdn: str) -> str | tuple[str, int]:
    """Call from a phone."""
    try:
        heard = calls.call(carrier, phone_number(msisdn), {"to": request.form.get("to")})
    except (BadTextError, NoAnswerError) as error:
        return _page(problem=str(error), msisdn=msisdn), 400
    return _page(msisdn=msisdn, heard=heard)


@blueprint.post("/faults/<key>")
def toggle(key: str) -> BaseResponse:
    """Switch the fault of a button on or off."""
    msisdn = request.form.get("phone", "")
    preset = next((one for one in (*PHONE_PRESETS, *CARRIER_PRESETS) if one.key == key), None)
    if preset is None:
        abort(404)
    wanted = _wanted(preset, msisdn)
    active = [one["id"] for one in carrier.faults.shown() if _same(one, wanted)]
    for fault_id in active:
        carrier.faults.clear(fault_id)
    if not active:
        carrier.faults.add(wanted)
    return _back(msisdn)


@blueprint.post("/faults/clear")
def clear() -> BaseResponse:
    """Switch off one fault, or all."""
    carrier.faults.clear(request.form.get("id"))
    return _back(request.form.get("phone", ""))


@blueprint.post("/numbers/<msisdn>")
def verify(msisdn: str) -> BaseResponse:
    """Let the carriers take a number's texts, or block them."""
    try:
        carrier.inventory.verify(msisdn, request.form.get("verified") == "1")
    except GoneError:
        abort(404)
    return _back(request.form.get("phone", ""))


@blueprint.post("/reset")
def reset() -> BaseResponse:
    """Back to the first day."""
    carrier.reset()
    return _back("")


def _back(msisdn: str) -> BaseResponse:
    return redirect(url_for("page.phones", phone=msisdn.removeprefix("+") or None), 303)


def _page(**more: Any) -> str:
    return render_template("sandbox/page.html", **_view(more.pop("msisdn", None)), **more)


def _view(msisdn: str | None = None) -> dict[str, Any]:
    known = carrier.phones.all()
    asked = (msisdn or request.args.get("phone", "")).removeprefix("+")
    asked = "".join(character for character in asked if character.isdigit())
    chosen = asked if len(asked) >= 10 else known[0].msisdn if known else ""
    chosen = f"1{chosen}" if len(chosen) == 10 else chosen
    phone, active = carrier.phones.get(chosen), carrier.faults.shown()
    numbers = carrier.inventory.all(owned=True)
    own = [number.msisdn for number in numbers]
    return {
        "known": known,
        "phone": phone if chosen else None,
        "own": own,
        "numbers": numbers,
        "partner": next((text["with"] for text in reversed(phone.texts) if text["with"] in own), own[0] if own else ""),
        "ending": OUTCOMES.get(chosen[-4:]) if chosen[-7:-4] == "555" else None,
        "outcomes": [(ending, outcome, title(outcome.code)) for ending, outcome in OUTCOMES.items()],
        "phone_presets": _buttons(PHONE_PRESETS, active, chosen),
        "carrier_presets": _buttons(CARRIER_PRESETS, active, chosen),
        "active": active,
        "ledger": carrier.ledger.newest(NEWEST),
    }


def _buttons(presets: tuple[Preset, ...], active: list[dict[str, Any]], msisdn: str) -> list[tuple[Preset, bool]]:
    return [(one, any(_same(fault, _wanted(one, msisdn)) for fault in active)) for one in presets]


def _wanted(preset: Preset, msisdn: str) -> dict[str, Any]:
    return preset.fault | ({"to": msisdn} if preset in PHONE_PRESETS and msisdn else {})


def _same(fault: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return {name: value for name, value in fault.items() if name != "id"} == wanted


@blueprint.app_template_filter("sandbox_said")
def _said(body: str) -> str:
    """What a webhook is about."""
    said = json.loads(body) if body else {}
    return str(said.get("status") or said.get("text") or said.get("message_type") or "")


@blueprint.app_template_filter("sandbox_number")
def _number(msisdn: str) -> str:
    """A number as people in North America write it."""
    if len(msisdn) == 11 and msisdn.startswith("1"):
        return f"({msisdn[1:4]}) {msisdn[4:7]}-{msisdn[7:]}"
    return f"+{msisdn}"

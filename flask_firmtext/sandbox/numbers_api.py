"""The Numbers API: Basic auth, forms only, error codes as strings."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import problems, tokens
from .faulty import View, goes_wrong
from .here import carrier
from .inventory import GoneError, Number

blueprint = Blueprint("numbers", __name__)

_TOLL_FREE_FEATURES = ("SMS", "MMS", "VOICE")
_GONE = (
    "Numbers from this country can be requested from the Dashboard (https://dashboard.nexmo.com/buy-numbers) as they "
    "require a valid local address to be provided before being purchased."
)
_LIMITS = [
    {"feature": feature, "type": direction, "reach": "DOMESTIC"}
    for feature in ("SMS", "MMS")
    for direction in ("INBOUND", "OUTBOUND")
]


def _basic_only(view: View) -> View:
    @functools.wraps(view)
    def checked(**arguments: str) -> Response:
        if tokens.refused_basic(carrier.account, request.headers.get("Authorization", "")):
            return problems.coded(401)
        return view(**arguments)

    return checked


@blueprint.get("/number/search")
@goes_wrong("number_search")
@_basic_only
def search() -> Response:
    """Numbers for sale."""
    if len(request.args.get("country", "")) != 2:
        return _missing("country")
    features = set(filter(None, request.args.get("features", "").split(",")))
    wanted_type = request.args.get("type")
    found = [
        number
        for number in _matching(carrier.inventory.all(owned=False))
        if features <= set(number.features) and wanted_type in (None, number.type)
    ]
    return _page(found, _for_sale)


@blueprint.get("/account/numbers")
@goes_wrong("account")
@_basic_only
def owned() -> Response:
    """Numbers of the account."""
    application, linked = request.args.get("application_id"), request.args.get("has_application")
    found = [
        number
        for number in _matching(carrier.inventory.all(owned=True))
        if application in (None, number.app_id)
        and (linked is None or (linked.lower() == "true") == bool(number.app_id))
    ]
    return _page(found, _of_account)


@blueprint.post("/number/buy")
@goes_wrong("number_buy")
@_basic_only
def buy() -> Response:
    """Make a number the account's."""
    return _change(carrier.inventory.buy)


@blueprint.post("/number/cancel")
@goes_wrong("number_cancel")
@_basic_only
def cancel() -> Response:
    """Give a number back."""
    return _change(carrier.inventory.cancel)


@blueprint.post("/number/update")
@goes_wrong("number_update")
@_basic_only
def update() -> Response:
    """Change what a number is linked to."""
    links = {
        "app_id": request.form.get("app_id", ""),
        "mo_http_url": request.form.get("moHttpUrl", ""),
        "voice_callback_type": request.form.get("voiceCallbackType", ""),
        "voice_callback_value": request.form.get("voiceCallbackValue", ""),
    }
    if links["app_id"] not in ("", carrier.account.application_id):
        return problems.coded(420)
    return _change(functools.partial(carrier.inventory.update, **links))


def _change(verb: Callable[[str, str], None]) -> Response:
    # A body that is not announced as a form is not read at all, whatever is in it.
    for field in ("country", "msisdn"):
        if not request.form.get(field):
            return _missing(field)
    try:
        verb(request.form["country"], request.form["msisdn"])
    except GoneError:
        return problems.coded(420, _GONE)
    return problems.coded(200)


def _missing(field: str) -> Response:
    response = jsonify({field: "Is required."})
    response.status_code = 400
    return response


def _matching(numbers: list[Number]) -> list[Number]:
    pattern, country = request.args.get("pattern", ""), request.args.get("country")
    fits = {"0": str.startswith, "1": str.__contains__, "2": str.endswith}.get(
        request.args.get("search_pattern", "0"), str.startswith
    )
    return [number for number in numbers if fits(number.msisdn, pattern) and country in (None, number.country)]


def _page(numbers: list[Number], shown: Callable[[Number], dict[str, Any]]) -> Response:
    size = min(100, max(1, request.args.get("size", 10, int)))
    start = (max(1, request.args.get("index", 1, int)) - 1) * size
    page = numbers[start : start + size]
    # The carrier leaves everything out when there is nothing.
    return jsonify({"count": len(numbers), "numbers": [shown(number) for number in page]} if page else {})


def _for_sale(number: Number) -> dict[str, Any]:
    return {
        "country": number.country,
        "msisdn": number.msisdn,
        "type": number.type,
        "features": list(number.features),
        "initialPrice": "0.00",
        "cost": "1.25",
        "limitations": _LIMITS if number.features == _TOLL_FREE_FEATURES else [],
    }


def _of_account(number: Number) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "country": number.country,
        "msisdn": number.msisdn,
        "type": number.type,
        "features": list(number.features),
    }
    links = {
        "app_id": number.app_id,
        "messagesCallbackType": "app" if number.app_id else "",
        "messagesCallbackValue": number.app_id,
        "moHttpUrl": number.mo_http_url,
        "voiceCallbackType": number.voice_callback_type or ("app" if number.app_id else ""),
        "voiceCallbackValue": number.voice_callback_value or number.app_id,
    }
    return shown | {name: value for name, value in links.items() if value}

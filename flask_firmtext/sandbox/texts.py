"""A text's way from the customer to a phone, and what the customer hears of it."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import replace
from typing import Any

from . import segments
from .carrier import Carrier
from .faults import Fault
from .options import iso
from .outcomes import OUTCOMES, STOPPED, UNREACHED, UNVERIFIED, Outcome, title
from .problems import ERRORS
from .webhooks import Event

#: Bounds in seconds of the waits before `submitted`, and from there to the final status.
SUBMITTED, FINAL = (0.05, 0.5), (0.5, 5.0)
_NORTH_AMERICA = re.compile(r"1[2-9]\d{2}[2-9]\d{6}")
_PRICE = 0.0075


def accept(carrier: Carrier, body: dict[str, Any]) -> tuple[str, Event | None]:
    """Take a valid text: enter it in the ledger, put it on the phone, plan its statuses.

    The text's uuid, and the first status webhook with what follows it (None when none will come).
    """
    message_uuid, now = str(uuid.uuid4()), carrier.options.now()
    text = body.get("text") or (body.get(body["message_type"]) or {}).get("caption") or ""
    post = {
        "at": iso(now),
        "message_uuid": message_uuid,
        "client_ref": body.get("client_ref"),
        "from": body["from"],
        "to": body["to"],
        "text": text,
        "status": "accepted",
    }
    faults = carrier.faults.all("status", {body["to"], body["from"]})
    code = faults.get("code")
    outcome = _outcome(carrier, body, code)
    carrier.ledger.accepted(post)
    if outcome is None or outcome.how == "segment" or (code and code.then == "delivered"):
        entry = {"direction": "in", "with": body["from"], "text": text, "at": post["at"]}
        carrier.phones.add(body["to"], entry)
    planned = None if "never" in faults else _events(carrier, body, message_uuid, outcome, faults)
    if planned is not None:
        carrier.webhooks.plan(planned)
    return message_uuid, planned


def _outcome(carrier: Carrier, body: dict[str, Any], fault: Fault | None) -> Outcome | None:
    """How the text ends; None when it arrives."""
    if carrier.phones.blocks(body["to"], body["from"]):
        return STOPPED
    if fault is not None and fault.code is not None:
        return Outcome(fault.code, fault.state or "rejected", fault.how or "text")
    if not carrier.inventory.verified(body["from"]):
        return UNVERIFIED
    if not _NORTH_AMERICA.fullmatch(body["to"]):
        return UNREACHED
    return OUTCOMES.get(body["to"][-4:]) if body["to"][-7:-4] == "555" else None


def _events(
    carrier: Carrier, body: dict[str, Any], message_uuid: str, outcome: Outcome | None, faults: dict[str, Fault]
) -> Event:
    speed, delay = carrier.options.speed, faults.get("delay")
    late = delay.seconds if delay is not None and delay.seconds is not None else 5.0 if delay else 0.0
    waits = [speed * _between(*SUBMITTED, message_uuid + "s") + late, speed * _between(*FINAL, message_uuid + "f")]
    at = carrier.options.now() + waits[0]
    url = body.get("webhook_url") or carrier.application.hook("status").url
    final = "delivered" if outcome is None else outcome.status
    stages = [("submitted", at, None), (final, at + waits[1], outcome)]
    contradiction = faults["code"].then if "code" in faults else None
    if contradiction is not None:
        waits.append(speed * 0.5)
        other = None if contradiction == "delivered" else Outcome(faults["code"].code or 1330, contradiction)
        stages.append((contradiction, at + waits[1] + 1, other))
    events = [
        Event("status", url, _status_body(body, message_uuid, *stage), wait, stage[0], message_uuid)
        for stage, wait in zip(stages, waits, strict=True)
    ]
    if "reorder" in faults:
        events = [replace(events[1], wait=waits[0]), replace(events[0], wait=waits[1] or 0.2), *events[2:]]
    return _chained([spoilt(one, faults) for one in events])


def _chained(events: list[Event]) -> Event:
    chain = events[-1]
    for one in reversed(events[:-1]):
        chain = replace(one, then=chain)
    return chain


def spoilt(one: Event, faults: dict[str, Fault]) -> Event:
    """A webhook with what faults of delivery make of it."""
    duplicate, forge = faults.get("duplicate"), faults.get("forge")
    drops = [do.removeprefix("drop_") for do in ("drop_before", "drop_after") if do in faults]
    return replace(
        one,
        copies=max(2, duplicate.times or 2) if duplicate else 1,
        forgery=(forge.how or "wrong_secret") if forge else None,
        drop=drops[0] if drops else None,
    )


def _between(low: float, high: float, seed: str) -> float:
    """A number between `low` and `high`, always the same for one seed."""
    digest = hashlib.sha256(seed.encode()).digest()
    return low + (high - low) * int.from_bytes(digest[:8]) / 2**64


def _status_body(body: dict[str, Any], message_uuid: str, status: str, at: float, outcome: Outcome | None) -> str:
    """The webhook's body, compact as the carrier hashes it."""
    count = segments.count(body["text"]) if body["message_type"] == "text" else 1
    said: dict[str, Any] = {
        "message_uuid": message_uuid,
        "to": body["to"],
        "from": body["from"],
        "timestamp": iso(at),
        "status": status,
        "channel": body["channel"],
    }
    if body.get("client_ref") is not None:
        said["client_ref"] = body["client_ref"]
    if outcome is not None:
        said |= _error(outcome)
    if status == "submitted":
        said["usage"] = {"currency": "EUR", "price": f"{_PRICE * count:.4f}"}
    else:
        said["destination"] = {"network_code": "310260"}
    if body["channel"] == "sms":
        said["sms"] = {"count_total": str(count)}
        if status != "submitted" and count > 1:
            said["sms"]["segments"] = _segments(count, at, status, outcome)
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False)


def _error(outcome: Outcome) -> dict[str, Any]:
    if outcome.code == 0:
        return {}
    error: dict[str, Any] = {
        "type": f"{ERRORS}/messages#{outcome.code}",
        "title": outcome.code if outcome.how in ("number", "nested") else str(outcome.code),
        "detail": title(outcome.code),
        "instance": uuid.uuid4().hex,
    }
    return {"error": {"error": error} if outcome.how == "nested" else error}


def _segments(count: int, at: float, status: str, outcome: Outcome | None) -> list[dict[str, str]]:
    """One entry a segment; of a text that arrived in part, the last one is missing its receipt."""
    parts = [{"timestamp": iso(at), "status": status} for _ in range(count)]
    if outcome is not None and outcome.how == "segment":
        parts = [{"timestamp": iso(at), "status": "delivered"} for _ in range(count)]
        parts[-1]["status"] = "rejected"
        parts[-1]["error_code"] = str(outcome.code)
    elif outcome is not None and outcome.code:
        parts = [{**part, "error_code": str(outcome.code)} for part in parts]
    return parts

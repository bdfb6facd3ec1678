"""A text's way from a phone to the customer."""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from typing import Any

from . import segments
from .carrier import Carrier
from .media import Medium
from .options import iso
from .texts import spoilt
from .webhooks import Event

#: What the network itself understands on toll-free numbers; QUIT, END and the like are nothing to it.
BLOCKING, UNBLOCKING = ("STOP", "ARRET"), ("START", "UNSTOP", "NONARRET")
_BLOCKED = (
    'NETWORK MSG: You replied with the word "stop" which blocks all texts sent from this number. '
    'Text back "unstop" to receive messages again.'
)
_UNBLOCKED = 'NETWORK MSG: You have replied "unstop" and will begin receiving messages again from this number.'
_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(;[ \w.+=-]+)?", re.ASCII)
_MSISDN = re.compile(r"1[2-9]\d{9}")


class BadTextError(ValueError):
    """A text that no phone can send; the message says why."""


def phone_number(given: str) -> str:
    """`given` as the digits of a phone. Raises BadTextError."""
    digits = given.removeprefix("+")
    if not _MSISDN.fullmatch(digits):
        raise BadTextError(f"{given!r} is no North American number; write 11 digits such as 14155550123.")
    return digits


def write(carrier: Carrier, phone: str, wanted: object) -> str:
    """Send a text `wanted` (`to`, `text`, `media`, `participants`) from `phone` and return its uuid.

    Raises BadTextError.
    """
    if not isinstance(wanted, dict):
        raise BadTextError('Send a JSON object such as {"to": "18335550100", "text": "Hello"}.')
    number, text = _number(carrier, wanted), wanted.get("text") or ""
    files = _files(wanted.get("media") or [])
    if not isinstance(text, str) or not (text or files):
        raise BadTextError("'text' must be a text that is not empty, unless there are media.")
    now = carrier.options.now()
    kept = [carrier.media.keep(*file, since=now, numbers=(phone, number)) for file in files]
    message_uuid = str(uuid.uuid4())
    entry: dict[str, Any] = {"direction": "out", "with": number, "text": text, "at": iso(now)}
    if kept:
        entry["media"] = [{"name": one.name, "type": one.type} for one in kept]
    carrier.phones.add(phone, entry)
    said = {"message_uuid": message_uuid, "to": number, "from": phone, "timestamp": iso(now)}
    said |= _mms(carrier, text, kept, wanted.get("participants")) if kept or "participants" in wanted else _sms(text)
    _plan(carrier, said)
    _network(carrier, phone, number, text)
    return message_uuid


def _number(carrier: Carrier, wanted: dict[str, Any]) -> str:
    number = wanted.get("to")
    number = number.removeprefix("+") if isinstance(number, str) else ""
    if not carrier.inventory.owns(number):
        raise BadTextError("'to' must be a number that the account owns, as digits.")
    return number


def _files(media: object) -> list[tuple[str, str, bytes]]:
    if not isinstance(media, list):
        raise BadTextError("'media' must be a list.")
    files = []
    for one in media:
        match one:
            case {"name": str(name), "type": str(media_type), "data": str(data)} if _TYPE.fullmatch(media_type):
                files.append((name, media_type, _decoded(name, data)))
            case _:
                raise BadTextError("Each of 'media' needs 'name', 'type' such as image/jpeg and 'data' (base64).")
    return files


def _decoded(name: str, data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error:
        raise BadTextError(f"'data' of {name!r} is not base64.") from None


def _sms(text: str) -> dict[str, Any]:
    words = text.split()
    return {
        "text": text,
        "channel": "sms",
        "sms": {"num_messages": str(segments.count(text)), "keyword": words[0].upper() if words else ""},
        "usage": {"currency": "EUR", "price": "0.0"},
        "origin": {"network_code": "310260"},
    }


def _mms(carrier: Carrier, text: str, media: list[Medium], participants: object) -> dict[str, Any]:
    said: dict[str, Any] = {"channel": "mms", "origin": {"network_code": "310260"}}
    if isinstance(participants, list):
        said["mms"] = {"participants": [str(one) for one in participants]}
    if not media:
        return said | {"message_type": "text", "text": text}
    urls = [f"{carrier.media_base}/v3/media/{one.id}" for one in media]
    first: dict[str, Any] = {"url": urls[0], "name": media[0].name}
    if text:
        first["caption"] = text
    said |= {"message_type": media[0].kind, media[0].kind: first}
    if len(media) > 1:
        said["content"] = [{"type": one.kind, "url": url} for one, url in zip(media, urls, strict=True)]
    return said


def _plan(carrier: Carrier, said: dict[str, Any]) -> None:
    faults = carrier.faults.all("inbound", {said["to"], said["from"]})
    if "never" in faults:
        return
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=False)
    # An inbound text that is overtaken simply comes later than the next one.
    late = [faults[do].seconds for do in ("delay", "reorder") if do in faults]
    wait = 0.0 if not late else late[0] if late[0] is not None else 2.0
    url = carrier.application.hook("inbound").url
    planned = Event("inbound", url, body, wait, message_uuid=said["message_uuid"])
    carrier.webhooks.plan(spoilt(planned, faults))


def _network(carrier: Carrier, phone: str, number: str, text: str) -> None:
    word = text.strip().upper()
    if word not in (*BLOCKING, *UNBLOCKING):
        return
    blocked = word in BLOCKING
    carrier.phones.block(phone, number, blocked)
    notice = {"direction": "in", "with": number, "text": _BLOCKED if blocked else _UNBLOCKED}
    carrier.phones.add(phone, notice | {"at": iso(carrier.options.now())})

"""Webhooks of the Messages API, version 1, as our events. Whatever comes, only ``WebhookUnreadable`` is raised."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from ..errors import WebhookUnreadable
from ..ports.gateway import (
    CarrierEvent,
    InboundText,
    Meaning,
    Media,
    RawRequest,
    Reason,
    StatusEvent,
    StatusKind,
)
from .vonage_codes import CODES, OUTAGE, REFUSALS, UNLISTED

STATUSES = {
    "submitted": StatusKind.SUBMITTED,
    "delivered": StatusKind.DELIVERED,
    "rejected": StatusKind.FAILED,
    "undeliverable": StatusKind.FAILED,
}
MEDIA = ("image", "audio", "video", "vcard", "file")
#: Receipts of some segments are missing: the client may have read the text.
SEGMENT_TIMEOUT = "1490"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\+?([1-9]\d{6,14})", re.ASCII)
_CODE = re.compile(r"\d{1,6}", re.ASCII)
_ZONE = re.compile(r" ([+-]\d)")
_YEARS = range(2015, 2101)


def parse(request: RawRequest, kind: str) -> Sequence[CarrierEvent]:
    """The event in a verified webhook.

    :raises WebhookUnreadable: ``reason`` names the field that is missing or odd.
    """
    reader = _READERS.get(kind)
    body = object_of(request.body)
    if reader is None:
        raise WebhookUnreadable("kind")
    if body is None:
        raise WebhookUnreadable("not_an_object")
    return (reader(body),)


def _status(body: dict[str, Any]) -> StatusEvent:
    carrier_id = uuid_of(body)
    name = _text(body, "status", 40)
    if not name:
        raise WebhookUnreadable("status")
    code = _code(body.get("error"))
    kind = STATUSES.get(name, StatusKind.OTHER)
    partly = kind is StatusKind.FAILED and (code == SEGMENT_TIMEOUT or "delivered" in set(_segments(body)))
    return StatusEvent(
        carrier_id=carrier_id,
        reference=_text(body, "client_ref", 100) or None,
        kind=kind,
        name=name,
        at=moment(body.get("timestamp")),
        digest=_digest(carrier_id, name, _text(body, "timestamp", 100), code),
        code=code,
        meaning=_meaning(name, code, partly=partly),
        partly=partly,
    )


def meaning(code: str | None) -> Meaning:
    """What ``code`` means; an unknown one is a value, too."""
    return CODES.get(code or "") or REFUSALS.get(code or "") or UNLISTED


def _meaning(name: str, code: str | None, *, partly: bool) -> Meaning | None:
    if partly:
        return UNLISTED if code is None else _unsure(meaning(code))
    if code is None:
        return {"undeliverable": OUTAGE, "rejected": UNLISTED}.get(name)
    return meaning(code)


def _unsure(found: Meaning) -> Meaning:
    return Meaning(Reason.UNKNOWN_ERROR, UNLISTED.again, found.title, found.operator, found.opted_out)


def _code(error: Any) -> str | None:
    """Both shapes occur, flat and nested; ``title`` is the code as text or number, else it ends ``type``."""
    while isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    if not isinstance(error, dict):
        return None
    title = error.get("title")
    kind = error.get("type")
    for found in (
        str(title) if isinstance(title, (str, int)) and not isinstance(title, bool) else "",
        kind.rpartition("#")[2] if isinstance(kind, str) else "",
    ):
        if _CODE.fullmatch(found.strip()):
            return found.strip()
    return None


def _segments(body: dict[str, Any]) -> Iterator[str]:
    details = body.get("sms")
    segments = details.get("segments") if isinstance(details, dict) else None
    for segment in segments if isinstance(segments, list) else ():
        if isinstance(segment, dict):
            yield _text(segment, "status", 40)


def _inbound(body: dict[str, Any]) -> InboundText:
    if body.get("channel", "sms") not in ("sms", "mms"):
        raise WebhookUnreadable("channel")
    carrier_id = uuid_of(body)
    sender, to = address(body, "from"), address(body, "to")
    text = _words(body)
    media = tuple(_media(body)) or _nothing_else(body, text)
    if text is None and not media:
        raise WebhookUnreadable("message_type" if body.get("message_type") not in (None, "text") else "text")
    return InboundText(
        carrier_id=carrier_id,
        sender=sender,
        to=to,
        text=text or "",
        at=moment(body.get("timestamp")),
        media=media,
        participants=_participants(body),
        digest=_digest(carrier_id, sender, to, text, *[item.url for item in media]),
    )


def _words(body: dict[str, Any]) -> str | None:
    """What the client wrote: the text, and the words beside a picture or between several."""
    beside = [item.get("text" if kind == "text" else "caption") for kind, item in _items(body)]
    found = [words for words in (body.get("text"), *beside) if isinstance(words, str)]
    return clean("\n".join(dict.fromkeys(filter(None, found)))) if found else None


def _media(body: dict[str, Any]) -> Iterator[Media]:
    """The files; of several, one that names its kind and has no address is there all the same."""
    seen = set()
    for kind, item in _items(body):
        url, name = item.get("url"), item.get("name")
        if isinstance(url, str) and url:
            if url not in seen:
                seen.add(url)
                yield Media(url=clean(url), kind=kind, name=clean(name) if isinstance(name, str) else "")
        elif _text(item, "type", 40) not in ("", "text"):
            yield Media(url="", kind=kind)


def _nothing_else(body: dict[str, Any], text: str | None) -> tuple[Media, ...]:
    """What came instead of a file that could be fetched: an empty one, a place on a map, a kind that nobody knows."""
    kinds = [kind for kind, _ in _items(body) if kind != "text"]
    kind = body.get("message_type")
    if not kinds and text is None and isinstance(kind, str) and kind != "text":
        kinds = [clean(kind)]
    return tuple(Media(url="", kind=kind) for kind in kinds[:1])


def _items(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The attachment's own object, then the list that only several attachments have; empty items occur."""
    kinds = (*MEDIA, body["message_type"]) if isinstance(body.get("message_type"), str) else MEDIA
    for kind in dict.fromkeys(kinds):
        if isinstance(body.get(kind), dict):
            yield kind, body[kind]
    content = body.get("content")
    for item in content if isinstance(content, list) else ():
        if isinstance(item, dict):
            yield _text(item, "type", 40) or "file", item


def _participants(body: dict[str, Any]) -> tuple[str, ...]:
    details = body.get("mms")
    found = details.get("participants") if isinstance(details, dict) else None
    return tuple(
        e164(item) or clean(item) for item in (found if isinstance(found, list) else ()) if isinstance(item, str)
    )


_READERS: dict[str, Callable[[dict[str, Any]], CarrierEvent]] = {"inbound": _inbound, "status": _status}


def object_of(content: bytes) -> dict[str, Any] | None:
    """The JSON object in ``content``, or None.

    Left to itself ``json`` guesses at other encodings and lets halves of character pairs through, which would then be
    replaced in a client's words.
    """
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def uuid_of(body: dict[str, Any]) -> str:
    found = body.get("message_uuid")
    if not isinstance(found, str) or not _UUID.fullmatch(found.lower()):
        raise WebhookUnreadable("message_uuid")
    return found.lower()


def address(body: dict[str, Any], name: str) -> str:
    """A phone number in E.164; a short code or a name stays as it is."""
    found = body.get(name)
    if not isinstance(found, str) or not 0 < len(found.strip()) <= 100:
        raise WebhookUnreadable(name)
    return e164(found) or clean(found.strip())


def e164(value: Any) -> str | None:
    """The carrier's digits as E.164, or None."""
    match = _NUMBER.fullmatch(value.strip()) if isinstance(value, str) else None
    return f"+{match[1]}" if match else None


def moment(value: Any) -> datetime | None:
    """The carrier's time in UTC; None when it is missing, without zone, or of an impossible year."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(_ZONE.sub(r"\1", value.strip()))
        aware = found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
    return aware if aware is not None and aware.year in _YEARS else None


def clean(text: str) -> str:
    """Half of a character pair alone cannot be stored: it becomes the replacement character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(body: dict[str, Any], name: str, limit: int) -> str:
    found = body.get(name)
    return clean(found) if isinstance(found, str) and len(found) <= limit else ""


def _digest(*parts: str | None) -> bytes:
    """Equal for the repeats of one event. Over the plain text: whoever stores it keys it first."""
    return hashlib.sha256(json.dumps(parts).encode()).digest()

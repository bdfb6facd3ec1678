"""JSON Schemas of what may be posted to `/v1/messages`, written from the Messages API document 1.20.0.

Stricter than the document in two places, where its prose is stricter than its schema: a recipient is digits
without a leading 0, and a client reference has at most 100 characters.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_NUMBER: Schema = {"type": "string", "minLength": 7, "maxLength": 15, "pattern": "^[1-9][0-9]*$"}
_CAPTION: Schema = {"type": "string", "minLength": 1, "maxLength": 3000}

_COMMON: Schema = {
    "to": _NUMBER,
    "from": {"type": "string"},
    "client_ref": {"type": "string", "maxLength": 100},
    "webhook_url": {"type": "string"},
    "webhook_version": {"type": "string", "enum": ["v0.1", "v1"]},
    "trusted_sender": {"type": "boolean"},
    "trusted_recipient": {"type": "boolean"},
}
_SMS: Schema = {
    **_COMMON,
    "channel": {"type": "string", "enum": ["sms"]},
    "ttl": {"type": "integer", "minimum": 20, "maximum": 604800},
    "sms": {
        "type": "object",
        "properties": {
            "encoding_type": {"type": "string", "enum": ["text", "unicode", "auto"]},
            "content_id": {"type": "string"},
            "entity_id": {"type": "string"},
            "pool_id": {"type": "string"},
        },
    },
}
_MMS: Schema = {
    **_COMMON,
    "channel": {"type": "string", "enum": ["mms"]},
    "ttl": {"type": "integer", "minimum": 300, "maximum": 259200},
    "mms": {
        "type": "object",
        "properties": {"participants": {"type": "array", "items": {"type": "string"}}},
    },
}


def _message(channel: Schema, kind: str, content: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["to", "from", "message_type", "channel", kind],
        "properties": {**channel, "message_type": {"type": "string", "enum": [kind]}, kind: content},
    }


def _attachment() -> Schema:
    return {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}, "caption": _CAPTION}}


_CONTENT: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["type", "url"],
        "properties": {
            "type": {"type": "string", "enum": ["image", "audio", "video", "vcard", "file"]},
            "url": {"type": "string"},
            "caption": _CAPTION,
        },
    },
}

#: Channel → message type → schema.
REQUESTS: dict[str, dict[str, Schema]] = {
    "sms": {"text": _message(_SMS, "text", {"type": "string", "maxLength": 3200})},
    "mms": {
        "text": _message(_MMS, "text", {"type": "string"}),
        **{kind: _message(_MMS, kind, _attachment()) for kind in ("image", "vcard", "audio", "video", "file")},
        "content": _message(_MMS, "content", _CONTENT),
    },
}


def _hook(*methods: str, timeouts: Schema | None = None) -> Schema:
    method = {"type": "string", "enum": list(methods)}
    return {"type": "object", "properties": {"address": {"type": "string"}, "http_method": method, **(timeouts or {})}}


def _call_hook(longest: int) -> Schema:
    return _hook(
        "GET", "POST", timeouts={"connect_timeout": _between(300, 1000), "socket_timeout": _between(1000, longest)}
    )


def _between(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def _capability(hooks: Schema, **more: Schema) -> Schema:
    return {"type": "object", "properties": {"webhooks": {"type": "object", "properties": hooks}, **more}}


#: What may be put to `/v2/applications/{id}`, written from the Application API document 2.4.1. The documented switch
#: for received files (`authenticate_inbound_media`) stands in the carrier's SDKs only.
APPLICATION: Schema = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "keys": {"type": "object", "properties": {"public_key": {"type": "string"}}},
        "privacy": {"type": "object", "properties": {"improve_ai": {"type": "boolean"}}},
        "capabilities": {
            "type": "object",
            "properties": {
                "voice": _capability(
                    {
                        "answer_url": _call_hook(5000),
                        "fallback_answer_url": _call_hook(5000),
                        "event_url": _call_hook(10000),
                    },
                    signed_callbacks={"type": "boolean"},
                    conversations_ttl=_between(1, 9000),
                    leg_persistence_time=_between(1, 31),
                ),
                "messages": _capability(
                    {"inbound_url": _hook("POST"), "status_url": _hook("POST")},
                    version={"type": "string"},
                    authenticate_inbound_media={"type": "boolean"},
                ),
                "rtc": _capability({"event_url": _hook("GET", "POST")}, signed_callbacks={"type": "boolean"}),
                "vbc": {"type": "object", "maxProperties": 0},
            },
        },
    },
}

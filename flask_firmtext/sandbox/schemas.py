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

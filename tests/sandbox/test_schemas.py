"""Our request schemas against the published document, and the webhooks we send against it."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from flask_firmtext.sandbox.schemas import REQUESTS
from servers import until

SPECS = Path(__file__).parents[3] / "shared" / "reference" / "specs"
NAMES = {
    ("sms", "text"): "OutboundSMSText",
    ("mms", "text"): "OutboundMMSText",
    ("mms", "image"): "OutboundMMSImage",
    ("mms", "vcard"): "OutboundMMSvCard",
    ("mms", "audio"): "OutboundMMSAudio",
    ("mms", "video"): "OutboundMMSVideo",
    ("mms", "file"): "OutboundMMSFile",
    ("mms", "content"): "OutboundMMSContent",
}
PROSE = {"description", "example", "title", "format", "default", "deprecated", "x-tab-id"}


@pytest.fixture(scope="module")
def document() -> Any:
    path = SPECS / "messages-1.20.0-sms-mms-rebuilt.yml"
    if not path.exists():
        pytest.skip(f"the specifications are not at {SPECS}")
    return yaml.safe_load(path.read_text())


def _resolved(schema: Any, schemas: dict[str, Any]) -> Any:
    """A schema with its references and `allOf` merged and its prose left out."""
    if isinstance(schema, list):
        return [_resolved(one, schemas) for one in schema]
    if not isinstance(schema, dict):
        return schema
    merged: dict[str, Any] = {}
    parts = [*schema.get("allOf", []), {name: value for name, value in schema.items() if name not in ("allOf", "$ref")}]
    if "$ref" in schema:
        parts.insert(0, schemas[schema["$ref"].rpartition("/")[2]])
    if len(parts) > 1:
        for part in parts:
            merged = _merged(merged, _resolved(part, schemas))
        return merged
    return {
        name: {key: _resolved(one, schemas) for key, one in value.items()}
        if name == "properties"
        else _resolved(value, schemas)
        for name, value in schema.items()
        if name not in PROSE
    }


def _merged(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        both = {name: _merged(one[name], other[name]) for name in one.keys() & other.keys()}
        return {**one, **other, **both}
    if isinstance(one, list) and isinstance(other, list):
        return one + [item for item in other if item not in one]
    return other


def _comparable(schema: dict[str, Any]) -> dict[str, Any]:
    """Without `required`'s order, and with the types that the document leaves out where its prose says them."""
    properties = {name: dict(value) for name, value in schema["properties"].items()}
    properties["to"].pop("pattern", None)
    properties["client_ref"].pop("maxLength", None)
    for value in properties.values():
        if "properties" in value:
            value.setdefault("type", "object")
    return {"required": sorted(schema["required"]), "properties": properties}


@pytest.mark.parametrize(("channel", "kind"), NAMES)
def test_our_schema_says_what_the_document_says(document: Any, channel: str, kind: str) -> None:
    schemas = document["components"]["schemas"]
    published = _resolved(schemas[NAMES[channel, kind]], schemas)
    assert _comparable(REQUESTS[channel][kind]) == _comparable(published)


def test_there_is_a_schema_for_each_message_of_the_document(document: Any) -> None:
    post = document["paths"]["/messages"]["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert {one["$ref"].rpartition("/")[2] for one in post} == set(NAMES.values())
    assert {(channel, kind) for channel, kinds in REQUESTS.items() for kind in kinds} == set(NAMES)


@pytest.mark.parametrize("ending", ["0123", "0150", "0152", "0163"])
def test_a_status_webhook_is_as_the_document_says(
    document: Any, carrier: Any, customer: Any, final: Any, ending: str
) -> None:
    schemas = document["components"]["schemas"]
    status = _resolved(schemas["messageStatusSMS"], schemas)
    # One production shape of `error` has a number where the document has a text.
    status["properties"]["error"]["properties"]["title"]["type"] = ["string", "integer"]
    final(carrier.send("x" * 200, f"1415555{ending}", client_ref="ref"))
    for one in customer.of("/status"):
        jsonschema.validate(one.body, status)


def test_inbound_webhooks_are_as_the_document_says(document: Any, carrier: Any, customer: Any) -> None:
    schemas = document["components"]["schemas"]
    data = base64.b64encode(b"bytes").decode()
    carrier.write("Hello")
    types = ("image/png", "text/vcard", "audio/mpeg", "video/mp4", "application/pdf")
    for type_ in types:
        carrier.write("Look", media=[{"name": "a.bin", "type": type_, "data": data}])
    carrier.write("Both", media=[{"name": "a.bin", "type": type_, "data": data} for type_ in types[:2]])
    until(lambda: len(customer.of("/inbound")) == 7)
    webhook = document["x-webhooks"]["inbound-message"]["{$request.body#/callback}"]["post"]
    sms, mms = webhook["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    for one in customer.of("/inbound"):
        if one.body["channel"] == "sms":
            jsonschema.validate(one.body, _resolved(sms, schemas))
            continue
        fitting = [kind for kind in (_resolved(part, schemas) for part in mms["oneOf"]) if _fits(one.body, kind)]
        assert fitting, one.body


def _fits(body: dict[str, Any], schema: dict[str, Any]) -> bool:
    # In the document the properties of an inbound attachment stand beside those of an outbound one.
    required = set(schema["required"]) - {"message_type"} <= set(body)
    return required and jsonschema.Draft202012Validator(schema).is_valid(body)

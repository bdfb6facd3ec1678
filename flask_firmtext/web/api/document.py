"""The OpenAPI document, made of the table of operations and of their models; there is no other description."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from flask import Response, url_for
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ...firm.token_scopes import SCOPES
from . import catalogue
from .blueprint import ENDPOINT
from .operations import Operation
from .problems import KINDS, MEDIA_TYPE, TYPE
from .shapes import Answer

VERSION = "1.0.0"
COMPONENT = "#/components/schemas/{model}"
JSON = "application/json"
TOLD = (
    "Text messaging between a law firm and its clients. Each token acts for an administrator, as far as its scopes go."
)
#: What may come of any operation.
ALWAYS = ("not-authenticated", "insufficient-scope", "too-many", "internal", "unavailable")
KEY_TOLD = "Up to 255 printable ASCII characters of your own. The same key with the same request makes nothing new."


class Fault(Answer):
    """What is wrong with one field or parameter."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None


class Problem(Answer):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str | None = None
    reason: str | None = None
    scope: str | None = None
    errors: list[Fault] | None = None


def text(root: str) -> str:
    """The document, for an application that is mounted under ``root``."""
    server = url_for(ENDPOINT, path="").rstrip("/")
    return json.dumps({**_document(), "servers": [{"url": server}]}, ensure_ascii=False)


@cache
def _document() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    schemas = _schemas()
    for one in catalogue.every():
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    scheme = {"type": "http", "scheme": "bearer", "bearerFormat": "ftx_<id>_<secret>"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "flask-firmtext", "version": VERSION, "summary": "Text messaging.", "description": TOLD},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": scheme}},
        "x-scopes": {name: scope.words for name, scope in SCOPES.items()},
    }


def _schemas() -> dict[str, Any]:
    """Each model once; a query's parts stand with its operation."""
    models: list[Any] = [(Problem, "serialization")]
    for one in catalogue.every():
        models += [(one.body, "validation")] if one.body else []
        if one.answer is not None and issubclass(one.answer, BaseModel):
            models.append((one.answer, "serialization"))
        models += [(one.query, "validation")] if one.query else []
    _places, found = models_json_schema(list(dict.fromkeys(models)), ref_template=COMPONENT)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(one: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "x-scope": one.scope,
        "parameters": list(_parameters(one, schemas)),
        "responses": {str(one.code): _answer(one), **_problems(one)},
    }
    if one.told:
        described["description"] = one.told
    if one.body is not None:
        content = {JSON: {"schema": _reference(one.body)}}
        described["requestBody"] = {"required": not getattr(one.body, "may_be_left_out", False), "content": content}
    return described


def _parameters(one: Operation, schemas: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, kind in one.parts.items():
        schema = {"type": "string", "format": "uuid"} if kind is uuid.UUID else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}
    if one.query is not None:
        found = schemas[one.query.__name__]
        for name, schema in found["properties"].items():
            required = name in found.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": _given(schema)}
    if one.keyed:
        schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema, "description": KEY_TOLD}
    if one.version and one.version != one.name:
        yield {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is not null: nothing in a query is."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    more = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    return {**more, **kinds[0]} if kinds else dict(more)


def _answer(one: Operation) -> dict[str, Any]:
    if one.answer is None:
        return {"description": "Done."}
    if issubclass(one.answer, Response):
        return {"description": "The bytes.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
    told: dict[str, Any] = {
        "description": one.answer.__doc__ or "",
        "content": {JSON: {"schema": _reference(one.answer)}},
    }
    if one.version == one.name:
        told["headers"] = {"ETag": {"schema": {"type": "string"}}}
    return told


def _problems(one: Operation) -> dict[str, Any]:
    names = [*ALWAYS, "bad-request", "not-found", "conflict"]
    names += ["key-missing", "key-reused"] if one.keyed else []
    names += ["no-json", "too-large", "invalid", "text-refused"] if one.body is not None or one.keyed else []
    names += ["invalid", "too-large"] if one.method != "GET" and one.body is None else []
    names += ["changed"] if one.version and one.version != one.name else []
    names += ["no-such-range"] if one.answer is Response else []
    by_status: dict[int, list[str]] = {}
    for name in dict.fromkeys(names):
        by_status.setdefault(KINDS[name].status, []).append(name)
    content = {MEDIA_TYPE: {"schema": _reference(Problem)}}
    return {
        str(status): {"description": ", ".join(f"`{TYPE}{name}`" for name in some), "content": content}
        for status, some in sorted(by_status.items())
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": COMPONENT.format(model=model.__name__)}

"""What a request says, as what an operation is given: checked by the types of its parameters and by nothing else."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Mapping
from typing import Any, NewType

from flask import request
from pydantic import BaseModel, ValidationError

from ...firm import tokens
from ...store.transactions import own
from .bearer import Bearer
from .operations import BODY, KEY, QUERY, Operation
from .problems import Failure, invalid, nothing
from .shapes import Given

#: Every body of ours is far smaller.
MOST_BYTES = 64 * 1024
LONGEST_KEY = 255

#: What stands for a request that makes something, the same at each repeat: a form's token, or an id.
Key = NewType("Key", str)


def given(who: Bearer, operation: Operation, parts: Mapping[str, str]) -> dict[str, Any]:
    """:raises Failure: something is missing or wrong."""
    found: dict[str, Any] = {name: _part(kind, parts[name]) for name, kind in operation.parts.items()}
    if operation.query is not None:
        found[QUERY] = _query(operation.query)
    elif request.args:
        raise Failure("bad-request", "This takes no parameters in the query.")
    raw = _raw() if operation.method != "GET" else b""
    if operation.body is not None:
        found[BODY] = _body(operation.body, raw)
    if operation.keyed:
        found[KEY] = _key(who, raw)
    return found


def as_id(key: Key) -> uuid.UUID:
    """The id of the row that a request makes."""
    return uuid.UUID(bytes=bytes.fromhex(key)[:16], version=4)


def _part(kind: type, text: str) -> Any:
    if kind is uuid.UUID:
        try:
            return uuid.UUID(text)
        except ValueError:
            raise nothing() from None
    if not text.isprintable() or len(text) > LONGEST_KEY:
        raise nothing()
    return text


def _query(model: type[BaseModel]) -> BaseModel:
    if any(len(values) > 1 for _name, values in request.args.lists()):
        raise Failure("bad-request", "A parameter stands in the query twice.")
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        errors = [{"parameter": pointer(one["loc"])[1:], "detail": one["msg"]} for one in _errors(error)]
        raise Failure("bad-request", more={"errors": errors}) from None


def _raw() -> bytes:
    # Ours instead of the host's. A body without a length is cut at it in silence: one byte more says that there was.
    request.max_content_length = MOST_BYTES + 1
    raw = request.get_data(cache=False)
    if len(raw) > MOST_BYTES:
        raise Failure("too-large")
    return raw


def _body(model: type[BaseModel], raw: bytes) -> BaseModel:
    if issubclass(model, Given) and model.may_be_left_out and not raw and not _was_sent():
        return model()
    if request.mimetype != "application/json":
        raise Failure("no-json")
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        found = _errors(error)
        if any(one["type"] == "json_invalid" for one in found):
            raise Failure("bad-request", "The body is no JSON.") from None
        raise invalid({pointer(one["loc"]): one["msg"] for one in found}) from None


def _was_sent() -> bool:
    """Whether there was a body, also one that was lost on the way to us: read by the host as a form, say."""
    return bool(request.content_type or request.content_length or request.headers.get("Transfer-Encoding"))


def _errors(error: ValidationError) -> Any:
    """Without what was typed."""
    return error.errors(include_url=False, include_context=False, include_input=False)


def pointer(place: tuple[int | str, ...]) -> str:
    """The JSON pointer (RFC 6901) of a place in a body."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)


def _key(who: Bearer, raw: bytes) -> Key:
    """:raises Failure: there is none, or it came before with something else."""
    text = request.headers.get("Idempotency-Key", "")
    if not 0 < len(text) <= LONGEST_KEY or not text.isascii() or not text.isprintable():
        raise Failure("key-missing")
    name = hashlib.sha256(text.encode()).digest()
    asked = f"{request.method} {request.full_path}\n".encode() + raw
    digest = hmac.digest(who.secret.encode(), asked, "sha256")
    with own() as session:
        same = tokens.is_same(session, who.firm.ref, who.token, name, digest)
    if not same:
        raise Failure("key-reused")
    return Key(hashlib.sha256(who.token.bytes + name).hexdigest())

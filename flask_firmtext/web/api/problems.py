"""What went wrong, as RFC 9457 has it. ``type`` is stable; nothing of a text or a number stands in any of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ...errors import DecryptError, FormRefused, HostContractError, KeyUnavailable, TextRefused
from ...language import gettext as _
from ...language import marked
from .. import limits
from ..problems import Problem, where

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
#: How the ``type`` of each begins; it names the problem and leads nowhere.
TYPE = "urn:firmtext:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """``told`` says in the documentation when it comes."""

    status: int
    title: str
    told: str


KINDS: Mapping[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be read", "no JSON, an unknown or wrong parameter in the query"),
    "key-missing": Kind(400, "Idempotency-Key is missing", "a request that makes something has no `Idempotency-Key`"),
    "not-authenticated": Kind(401, "No valid token", "no token, or one that is wrong, over or revoked"),
    "insufficient-scope": Kind(403, "The token may not do this", "`scope` names what it lacks"),
    "not-found": Kind(404, "Nothing here", "it does not exist, or is nothing that the token's administrator may see"),
    "method-not-allowed": Kind(405, "Not with this method", "`Allow` names the others"),
    "conflict": Kind(409, "Not as things stand", "`reason` says why"),
    "changed": Kind(412, "It has changed", "`If-Match` names another version than the one that is there"),
    "too-large": Kind(413, "Too large", "a body of more than 64 KiB"),
    "no-json": Kind(415, "No JSON", "a body that is not `application/json`"),
    "no-such-range": Kind(416, "No such range", "`Range` lies outside of the file"),
    "invalid": Kind(422, "Not valid", "`errors` has a sentence for each field, by its JSON pointer"),
    "text-refused": Kind(422, "The text was not accepted", "`reason` is the code, `detail` a sentence for people"),
    "key-reused": Kind(422, "Idempotency-Key was used before", "the key came before with another request"),
    "too-many": Kind(429, "Too many requests", "`Retry-After` says how many seconds to wait"),
    "internal": Kind(500, "An error of ours", "try again later, and tell whoever operates the system"),
    "unavailable": Kind(503, "Not available at the moment", "the database, the keys or the practice system are away"),
}


@dataclass
class Failure(Exception):
    """A request that is not answered. ``more`` are other members of the answer."""

    kind: str
    detail: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


#: What is refused because of how things stand, and not because of what was asked.
STANDING = frozenset({"opted_out", "conversation_changed", "meanwhile", "tried_again", "not_waiting", "decided"})
OF_PAGES = {401: "not-authenticated", 404: "not-found", 429: "too-many", 503: "unavailable"}
WAIT = {"Retry-After": "60"}
#: What is said to a person at a page, in words for a program.
PLAIN = {"conversation_changed": marked("This number has just changed hands.")}


def nothing() -> Failure:
    """What does not exist, is another firm's, or is behind a wall: in the same words."""
    return Failure("not-found")


def conflict(reason: str, detail: str = "", **more: Any) -> Failure:
    """It cannot be done as things stand."""
    return Failure("conflict", detail, {"reason": reason, **more})


def answered(failure: Failure) -> Response:
    """The answer to a request that failed."""
    kind = KINDS[failure.kind]
    told = {"type": f"{TYPE}{failure.kind}", "title": kind.title, "status": kind.status}
    if failure.detail:
        told["detail"] = failure.detail
    body = json.dumps({**told, **failure.more}, ensure_ascii=False)
    return Response(body, kind.status, headers=dict(failure.headers), mimetype=MEDIA_TYPE)


def of(error: Exception) -> Failure:
    """What an error is to whoever asked; its own words stay here where they may hold something of a client."""
    match error:
        case Failure():
            return error
        case Problem():
            return Failure(OF_PAGES.get(error.code, "unavailable"), headers=WAIT if error.code == 429 else {})
        case FormRefused():
            return invalid({f"/{name}" if name else "": words for name, words in error.faults.items()})
        case TextRefused():
            return _refused(error)
        case RequestEntityTooLarge():
            return Failure("too-large")
        case HTTPException():
            return Failure(OF_PAGES.get(error.code or 400, "bad-request"))
        case DecryptError():
            return conflict("unreadable")
        case SQLAlchemyError() | KeyUnavailable() | HostContractError():
            log.error("a request of a program was not answered: %s", where(error))
            return Failure("unavailable", headers={"Retry-After": "30"})
    log.error("a request of a program failed: %s", where(error))
    return Failure("internal")


def _refused(error: TextRefused) -> Failure:
    if isinstance(error, limits.TooMany):
        return Failure("too-many", error.told, headers={"Retry-After": str(error.wait)})
    if error.code == "sent_before":
        return Failure("key-reused")
    if error.code in STANDING:
        return conflict(error.code, _(PLAIN[error.code]) if error.code in PLAIN else error.sentence)
    return Failure("text-refused", error.sentence, {"reason": error.code})


def invalid(faults: Mapping[str, str]) -> Failure:
    """Fields that are wrong: a sentence by the JSON pointer of each."""
    return Failure("invalid", more={"errors": faulty(faults)})


def faulty(faults: Mapping[str, str]) -> list[dict[str, str]]:
    """Sentences by JSON pointers, as a problem has them."""
    return [{"pointer": pointer, "detail": words} for pointer, words in faults.items()]

"""Where the carrier calls. 200 is a promise that the client's words are on disk; 503 asks it to come again."""

from __future__ import annotations

import logging
import time
from collections import defaultdict, deque

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from .. import signals
from ..current import firmtext
from ..errors import KeyUnavailable, WebhookDoubtful, WebhookForged
from ..messaging import receiving
from ..ports.gateway import RawRequest

log = logging.getLogger(__name__)

blueprint = Blueprint("firmtext_webhooks", __name__)

MAX_BYTES = 256 * 1024
COME_AGAIN = {"Retry-After": "30"}
#: Unsigned requests that one address may make a minute.
UNSIGNED = 50
_unsigned: dict[str, deque[float]] = defaultdict(deque)
_alarmed: dict[str, float] = {}


@blueprint.post("/webhooks/inbound")
def inbound() -> Response:
    return _taken("inbound")


@blueprint.post("/webhooks/status")
def status() -> Response:
    return _taken("status")


def _taken(kind: str) -> Response:
    if (request.content_length or 0) > MAX_BYTES:
        return _empty(413)
    if _too_many_unsigned():
        return _empty(429)
    body = request.stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return _empty(413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw = RawRequest(request.method, headers, body, tuple(request.args.items(multi=True)))
    try:
        receiving.receive(raw, kind)
    except WebhookForged as error:
        _alarm(f"forged_{error.reason}")
        return _empty(401)
    except WebhookDoubtful as error:
        _alarm(error.reason)
        return _empty(503)
    except KeyUnavailable:
        _alarm("key_unavailable")
        return _empty(503)
    except SQLAlchemyError as error:
        # The error's text holds the statement's values: only its type is told.
        log.error("a webhook could not be stored: %s", type(error).__name__)
        return _empty(503)
    return _empty(200)


def _empty(code: int) -> Response:
    return Response(status=code, headers=COME_AGAIN if code == 503 else None)


def _too_many_unsigned() -> bool:
    """Counted in memory for each process; a signed request is never limited."""
    if request.headers.get("Authorization"):
        return False
    now = time.monotonic()
    recent = _unsigned[request.remote_addr or ""]
    while recent and recent[0] < now - 60:
        recent.popleft()
    if not recent and len(_unsigned) > 10_000:
        _unsigned.clear()
        recent = _unsigned[request.remote_addr or ""]
    recent.append(now)
    return len(recent) > UNSIGNED


def _alarm(kind: str) -> None:
    """Tell operators, once a minute for each kind."""
    now = time.monotonic()
    if now - _alarmed.get(kind, -60.0) < 60:
        return
    _alarmed[kind] = now
    log.warning("a webhook was refused: %s; see `flask firmtext doctor`", kind)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    signals.alarm.send(app, kind=kind, detail=firmtext.settings.url_prefix)

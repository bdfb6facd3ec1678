"""Where the carrier calls. 200 is a promise that the client's words are on disk; 503 asks it to come again."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from functools import partial

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

from ..errors import KeyUnavailable, WebhookDoubtful, WebhookForged
from ..messaging import alarms, receiving
from ..ports.gateway import RawRequest
from ..reserve import reserved
from ..store import counters
from ..store.transactions import own
from ..turnstile import Turnstile
from . import hook_secrets, voice

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
COME_AGAIN = {"Retry-After": "30"}
REFUSED = "a webhook was refused"
#: Unsigned requests that one address may make a minute. A signed one is never turned away.
unsigned = Turnstile(50)


def inbound() -> Response:
    """A client's text."""
    return _taken(partial(_answer, kind="inbound"))


def status() -> Response:
    """What became of a text of ours."""
    return _taken(partial(_answer, kind="status"))


def answer() -> Response:
    """What somebody hears who calls one of our numbers."""
    return _taken(voice.answer)


def _taken(answer: Callable[[RawRequest], Response]) -> Response:
    if (request.content_length or 0) > MAX_BYTES:
        return _empty(413)
    if not request.headers.get("Authorization") and not unsigned.passes(request.remote_addr or ""):
        return _empty(429)
    # Ours instead of the host's limit, which may be smaller than a client's longest text. A body without a length is
    # cut at it in silence, so that one byte more says that there was more.
    request.max_content_length = MAX_BYTES + 1
    body = request.get_data()
    if len(body) > MAX_BYTES:
        return _empty(413)
    sent = {name.lower(): value for name, value in request.headers.items()}
    return answer(RawRequest(request.method, sent, body, tuple(request.args.items(multi=True))))


def _answer(raw: RawRequest, kind: str) -> Response:
    try:
        with reserved():
            receiving.receive(raw, kind)
    except WebhookForged as error:
        _refused(f"forged_{error.reason}")
        return _empty(401)
    except WebhookDoubtful as error:
        _refused(error.reason)
    except KeyUnavailable:
        _refused("key_unavailable")
    except SQLAlchemyError as error:
        # The error's text holds the statement's values: only its type is told.
        log.error("a webhook could not be stored: %s", type(error).__name__)
    except Exception as error:
        # An error's own words may be the client's: only its type and its place are told.
        place = traceback.extract_tb(error.__traceback__)[-1]
        log.error("a webhook met a fault: %s at %s:%s", type(error).__name__, place.filename, place.lineno)
        _refused("webhook_fault")
    else:
        return hook_secrets.noting(_empty(200))
    return _empty(503)


def _refused(kind: str) -> None:
    """Tell of a refusal and count it for the doctor, once a minute: a flood from outside is no flood of writes."""
    if not alarms.tell(kind, REFUSED):
        return
    try:
        with reserved(), own() as session:
            counters.count(session, f"webhook_refused.{kind}")
    except SQLAlchemyError as error:
        log.error("a refused webhook could not be counted: %s", type(error).__name__)


def _empty(code: int) -> Response:
    return Response(status=code, headers=COME_AGAIN if code == 503 else None)

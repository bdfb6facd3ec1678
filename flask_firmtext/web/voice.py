"""A call to one of our numbers is answered, within the five seconds that a carrier waits, whatever is slow here."""

from __future__ import annotations

import logging
import threading

from flask import Flask, Response, current_app

from ..current import firmtext
from ..errors import WebhookDoubtful, WebhookForged, where
from ..firm import calls
from ..messaging import alarms
from ..ports.gateway import RawRequest
from ..store import counters
from ..store.transactions import own

log = logging.getLogger(__name__)

#: For the host and the database together.
SECONDS = 3.0
REFUSED = "a call was refused"


def answer(raw: RawRequest) -> Response:
    """The firm's message for the carrier, the generic one for whoever may not be the carrier, none for a forger."""
    try:
        firmtext.gateway.verify(raw)
    except WebhookForged as error:
        alarms.tell(f"forged_{error.reason}", REFUSED)
        return Response(status=401)
    except WebhookDoubtful as error:
        alarms.tell(error.reason, REFUSED)
        return _said(calls.GENERIC)
    return _said(_in_time(raw))


def _said(words: str) -> Response:
    speech = firmtext.gateway.say(words)
    return Response(speech.body, content_type=speech.media_type, headers={"Cache-Control": "no-store"})


def _in_time(raw: RawRequest) -> str:
    """The words for a call, found in a thread of its own: neither a host nor a lock can be told to hurry."""
    heard = [calls.GENERIC]
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    finder = threading.Thread(target=_find, args=(app, raw, heard), daemon=True)
    finder.start()
    finder.join(SECONDS)
    return heard[0]


def _find(app: Flask, raw: RawRequest, heard: list[str]) -> None:
    with app.app_context():
        try:
            heard[0] = calls.words(firmtext.gateway.called(raw))
            with own() as session:
                counters.count(session, "call_answered")
        except Exception as error:
            # Its own words may be the host's, or hold a number.
            log.error("a call met a fault: %s", where(error))

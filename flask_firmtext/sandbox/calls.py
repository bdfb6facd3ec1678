"""Calling one of our numbers from a phone: what does the caller hear?"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import urlencode

from .application import Hook
from .carrier import Carrier
from .inbound import BadTextError
from .options import iso
from .outgoing import Answer, ask
from .tokens import webhook_headers

#: Seconds for the answer of the customer's server.
PATIENCE = 5


class NoAnswerError(Exception):
    """The customer's server gave the carrier nothing to say; the message says what it gave."""


def call(carrier: Carrier, phone: str, wanted: object) -> str:
    """Call a number `wanted["to"]` from `phone`; the words the caller hears. Raises BadTextError, NoAnswerError."""
    if not isinstance(wanted, dict) or not isinstance(wanted.get("to"), str):
        raise BadTextError('Send a JSON object such as {"to": "18335550100"}.')
    hook = carrier.application.hook("answer")
    number, method = wanted["to"].removeprefix("+"), wanted.get("method", hook.method)
    if not carrier.inventory.owns(number):
        raise BadTextError("'to' must be a number that the account owns, as digits.")
    if method not in ("GET", "POST"):
        raise BadTextError("'method' must be GET or POST.")
    said = {
        "from": phone,
        "to": number,
        "uuid": uuid.uuid4().hex,
        "conversation_uuid": f"CON-{uuid.uuid4()}",
    }
    return _spoken(_asked(carrier, Hook(hook.url, method), said))


def _asked(carrier: Carrier, hook: Hook, said: dict[str, str]) -> Answer:
    faults = carrier.faults.all("answer", {said["from"], said["to"]})
    if "never" in faults:
        return Answer(None)
    if "delay" in faults:
        time.sleep(faults["delay"].seconds or 2)
    (url, method), now = hook, carrier.options.now()
    compact = json.dumps(said, separators=(",", ":"))
    forgery = None if carrier.application.signs_calls else "unsigned"
    forgery = (faults["forge"].how or "wrong_secret") if "forge" in faults else forgery
    headers = webhook_headers(carrier.account, carrier.options.signature_secret, compact.encode(), now, forgery)
    body = compact if method == "POST" else ""
    if method == "GET":
        url += "?" + urlencode(said)
    else:
        headers["Content-Type"] = "application/json"
    answer = Answer(None) if "drop_before" in faults else ask(method, url, body.encode() or None, headers, PATIENCE)
    entry = {"at": iso(now), "kind": "answer", "url": url, "body": body, "http_status": answer.status, "attempt": 1}
    carrier.ledger.webhook(entry)
    return answer


def _spoken(answer: Answer) -> str:
    if answer.status != 200:
        raise NoAnswerError(f"The answer address gave {answer.status or 'no answer'}; the call dropped.")
    try:
        actions: Any = json.loads(answer.body)
    except ValueError:
        raise NoAnswerError("The answer address gave no JSON; the call dropped.") from None
    if not isinstance(actions, list) or not all(
        isinstance(action, dict) and action.get("action") for action in actions
    ):
        raise NoAnswerError("The answer is no NCCO (a JSON list of actions); the call dropped.")
    talks = [action.get("text") for action in actions if action["action"] == "talk"]
    if not all(isinstance(text, str) and 0 < len(text) <= 1500 for text in talks):
        raise NoAnswerError("A talk action needs a text of 1 to 1500 characters; the call dropped.")
    return " ".join(map(str, talks))

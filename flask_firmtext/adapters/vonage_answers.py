"""What an answer of the carrier, or its absence, proves about a text: one row of the table a function.

By HTTP status first: the numbers in these answers are not those of the status webhooks. What is kept of an answer is
its status and the fragment of its problem type; the prose may repeat the text or the number.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from ..errors import CarrierBusy, CarrierError, CarrierRefused, CarrierUnsure, Scope
from .exchanges import Exchange, Stage

LONGEST_WAIT = timedelta(minutes=5)
#: So many of these in a row hold the account.
IN_A_ROW = 3

#: The number in a 422's problem type → the code of the same error in the webhooks' list. The numbers from 1400 are
#: that list's own and occur in answers, too.
CODES = {
    "110": "1430",
    "1060": "1450",
    "1100": "1400",
    "1110": "1410",
    "1120": "1420",
    "1140": "1440",
    "1400": "1400",
    "1410": "1410",
    "1420": "1420",
    "1430": "1430",
    "1440": "1440",
    "1450": "1450",
}
SENDER = {"1120", "1420"}
_SENDER_WORDS = re.compile(r"\bsender\b|\bnumber\b|[`'\"]from[`'\"]", re.IGNORECASE)
_RATE_WORDS = re.compile(r"rate limit|throttl", re.IGNORECASE)
_FRAGMENT = re.compile(r"#(\d{1,5}|[a-z][a-z-]{1,40})$", re.IGNORECASE)
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """The carrier's problem body: the fragment of its type, the parameters that it names, and its prose."""

    fragment: str
    invalid: frozenset[str]
    prose: str

    @property
    def names_sender(self) -> bool:
        return self.fragment in SENDER or "from" in self.invalid


def problem(body: bytes) -> Problem:
    """Read an answer's body; whatever it is not, is empty."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        found = {}
    kind = _FRAGMENT.search(_word(found, "type"))
    parameters = found.get("invalid_parameters")
    items = parameters if isinstance(parameters, list) else []
    return Problem(
        fragment=kind[1].lower() if kind else "",
        invalid=frozenset(_word(item, "name") for item in items if isinstance(item, dict)),
        prose=f"{_word(found, 'title')} {_word(found, 'detail')}",
    )


def _word(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def failure(exchange: Exchange, error: Exception) -> CarrierError:
    """The error to raise for what came of ``exchange``."""
    if isinstance(error, CarrierError):
        return error
    if exchange.status is not None:
        return _answered(exchange, exchange.status)
    if exchange.stage is Stage.WRITTEN:
        return _cut(exchange, error)
    return _not_begun(exchange, error)


def _answered(exchange: Exchange, status: int) -> CarrierError:
    told = problem(exchange.body)
    detail = f"{status} {told.fragment}".strip()
    if 200 <= status < 300:
        return CarrierUnsure("timeout" if exchange.expired else "unreadable_2xx", detail)
    if 300 <= status < 400:
        return CarrierUnsure("redirect", detail, holds_account=True)
    if 400 <= status < 500:
        return _REFUSALS.get(status, _odd)(exchange, told, detail)
    # The 500 "internal error" has the throttling type, too; only the title tells them apart.
    if status == 503 and told.fragment == "1000" and _RATE_WORDS.search(told.prose):
        return _throttled(exchange, told, detail)
    return CarrierUnsure("server_error", detail)


def _auth(_: Exchange, told: Problem, detail: str) -> CarrierError:
    return CarrierRefused("auth", detail, scope=Scope.ACCOUNT)


def _balance(_: Exchange, told: Problem, detail: str) -> CarrierError:
    return CarrierRefused("balance", detail, scope=Scope.ACCOUNT)


def _forbidden(exchange: Exchange, told: Problem, detail: str) -> CarrierError:
    if told.names_sender or _SENDER_WORDS.search(told.prose):
        return CarrierRefused("number", detail, scope=Scope.NUMBER)
    return _odd(exchange, told, detail)


def _wrong_address(_: Exchange, told: Problem, detail: str) -> CarrierError:
    return CarrierRefused("wrong_address", detail, scope=Scope.ACCOUNT, hold_after=IN_A_ROW)


def _odd(_: Exchange, told: Problem, detail: str) -> CarrierError:
    return CarrierRefused("odd_4xx", detail, scope=Scope.ACCOUNT, hold_after=IN_A_ROW)


def _refused(exchange: Exchange, told: Problem, detail: str) -> CarrierError:
    code = CODES.get(told.fragment, f"http-{exchange.status}")
    if exchange.status == 422 and told.names_sender:
        return CarrierRefused("number", detail, scope=Scope.NUMBER, code=code)
    return CarrierRefused("refused", detail, scope=Scope.TEXT, code=code)


def _throttled(exchange: Exchange, told: Problem, detail: str) -> CarrierError:
    return CarrierBusy("throttled", detail, retry_after=retry_after(exchange.headers.get("retry-after")))


_REFUSALS: dict[int, Callable[[Exchange, Problem, str], CarrierError]] = {
    400: _refused,
    401: _auth,
    402: _balance,
    403: _forbidden,
    404: _wrong_address,
    405: _wrong_address,
    413: _refused,
    415: _refused,
    422: _refused,
    429: _throttled,
}


def retry_after(value: str | None) -> timedelta | None:
    """The header in seconds or as a date, at most five minutes; None when absent, past or not readable."""
    given = (value or "").strip()
    try:
        wait = timedelta(seconds=int(given)) if given.isdecimal() else parsedate_to_datetime(given) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    except OverflowError:
        return LONGEST_WAIT
    return min(wait, LONGEST_WAIT) if wait > timedelta(0) else None


def _cut(exchange: Exchange, error: Exception) -> CarrierError:
    if exchange.expired or _timed_out(error):
        return CarrierUnsure("timeout")
    if isinstance(error, (OSError, HTTPError, HTTPException)):
        return CarrierUnsure("reset", type(error).__name__)
    return CarrierUnsure("bug", place(error))


def _not_begun(exchange: Exchange, error: Exception) -> CarrierError:
    if isinstance(error, _NO_ADDRESS):
        return local(f"carrier's host: {type(error).__name__}", Scope.ACCOUNT)
    if isinstance(error, requests.exceptions.ProxyError):
        return CarrierBusy("connect", type(error).__name__)
    if isinstance(error, (OSError, HTTPError, HTTPException)):
        if exchange.stage is Stage.SECURING:
            return CarrierBusy("tls", type(error).__name__, hold_after=IN_A_ROW)
        return CarrierBusy("connect", type(error).__name__)
    return CarrierBusy("bug", place(error))


def _timed_out(error: Any) -> bool:
    # A stalled body or handshake is wrapped up to four deep.
    for _ in range(4):
        if "timeout" in type(error).__name__.lower():
            return True
        error = next((inner for inner in getattr(error, "args", ()) if isinstance(inner, Exception)), None)
    return False


def local(detail: str, scope: Scope) -> CarrierRefused:
    """The request could not be built on our side."""
    return CarrierRefused("local", detail, scope=scope, code="local")


def place(error: Exception) -> str:
    """Type and place of an unforeseen error, without its values."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where

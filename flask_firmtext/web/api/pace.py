"""How much a token and a firm's programs may ask in a minute, and what they are told of it.

Counted in each process's memory, as what it costs is a process's time. Texts have limits of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from flask import request

from ...current import firmtext
from ...turnstile import MINUTE, Turnstile
from .bearer import Bearer
from .problems import Failure

#: Where a request keeps what its answer says.
KEPT = "firmtext.pace"


def spend(who: Bearer) -> None:
    """One more request. :raises Failure: there were too many; nothing is done."""
    fits = True
    told: dict[str, list[str]] = {"RateLimit-Policy": [], "RateLimit": []}
    for kind, name, most in _limits(who):
        turnstile = firmtext.turnstiles.setdefault(f"api {kind} {most}", Turnstile(most))
        fits = turnstile.passes(name) and fits
        left, wait = max(0, most - turnstile.lately(name)), math.ceil(turnstile.wait(name))
        told["RateLimit-Policy"].append(f'"{kind}";q={most};w={MINUTE:.0f}')
        told["RateLimit"].append(f'"{kind}";r={left};t={wait}')
        if not fits:
            raise Failure("too-many", headers={"Retry-After": str(max(1, wait))})
    request.environ[KEPT] = {name: ", ".join(words) for name, words in told.items() if words}


def headers() -> dict[str, str]:
    """What an answer says about this request's limits."""
    told: dict[str, str] = request.environ.get(KEPT, {})
    return told


def _limits(who: Bearer) -> Iterator[tuple[str, str, int]]:
    limits = firmtext.settings
    if limits.token_requests_per_minute:
        yield "token", str(who.token), limits.token_requests_per_minute
    if limits.firm_requests_per_minute:
        yield "firm", who.firm.ref, limits.firm_requests_per_minute

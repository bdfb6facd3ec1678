"""Where the next page begins, signed: nobody walks through what is another's by guessing."""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from .bearer import Bearer
from .problems import Failure


def write(who: Bearer, kind: str, *values: Any) -> str:
    """``values`` are of JSON; ``kind`` names the list."""
    return _signer().dumps([who.firm.ref, kind, *values])


def read(who: Bearer, kind: str, written: str) -> list[Any]:
    """:raises Failure: it was changed, or is another list's or firm's."""
    try:
        firm, of, *values = _signer().loads(written)
    except (BadData, ValueError, TypeError):
        raise wrong() from None
    if (firm, of) != (who.firm.ref, kind):
        raise wrong()
    return list(values)


def wrong() -> Failure:
    return Failure("bad-request", more={"errors": [{"parameter": "after", "detail": "No page of this list ends so."}]})


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="firmtext-api-cursor")

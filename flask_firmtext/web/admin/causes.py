"""What an operator reads of a failure, as far as a firm's administrator may read it too."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from ...current import firmtext
from ...firm import trouble
from ...settings import SETTINGS
from ...store.models import Order

#: Shorter ones stand in ordinary words by chance.
SHORTEST = 6


def shown(order: Order) -> str:
    """The cause; empty when it names a place in our code or, by somebody's mistake, a secret."""
    cause = order.cause or ""
    if order.trouble == trouble.FAULT or any(secret in cause for secret in _secrets()):
        return ""
    return cause


def _secrets() -> Iterator[str]:
    for setting in SETTINGS:
        if setting.secret:
            for word in _words(getattr(firmtext.settings, setting.attribute)):
                if len(word) >= SHORTEST:
                    yield word


def _words(value: Any) -> Iterator[str]:
    """A setting's typed value as it may stand in a sentence."""
    if isinstance(value, bytes):
        yield base64.b64encode(value).decode()
    elif isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _words(tuple(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)

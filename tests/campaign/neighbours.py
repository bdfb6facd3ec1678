"""R8: each firm's staff ask for what is another's, by its ids, and look for it in their own lists."""

from __future__ import annotations

import contextvars
from collections.abc import Iterator
from itertools import permutations
from typing import Any

from flask import Flask

from .canaries import NAME
from .driver import CANARY
from .practice import staff
from .witnesses import Tables

#: So many things of each firm are asked for.
AT_MOST = 15
LISTS = ("/texting/", "/texting/?q=question", "/texting/scheduled")


def seen(app: Flask, firms: list[str], rows: Tables) -> list[str]:
    """What one firm was shown of another."""
    wrong = []
    for one, other in permutations(firms, 2):
        # A context of its own: whoever signs in stays signed in there alone.
        wrong += contextvars.Context().run(lambda: list(_asked(app, one, other, rows)))  # noqa: B023 - called at once
    return wrong


def _asked(app: Flask, one: str, other: str, rows: Tables) -> Iterator[str]:
    client = app.test_client()
    client.get(f"/sign-in/{staff(one)}")
    for path in _paths(other, rows):
        answer: Any = client.get(path)
        if answer.status_code != 404 or CANARY in answer.text or NAME in answer.text:
            yield f"{one} asked for {path} of {other}: {answer.status_code}"
    for path in [*_paths(one, rows)][:1]:
        if client.get(path).status_code != 200:
            yield f"{one} does not even see its own {path}"
    for path in LISTS:
        if f"{NAME} {other}-" in client.get(path).text:
            yield f"{one} sees clients of {other} at {path}"


def _paths(firm: str, rows: Tables) -> Iterator[str]:
    conversations = [key for key, (owner, _) in rows.pairs.items() if owner == firm][:AT_MOST]
    files = [str(row.id) for row in rows.attachments if row.firm == firm][:AT_MOST]
    yield from (f"/texting/conversations/{one}" for one in conversations)
    yield from (f"/texting/conversations/{one}/consent" for one in conversations)
    yield from (f"/texting/files/{one}" for one in files)

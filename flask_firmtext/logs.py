"""Lines of a log that a program reads: one JSON object each, with the request and the text it is about, no content.

A host names the formatter in its own configuration of logging; we configure none.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

#: What a proxy may call a request: what is stored with the record and may stand in a header.
SANE = re.compile(r"[A-Za-z0-9._:/=+@-]+", re.ASCII)
LONGEST = 64

_request: ContextVar[str | None] = ContextVar("firmtext_request", default=None)
_message: ContextVar[str | None] = ContextVar("firmtext_message", default=None)


def sane(given: str | None) -> str | None:
    """An id that a proxy gave, unless it is one that nobody may give: it is shown, stored and sent back."""
    short = (given or "")[:LONGEST]
    return short if SANE.fullmatch(short) else None


def current_request() -> str | None:
    """What the request in hand is called."""
    return _request.get()


def begin_request(given: str | None) -> str:
    """The request in hand has the id that a proxy gave it, if that is sane, else a new one. Returns it."""
    name = sane(given) or uuid.uuid4().hex
    _request.set(name)
    return name


def end_request() -> None:
    """What is logged from here on is of no request."""
    _request.set(None)


@contextmanager
def about(message: uuid.UUID) -> Iterator[None]:
    """What is logged in here is about this text."""
    before = _message.set(str(message))
    try:
        yield
    finally:
        _message.reset(before)


class JsonFormatter(logging.Formatter):
    """``{"at", "level", "logger", "words", "request", "message", "error", "place"}``, those that there are.

    Of an error only type and place are told: its own words, and the lines of a trace, may be a client's.
    """

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "words": record.getMessage(),
            "request": _request.get(),
            "message": _message.get(),
        }
        if record.exc_info and record.exc_info[0]:
            told |= {"error": record.exc_info[0].__name__, "place": _place(record.exc_info[2])}
        return json.dumps({name: value for name, value in told.items() if value is not None}, ensure_ascii=True)


def _place(trace: TracebackType | None) -> str | None:
    frames = traceback.extract_tb(trace)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None

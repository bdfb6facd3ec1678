"""The name under which a received file leaves us, to a download and to the host: the same each time."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..ports.values import Firm
from ..store import attachment_queries
from ..store.attachment_queries import Received
from ..store.transactions import reading
from . import file_names
from .media_types import by_name
from .moments import place


def of(found: Received, firm: Firm) -> str:
    """Like ``photo-2026-03-14-1.jpg``: a word, the day on the firm's calendar, the how manieth of the conversation.

    :raises LookupError: the file is of no type that clients may send.
    """
    kind = by_name(found.file.media_type or "")
    if kind is None:
        raise LookupError("no type that clients may send")
    begin, end = _day_around(found.text.shown_at, firm.zone)
    with reading() as session:
        n = attachment_queries.place_on_day(session, found, begin, end)
    return file_names.ours(kind, begin.date(), n)


def _day_around(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The beginning and the end of a moment's day on the firm's calendar; such a day may have 23 or 25 hours."""
    begin = at.astimezone(place(zone)[0]).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return begin, begin + timedelta(days=1)

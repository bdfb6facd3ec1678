"""Filters of our lists. Each takes only what it offers, so that no value reaches the database unread."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from sqlalchemy.orm import InstrumentedAttribute, Query

from ...language import marked
from ...messaging.moments import place
from ..access import visitor

DAY = timedelta(days=1)
CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")
#: Days outside are nobody's texts, and could leave the calendar when moved into another zone.
FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class OneOf(BaseSQLAFilter):  # type: ignore[misc]
    """Rows with a word; words with the same label are one choice."""

    def __init__(self, column: InstrumentedAttribute[Any], name: str, labels: Mapping[str, str]) -> None:
        self.words: dict[str, tuple[str, ...]] = {}
        for word, label in labels.items():
            self.words[label] = (*self.words.get(label, ()), str(word))
        super().__init__(column, name, options=[(words[0], label) for label, words in self.words.items()])

    def operation(self) -> str:
        return "is"

    def clean(self, value: str) -> tuple[str, ...]:
        """:raises ValueError: this filter does not offer the value."""
        for words in self.words.values():
            if value == words[0]:
                return words
        raise ValueError(value)

    def apply(self, query: Query[Any], value: tuple[str, ...], alias: object = None) -> Query[Any]:
        return query.filter(self.column.in_(value))


class Exactly(BaseSQLAFilter):  # type: ignore[misc]
    """Rows with a code that is typed."""

    def operation(self) -> str:
        return "is"

    def clean(self, value: str) -> str:
        """:raises ValueError: no code looks like this."""
        if not CODE.fullmatch(value.strip()):
            raise ValueError(value)
        return value.strip()

    def apply(self, query: Query[Any], value: str, alias: object = None) -> Query[Any]:
        return query.filter(self.column == value)


class Since(BaseSQLAFilter):  # type: ignore[misc]
    """Rows of a day and later, on the firm's calendar. The operation stands in addresses, ``label`` on the page."""

    label = marked("%(column)s from")

    def __init__(self, column: InstrumentedAttribute[Any], name: str) -> None:
        super().__init__(column, name)

    def operation(self) -> str:
        return "from"

    def clean(self, value: str) -> date:
        """:raises ValueError: this is no day."""
        day = date.fromisoformat(value)
        if not FIRST <= day <= LAST:
            raise ValueError(value)
        return day

    def apply(self, query: Query[Any], value: date, alias: object = None) -> Query[Any]:
        return query.filter(self.column >= _begins(value))


class Until(Since):
    """Rows of a day and earlier, on the firm's calendar."""

    label = marked("%(column)s until")

    def operation(self) -> str:
        return "until"

    def apply(self, query: Query[Any], value: date, alias: object = None) -> Query[Any]:
        return query.filter(self.column < _begins(value + DAY))


def _begins(day: date) -> datetime:
    zone, _suffix = place(visitor().firm.zone)
    return datetime.combine(day, time(), zone)

"""Where time is recorded: a row is made as the host's own code would make it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ...ports.host import TimeEntries
from . import maps
from .matters import MatterRows
from .references import Reference
from .rows import Rows
from .users import UserRows

HOUR = 60


class TimeEntryRows:
    """Time entries as their table has them."""

    def __init__(self, mapped: maps.TimeEntryMap, only: str | None, users: UserRows, matters: MatterRows) -> None:
        self.mapped, self.users, self.matters = mapped, users, matters
        self.rows = Rows(mapped, only)
        self.firm = None if only is not None else Reference(mapped.firm)

    def known(self, session: Any, firm: str, token: str) -> str | None:
        """The entry that was made with a token."""
        asked = select(self.rows.ref.attribute).where(self.rows.of(firm), self.mapped.token == token)
        ref = session.scalar(asked)
        return None if ref is None else str(ref)

    def values(self, firm: str, user: str, matter: str, minutes: int) -> dict[Any, Any]:
        """What is written, by attribute, of whom and what an entry is."""
        mapped = self.mapped
        written = {mapped.user: Reference(mapped.user).key(user), mapped.matter: Reference(mapped.matter).key(matter)}
        if mapped.minutes is not None:
            written[mapped.minutes] = minutes
        if mapped.hours is not None:
            written[mapped.hours] = Decimal(minutes) / HOUR
        if self.firm is not None:
            written[mapped.firm] = self.firm.key(firm)
        return {**written, **mapped.also}


class MappedTimeEntries(TimeEntries):
    """The port."""

    def __init__(self, db: Any, firm: str, entries: TimeEntryRows) -> None:
        self.db, self.firm, self._entries = db, firm, entries
        self.increment = entries.mapped.increment

    def add(self, user: str, matter: str, minutes: int, day: date, note: str, *, token: str) -> str:
        """:raises LookupError: no user or no matter of the firm has this reference."""
        entries, session = self._entries, self.db.session
        known = entries.known(session, self.firm, token)
        if known is not None:
            return known
        self._check(entries.users.rows, user, "user")
        self._check(entries.matters.rows, matter, "matter")
        mapped = entries.mapped
        said = {mapped.day: day, mapped.note: note, mapped.token: token}
        written = {**entries.values(self.firm, user, matter, minutes), **said}
        row = mapped.model(**{attribute.key: value for attribute, value in written.items()})
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # somebody else was faster, or the host's table wants more
            known = entries.known(session, self.firm, token)
            if known is None:
                raise
            return known
        return str(getattr(row, entries.rows.ref.attribute.key))

    def url(self, entry: str) -> str | None:
        return self._entries.rows.page(entry)

    def _check(self, rows: Rows, ref: str, what: str) -> None:
        asked = select(rows.ref.attribute).where(rows.of(self.firm), rows.ref.equals(ref))
        if self.db.session.execute(asked).first() is None:
            raise LookupError(f"no {what} of the firm has this reference")

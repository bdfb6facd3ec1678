"""The firms of the installation: one that stands in the code, or the rows of a table."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ...memory import Memory
from ...ports.host import Firms, OneFirm
from ...ports.values import Availability, Firm, LegalDetails
from . import maps
from .columns import Columns, expression, first, joined
from .rows import Rows

#: A firm does not move to another country; its number's form is asked for with every search.
COUNTRY_SECONDS = 300


class FirmRows:
    """Firms as their table has them."""

    def __init__(self, mapped: maps.FirmMap) -> None:
        self.mapped = mapped
        self.rows = Rows(mapped, "")
        self.columns = Columns(
            ref=self.rows.ref.attribute,
            name=mapped.name,
            zone=mapped.zone,
            country=mapped.country,
            available=mapped.available,
            **{f"legal_{name}": column for name, column in mapped.legal.items()},
        )
        self.asked = select(*self.columns.selected).select_from(mapped.model)
        self._countries: Memory[str, str] = Memory(COUNTRY_SECONDS)

    def get(self, session: Any, ref: str) -> Firm | None:
        row = session.execute(self.asked.where(self.rows.ref.equals(ref), self.rows.counted)).first()
        return None if row is None else self._firm(row)

    def country(self, session: Any, ref: str) -> str:
        """Where a firm's numbers without a country code are."""
        if isinstance(self.mapped.country, str):
            return self.mapped.country
        known = self._countries.get(ref)
        if known is None:
            asked = select(expression(self.mapped.country)).where(self.rows.ref.equals(ref))
            known = _country(session.scalar(asked))
            self._countries.put(ref, known)
        return known

    def _firm(self, row: Any) -> Firm:
        values = self.columns.read(row)
        allowed = bool(first(values["available"]))
        legal = {name: str(first(values[f"legal_{name}"], "")) for name in self.mapped.legal}
        return Firm(
            str(first(values["ref"])),
            joined(values["name"]),
            str(first(values["zone"], "UTC")),
            _country(first(values["country"])),
            Availability(allowed, "" if allowed else self.mapped.reason),
            legal=LegalDetails(**legal),
        )


class MappedFirms(Firms):
    """The port."""

    def __init__(self, db: Any, firms: FirmRows) -> None:
        self.db, self._firms = db, firms

    def get(self, ref: str) -> Firm | None:
        return self._firms.get(self.db.session, ref)

    def country(self, session: Any, ref: str) -> str:
        """Where a firm's numbers without a country code are."""
        return self._firms.country(session, ref)


class TheFirm(OneFirm):
    """The port of a host with one firm, which also answers for its country."""

    def country(self, session: Any, ref: str) -> str:
        return self.firm.country


def _country(value: Any) -> str:
    return str(value or "US").strip().upper()

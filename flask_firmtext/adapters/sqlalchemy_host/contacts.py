"""Whom a firm texts: by reference, by number, by what somebody types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from ...ports.host import Contacts
from ...ports.values import Contact
from . import maps, numbers, written
from .columns import Columns, Values, first, joined, words
from .rows import Rows

MOST = 20
#: So many words of a search count.
WORDS = 8


class Countries(Protocol):
    """Who knows in which country a firm is."""

    def country(self, session: Any, ref: str) -> str: ...


class ContactRows:
    """Contacts as their tables have them."""

    def __init__(self, mapped: maps.ContactMap, only: str | None, countries: Countries) -> None:
        self.rows = Rows(mapped, only)
        self.countries = countries
        self.place = numbers.place(mapped.numbers, self.rows)
        self.name = func.lower(words(mapped.name))
        own = Columns(ref=self.rows.ref.attribute, name=mapped.name, language=mapped.language, zone=mapped.zone)
        self.columns = own
        self.selected = [*own.selected, *self.place.selected]
        self.asked = select(*self.selected).select_from(mapped.model)
        self.order = (self.name, self.rows.ref.attribute)

    def found(self, session: Any, firm: str, rows: Iterable[Sequence[Any]]) -> dict[str, Contact]:
        """Contacts by reference, in the order of their ``rows``, which begin with ``selected``."""
        own = len(self.columns.selected)
        places = {str(row[0]): row for row in rows}
        there = self.place.of(session, {ref: row[own : len(self.selected)] for ref, row in places.items()})
        country = self.countries.country(session, firm)
        return {
            ref: self._contact(ref, self.columns.read(row), numbers.known(there[ref], country))
            for ref, row in places.items()
        }

    def matching(self, text: str, country: str) -> ColumnElement[bool]:
        """A condition on contacts whose name or number has this in it; each word counts, in whatever order."""
        parts = [
            or_(*(self.name.contains(case, autoescape=True) for case in _cases(word))) for word in text.split()[:WORDS]
        ]
        digits = written.sought(text, country)
        return or_(and_(*parts), self.place.containing(digits)) if digits else and_(*parts)

    def _contact(self, ref: str, values: Values, known: numbers.Known) -> Contact:
        language, zone = first(values["language"]), first(values["zone"])
        return Contact(
            ref,
            joined(values["name"]) or f"#{ref}",
            known.numbers,
            known.texting,
            str(language).replace("_", "-") if language else None,
            _zone(zone),
            self.rows.page(ref),
        )


class MappedContacts(Contacts):
    """The port."""

    def __init__(self, db: Any, firm: str, contacts: ContactRows) -> None:
        self.db, self.firm, self._contacts = db, firm, contacts

    def get(self, ref: str) -> Contact | None:
        return self.by_refs([ref]).get(ref)

    def by_refs(self, refs: Sequence[str]) -> Mapping[str, Contact]:
        return self._having(self._contacts.rows.ref.among(refs))

    def search(self, text: str) -> Sequence[Contact]:
        contacts, session = self._contacts, self.db.session
        wanted = " ".join(text.replace("\x00", "").split())
        if not wanted:
            rows = session.execute(self._ours.order_by(*contacts.order).limit(MOST))
            return list(contacts.found(session, self.firm, rows).values())
        condition = contacts.matching(wanted, contacts.countries.country(session, self.firm))
        begins = contacts.name.startswith(wanted.lower(), autoescape=True)
        rows = session.execute(self._ours.where(condition).order_by(begins.desc(), *contacts.order).limit(MOST))
        return list(contacts.found(session, self.firm, rows).values())

    def by_number(self, number: str) -> Sequence[Contact]:
        return self.by_numbers([number])[number]

    def by_numbers(self, numbers: Sequence[str]) -> Mapping[str, Sequence[Contact]]:
        found: dict[str, list[Contact]] = {number: [] for number in numbers}
        asked = [number for number in found if written.E164.fullmatch(number)]
        if asked:
            country = self._contacts.countries.country(self.db.session, self.firm)
            for contact in self._having(self._contacts.place.having(asked, country)).values():
                for number in contact.numbers:
                    if number.e164 in found:
                        found[number.e164].append(contact)
        return found

    @property
    def _ours(self) -> Any:
        return self._contacts.asked.where(self._contacts.rows.of(self.firm))

    def _having(self, condition: ColumnElement[bool]) -> dict[str, Contact]:
        rows = self.db.session.execute(self._ours.where(condition).order_by(*self._contacts.order))
        return self._contacts.found(self.db.session, self.firm, rows)


def _cases(word: str) -> list[str]:
    """A word as a database may have it in small letters: SQLite leaves those beyond ASCII as they are."""
    ways = [word, word.upper(), word.capitalize()] if not word.isascii() else []
    return sorted({word.lower(), *("".join(map(_ascii_lower, way)) for way in ways)})


def _ascii_lower(letter: str) -> str:
    return letter.lower() if letter.isascii() else letter


def _zone(name: Any) -> str | None:
    try:
        return ZoneInfo(str(name)).key if name else None
    except (ValueError, OSError, LookupError):  # what a host has there is no zone
        return None

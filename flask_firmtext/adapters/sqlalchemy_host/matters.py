"""A firm's matters and who is in them, on which side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import QueryableAttribute, RelationshipProperty

from ...ports.host import Matters
from ...ports.values import Contact, Matter, Party, Relation, Side
from . import maps
from .columns import Columns, expression, first, joined, words
from .contacts import ContactRows
from .rows import Rows

#: A contact's part in a matter: contact and matter (references), side and role.
Part = tuple[str, str, Side, str]


class MatterRows:
    """Matters as their tables have them. Each SELECT is one query, for however many matters or contacts."""

    def __init__(self, mapped: maps.MatterMap, only: str | None, contacts: ContactRows) -> None:
        self.mapped, self.contacts = mapped, contacts
        self.rows = Rows(mapped, only)
        is_open = True if mapped.open is None else mapped.open
        self.columns = Columns(ref=self.rows.ref.attribute, title=mapped.title, open=is_open)
        self.asked = select(*self.columns.selected).select_from(mapped.model)
        self.order = (expression(is_open).desc(), func.lower(words(mapped.title)), self.rows.ref.attribute)

    @cached_property
    def related(self) -> Sequence[maps.Related]:
        return related(self.mapped)

    def of_clients(self, firm: str) -> Any:
        """Matters, and after their columns the key of a client."""
        contact = self.contacts.rows
        asked = select(*self.columns.selected, contact.ref.attribute).select_from(self.mapped.model)
        return _join(asked, self.mapped.client, contact).where(self.rows.of(firm), contact.of(firm))

    def of_related(self, firm: str, part: maps.Related) -> Any:
        """Matters, and after their columns the key of a contact beside the client, whether it is opposed, its role."""
        contact = self.contacts.rows
        asked = select(*self.columns.selected, contact.ref.attribute, *_part(part)).select_from(self.mapped.model)
        return self._beside(asked, part).where(self.rows.of(firm), contact.of(firm))

    def clients_in(self, firm: str) -> Any:
        """The columns of contacts who are clients in matters."""
        asked = select(*self.contacts.selected).select_from(self.mapped.model)
        joined_on = _join(asked, self.mapped.client, self.contacts.rows)
        return joined_on.where(self.rows.of(firm), self.contacts.rows.of(firm)).order_by(*self.contacts.order)

    def related_in(self, firm: str, part: maps.Related) -> Any:
        """The columns of contacts beside the client, and after them whether one is opposed."""
        asked = select(*self.contacts.selected, _part(part)[0]).select_from(self.mapped.model)
        ours = self._beside(asked, part).where(self.rows.of(firm), self.contacts.rows.of(firm))
        return ours.order_by(*self.contacts.order)

    def matter(self, row: Sequence[Any]) -> Matter:
        values = self.columns.read(row)
        ref = str(first(values["ref"]))
        return Matter(ref, joined(values["title"]) or f"#{ref}", bool(values["open"][0]), self.rows.page(ref))

    def _beside(self, asked: Any, part: maps.Related) -> Any:
        if part.contact is None:
            return asked.join(part.through)
        return _join(asked.join(part.through), part.contact, self.contacts.rows)


class MappedMatters(Matters):
    """The port."""

    def __init__(self, db: Any, firm: str, matters: MatterRows) -> None:
        self.db, self.firm, self._matters = db, firm, matters

    def get(self, ref: str) -> Matter | None:
        rows = self._matters.rows
        row = self._execute(self._matters.asked.where(rows.of(self.firm), rows.ref.equals(ref))).first()
        return None if row is None else self._matters.matter(row)

    def of_contact(self, contact: str) -> Sequence[Matter]:
        return self.of_contacts([contact])[contact]

    def of_contacts(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Matter]]:
        matters = self._matters
        found: dict[str, dict[str, Matter]] = {contact: {} for contact in contacts}
        asked = matters.of_clients(self.firm).where(matters.contacts.rows.ref.among(contacts))
        for row in self._execute(asked.order_by(*matters.order)):
            matter = matters.matter(row)
            found[str(row[-1])].setdefault(matter.ref, matter)
        return {contact: list(theirs.values()) for contact, theirs in found.items()}

    def related_to(self, contacts: Sequence[str]) -> Mapping[str, Sequence[Relation]]:
        clients = {(ref, one.ref) for ref, theirs in self.of_contacts(contacts).items() for one in theirs}
        parts: dict[tuple[str, str], Relation] = {}
        for part in self._matters.related:
            asked = self._matters.of_related(self.firm, part).where(self._matters.contacts.rows.ref.among(contacts))
            for row in self._execute(asked.order_by(*self._matters.order)):
                relation = Relation(self._matters.matter(row), _side(row[-2]), str(row[-1] or ""))
                where = (str(row[-3]), relation.matter.ref)
                if where not in clients:
                    parts[where] = _both(parts.get(where), relation)
        return {contact: _in_order(parts, contact) for contact in contacts}

    def contacts_of(self, matter: str) -> Sequence[Party]:
        matters, ours = self._matters, self._matters.rows.ref.equals(matter)
        clients = self._execute(matters.clients_in(self.firm).where(ours)).all()
        rows, sides = list(clients), {str(row[0]): Side.CLIENT for row in clients}
        for part in matters.related:
            for row in self._execute(matters.related_in(self.firm, part).where(ours)):
                rows.append(row)
                if sides.get(str(row[0])) in (None, Side.RELATED):
                    sides[str(row[0])] = _side(row[-1])
        found: Mapping[str, Contact] = matters.contacts.found(self.db.session, self.firm, rows) if rows else {}
        return [Party(contact, sides[ref]) for ref, contact in found.items()]

    def _execute(self, asked: Any) -> Any:
        return self.db.session.execute(asked)


def related(mapped: maps.MatterMap) -> Sequence[maps.Related]:
    """What a map says of contacts beside the client, each as :class:`Related`."""
    given = mapped.related if isinstance(mapped.related, tuple | list) else (mapped.related,)
    return [one if isinstance(one, maps.Related) else maps.Related(one) for one in given]


def is_relationship(attribute: Any) -> bool:
    """Whether this is an attribute that leads to other rows."""
    return isinstance(attribute, QueryableAttribute) and isinstance(
        getattr(attribute, "property", None), RelationshipProperty
    )


def _join(asked: Any, attribute: Any, contacts: Rows) -> Any:
    """Join contacts by a relationship to them, or by a column with their key."""
    if is_relationship(attribute):
        return asked.join(attribute)
    return asked.join(contacts.model, attribute == contacts.ref.attribute)


def _part(part: maps.Related) -> tuple[Any, Any]:
    return expression(part.opposing), expression("" if part.role is None else part.role)


def _side(opposing: Any) -> Side:
    return Side.OPPOSING if opposing else Side.RELATED


def _both(before: Relation | None, now: Relation) -> Relation:
    """Who has two parts in a matter is opposed if one of them says so."""
    if before is None:
        return now
    side = Side.OPPOSING if Side.OPPOSING in (before.side, now.side) else now.side
    roles = dict.fromkeys(filter(None, (before.role, now.role)))
    return Relation(now.matter, side, ", ".join(roles))


def _in_order(parts: Mapping[tuple[str, str], Relation], contact: str) -> Sequence[Relation]:
    theirs: Iterable[Relation] = (relation for (whose, _), relation in parts.items() if whose == contact)
    return sorted(theirs, key=lambda relation: not relation.matter.open)

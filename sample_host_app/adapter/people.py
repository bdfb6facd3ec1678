"""Whom a firm texts, and in which matters they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import or_
from sqlalchemy.orm import selectinload

from flask_firmtext.ports import host, values

from .. import models, walls
from ..models import folded
from .references import as_contact, as_matter, key, matter_key, of_firm

SIDES = {False: values.Side.RELATED, True: values.Side.OPPOSING}


class Contacts(host.Contacts):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm
        self.ours = of_firm(models.Contact, firm)

    def get(self, ref: str) -> values.Contact | None:
        row = self.db.session.scalar(self.ours.where(models.Contact.id == key(ref)))
        return row and as_contact(row)

    def by_refs(self, refs: Sequence[str]) -> Mapping[str, values.Contact]:
        theirs = self.ours.where(models.Contact.id.in_(filter(None, map(key, refs))))
        return {str(row.id): as_contact(row) for row in self.db.session.scalars(theirs)}

    def search(self, text: str) -> Sequence[values.Contact]:
        name = models.Contact.folded_name
        found = name.contains(folded(text.strip()), autoescape=True)
        if re.fullmatch(r"[\d\s().+-]*\d[\d\s().+-]*", text):
            found = or_(found, models.Contact.numbers.any(models.PhoneNumber.e164.contains(re.sub(r"\D", "", text))))
        starts = name.startswith(folded(text.strip()), autoescape=True)
        rows = self.db.session.scalars(self.ours.where(found).order_by(starts.desc(), name).limit(20))
        return [as_contact(row) for row in rows]

    def by_number(self, number: str) -> Sequence[values.Contact]:
        return self.by_numbers([number]).get(number, ())

    def by_numbers(self, numbers: Sequence[str]) -> Mapping[str, Sequence[values.Contact]]:
        found: dict[str, list[values.Contact]] = {number: [] for number in numbers}
        theirs = models.Contact.numbers.any(models.PhoneNumber.e164.in_(found))
        for row in self.db.session.scalars(self.ours.where(theirs).order_by(models.Contact.folded_name)):
            for number in found.keys() & {number.e164 for number in row.numbers}:
                found[number].append(as_contact(row))
        return found


class Matters(host.Matters):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm
        # A wall of the signed-in user hides titles, too; what is filed and sent by a job is everybody's.
        self.ours = of_firm(models.Matter, firm).where(walls.outside(models.Matter))

    def get(self, ref: str) -> values.Matter | None:
        row = self.db.session.scalar(self.ours.where(models.Matter.id == matter_key(ref)))
        return row and as_matter(row)

    def of_contact(self, contact: str) -> Sequence[values.Matter]:
        return self.of_contacts([contact])[contact]

    def of_contacts(self, contacts: Sequence[str]) -> Mapping[str, Sequence[values.Matter]]:
        found: dict[str, list[values.Matter]] = {contact: [] for contact in contacts}
        theirs = self.ours.where(models.Matter.client_id.in_(filter(None, map(key, contacts))))
        for row in self.db.session.scalars(theirs.order_by(models.Matter.open.desc(), models.Matter.number)):
            found[str(row.client_id)].append(as_matter(row))
        return found

    def related_to(self, contacts: Sequence[str]) -> Mapping[str, Sequence[values.Relation]]:
        found: dict[str, list[values.Relation]] = {contact: [] for contact in contacts}
        related = self.ours.join(models.Matter.parties).add_columns(models.MatterParty)
        theirs = related.where(models.MatterParty.contact_id.in_(filter(None, map(key, contacts))))
        for row, party in self.db.session.execute(theirs.order_by(models.Matter.open.desc(), models.Matter.number)):
            relation = values.Relation(as_matter(row), SIDES[party.opposing], party.role)
            found[str(party.contact_id)].append(relation)
        return found

    def contacts_of(self, matter: str) -> Sequence[values.Party]:
        everyone = selectinload(models.Matter.parties).joinedload(models.MatterParty.contact)
        row = self.db.session.scalar(self.ours.where(models.Matter.id == matter_key(matter)).options(everyone))
        if row is None:
            return ()
        others = [values.Party(as_contact(party.contact), SIDES[party.opposing]) for party in row.parties]
        return [values.Party(as_contact(row.client), values.Side.CLIENT), *others]

"""What FirmText asks of a practice system, answered from ours. This is the file to copy.

Five small classes translate our rows into FirmText's values; nothing is decided and nothing committed here. A
reference is our primary key as text, that of a matter with a word before it. ``for_firm`` is all the scoping there is:
each port sees one firm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from flask import has_request_context, url_for
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import selectinload

from flask_firmtext.ports import host, values

from . import models
from .models import folded

# The actions are listed in docs/permissions.md; one that stands in neither set is refused.
STAFF_MAY = frozenset(
    {
        "attachment.file",
        "attachment.read",
        "conversation.done",
        "conversation.list",
        "conversation.read",
        "message.cancel",
        "message.resolve",
        "message.retry",
        "message.send",
        "optout.set",
        "payment.insert",
        "saved_reply.use",
        "template.read",
        "time.add",
        "transcript.export",
    }
)
ADMINISTRATORS_MAY = STAFF_MAY | {
    "audit.read",
    "hold.lift",
    "legal_hold",
    "number.buy",
    "number.release",
    "number.verify",
    "optout.lift",
    "quarantine.read",
    "retention.set",
    "settings.edit",
}

MATTER = "matter-"
#: So much of a document is in memory.
PIECE = 256 * 1024
PLANS_WITH_TEXTING = frozenset({"Essentials", "Advanced", "Complete"})


class Users(host.Users):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db

    def current(self) -> values.User | None:
        if not current_user or not current_user.is_authenticated:
            return None
        return as_user(current_user)

    def may(self, user: values.User, action: str, object: object | None = None) -> bool:  # noqa: A002
        if getattr(object, "firm", user.firm) != user.firm:
            return False
        return action in (ADMINISTRATORS_MAY if user.administrator else STAFF_MAY)

    def names(self, refs: Iterable[str]) -> Mapping[str, str]:
        found = select(models.User).where(models.User.id.in_(filter(None, map(key, refs))))
        return {user.get_id(): user.name for user in self.db.session.scalars(found)}

    def administrators(self, firm: str) -> Sequence[values.User]:
        found = select(models.User).where(models.User.firm_ref == firm, models.User.administrator)
        return [as_user(row) for row in self.db.session.scalars(found.order_by(models.User.name))]


class Firms(host.Firms):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db

    def get(self, ref: str) -> values.Firm | None:
        firm = self.db.session.get(models.Firm, ref)
        if firm is None:
            return None
        return values.Firm(
            firm.ref,
            firm.name,
            firm.zone,
            firm.country,
            availability=_availability(firm),
            notifications=_before(firm),
            legal=_legal(firm),
        )


def _legal(firm: models.Firm) -> values.LegalDetails:
    """What the carriers' registration form asks, as far as the practice system keeps it."""
    names = ("legal_name", "website", "street", "city", "region", "postal_code")
    return values.LegalDetails(**{name: getattr(firm, name) for name in names})


def _availability(firm: models.Firm) -> values.Availability:
    if firm.country not in ("US", "CA"):
        return values.Availability(False, "Text messaging is available to firms in the United States and Canada.")
    if firm.plan not in PLANS_WITH_TEXTING:
        return values.Availability(False, "Text messaging comes with the plans Essentials, Advanced and Complete.")
    return values.Availability(True)


def _before(firm: models.Firm) -> values.Notifications | None:
    if firm.notifications_number is None:
        return None
    return values.Notifications(firm.notifications_number, firm.notifications_email, firm.notifications_phone)


class Contacts(host.Contacts):
    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm
        self.ours = select(models.Contact).where(models.Contact.firm_ref == firm)

    def get(self, ref: str) -> values.Contact | None:
        row = self.db.session.scalar(self.ours.where(models.Contact.id == key(ref)))
        return row and as_contact(row)

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
        self.ours = select(models.Matter).where(models.Matter.firm_ref == firm)

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

    def contacts_of(self, matter: str) -> Sequence[values.Party]:
        everyone = selectinload(models.Matter.parties).joinedload(models.MatterParty.contact)
        row = self.db.session.scalar(self.ours.where(models.Matter.id == matter_key(matter)).options(everyone))
        if row is None:
            return ()
        sides = {False: values.Side.RELATED, True: values.Side.OPPOSING}
        others = [values.Party(as_contact(party.contact), sides[party.opposing]) for party in row.parties]
        return [values.Party(as_contact(row.client), values.Side.CLIENT), *others]


class Documents(host.Documents):
    """Writes, and never commits: whoever calls does, together with what belongs to it."""

    def __init__(self, db: SQLAlchemy, firm: str) -> None:
        self.db, self.firm = db, firm

    def file(self, place: str, name: str, media_type: str, stream: BinaryIO, *, token: str) -> str:
        session = self.db.session
        there = session.scalar(select(models.Document.id).filter_by(firm_ref=self.firm, token=token))
        if there is not None:
            return str(there)
        matter = session.scalar(_of(models.Matter, self.firm).where(models.Matter.id == matter_key(place)))
        contact = session.scalar(_of(models.Contact, self.firm).where(models.Contact.id == key(place)))
        if matter is None and contact is None:
            raise LookupError("no matter and no contact of the firm has this reference")
        row = models.Document(
            firm_ref=self.firm, matter_id=matter, contact_id=contact, name=name, media_type=media_type
        )
        row.token, row.size, row.added = token, 0, datetime.now(UTC).replace(tzinfo=None)
        session.add(row)
        session.flush()
        for n, data in enumerate(iter(lambda: stream.read(PIECE), b"")):
            session.execute(insert(models.DocumentPiece).values(document_id=row.id, n=n, data=data))
            row.size += len(data)
        session.flush()
        return str(row.id)

    def url(self, document: str) -> str | None:
        return page("pages.documents", _anchor=f"document-{document}")


def _of(model: Any, firm: str) -> Any:
    return select(model.id).where(model.firm_ref == firm)


class SampleHost(host.Host):
    def __init__(self, db: SQLAlchemy) -> None:
        self.db = db
        self.users = Users(db)
        self.firms = Firms(db)

    def for_firm(self, ref: str) -> host.Ports:
        return host.Ports(Contacts(self.db, ref), Matters(self.db, ref), Documents(self.db, ref))


def make_host(db: SQLAlchemy) -> SampleHost:
    return SampleHost(db)


def as_user(row: models.User) -> values.User:
    return values.User(str(row.id), row.name, row.firm_ref, row.administrator)


def as_contact(row: models.Contact) -> values.Contact:
    return values.Contact(
        ref=str(row.id),
        name=row.name,
        numbers=tuple(values.PhoneNumber(number.e164, number.label) for number in row.numbers),
        texting_number=next((number.e164 for number in row.numbers if number.for_texts), None),
        language=row.language,
        zone=row.zone,
        url=page("pages.contact", contact_id=row.id),
    )


def as_matter(row: models.Matter) -> values.Matter:
    title = f"{row.number} {row.title}"
    return values.Matter(row.ref, title, row.open, page("pages.matter", matter_id=row.id))


def page(endpoint: str, **parts: Any) -> str | None:
    """A page's address; a worker has no request and shows nobody a link."""
    return url_for(endpoint, **parts) if has_request_context() else None


def matter_key(ref: str) -> int | None:
    """The primary key of ``models.Matter.ref``."""
    return key(ref.removeprefix(MATTER)) if ref.startswith(MATTER) else None


def key(ref: str) -> int | None:
    """The primary key that a reference stands for; what is no reference of ours stands for nothing."""
    return int(ref) if re.fullmatch(r"[1-9][0-9]{0,8}", ref) else None

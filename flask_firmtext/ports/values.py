"""What the host tells us about its people and things: frozen values with opaque references.

A reference is the host's own key as a string. We store it, compare it and hand it back; a host never renames or
recycles a firm's reference, because it is part of what protects every encrypted row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """Where a contact stands in a matter."""

    CLIENT = "client"
    RELATED = "related"
    OPPOSING = "opposing"


class Answer(StrEnum):
    """What a client said to an invitation."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who works in the practice system. ``name`` is shown to colleagues beside each text.

    ``language`` is a BCP 47 tag; None: the browser's.
    """

    ref: str
    name: str
    firm: str
    administrator: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a firm may have texting; ``reason`` says why not, in a sentence that the firm reads."""

    allowed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Notifications:
    """Text notifications that a firm had before (S5): its toll-free number (E.164) and contact details."""

    number: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class LegalDetails:
    """What the carrier's registration form asks about a business, as far as the host knows it."""

    legal_name: str = ""
    registration_number: str = ""
    registration_type: str = ""
    website: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Firm:
    """A law firm. ``zone`` is an IANA time zone, ``country`` an ISO 3166-1 alpha-2 code."""

    ref: str
    name: str
    zone: str
    country: str = "US"
    availability: Availability = Availability(True)
    notifications: Notifications | None = None
    legal: LegalDetails = LegalDetails()


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A contact's number in E.164 with the host's label for it ("mobile", "office")."""

    e164: str = field(repr=False)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Someone a firm texts. ``texting_number`` (E.164) is the host's choice among ``numbers``.

    ``language`` is a BCP 47 tag, ``zone`` an IANA time zone; None where the host does not know.
    """

    ref: str
    name: str = field(repr=False)
    numbers: tuple[PhoneNumber, ...] = ()
    texting_number: str | None = field(default=None, repr=False)
    language: str | None = None
    zone: str | None = None
    url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Matter:
    """A case of a firm. ``url`` is its page in the host, None where there is none."""

    ref: str
    title: str
    open: bool = True
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A contact in a matter and the side on which it stands."""

    contact: Contact
    side: Side


@dataclass(frozen=True, slots=True)
class Relation:
    """A contact's part in a matter, and its side. ``role`` is the host's word for the part: "Executor", "Witness"."""

    matter: Matter
    side: Side
    role: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """A calendar event of the host. ``start`` and ``end`` are aware, or wall time in ``zone`` when ``all_day``."""

    ref: str
    title: str
    start: datetime
    end: datetime
    zone: str
    all_day: bool = False
    place: str = ""
    matter: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account into which clients can pay, in ``currency`` (ISO 4217)."""

    ref: str
    name: str
    trust: bool = False
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill of ``contact`` (a reference) with what is still due: 0 when it is paid or void."""

    ref: str
    number: str
    due: Decimal
    currency: str = "USD"
    issued: date | None = None
    contact: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A payment link: its unguessable address and, for the client, what it is for ("Harbor Law: pay bill 7 here")."""

    url: str = field(repr=False)
    label: str = field(default="", repr=False)

"""What a host writes instead of an adapter: which attribute of which model is what. No database is asked here.

A *column* is an attribute of the mapped model, a hybrid, or an SQL expression over the model's table. *Words* are one
column or several, joined by blanks. ``where`` leaves rows out that FirmText is not to know, deleted ones say;
``firm`` is the column that holds the firm's key, for a host with a :class:`FirmMap`. The primary key is the reference,
unless ``ref`` names another unique column.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import timedelta, tzinfo
from typing import Any

#: An attribute of a model, a hybrid or an SQL expression.
Column = Any
#: A column, or several whose words belong together.
Words = Any
#: The endpoint of a row's page (the last part of its address is the key), or a function from the key to an address.
Page = str | Callable[[Any], str | None]


@dataclass(frozen=True, eq=False)
class FirmMap:
    """The firms of an installation that has several.

    :param zone: an IANA time zone, a column or one for all; :param country: two letters, likewise.
    :param available: a condition under which a firm may have texting; ``reason`` is the sentence that others read.
    :param legal: columns by the names of :class:`LegalDetails`, with which the carrier's form is filled in.
    """

    model: type
    _: KW_ONLY
    name: Words
    zone: Column | str
    country: Column | str = "US"
    available: Column | bool = True
    reason: str = "Text messaging is not part of your plan."
    legal: Mapping[str, Column] = field(default_factory=dict)
    ref: Column | None = None
    where: Column | None = None


@dataclass(frozen=True, eq=False)
class UserMap:
    """Who works here.

    :param administrator: a condition under which somebody may change the firm's settings; True where everybody may.
    :param where: who may use texting at all; others keep their name above what they wrote.
    :param language: a BCP 47 tag; without it the browser's.
    """

    model: type
    _: KW_ONLY
    name: Words
    administrator: Column | bool
    firm: Column | None = None
    language: Column | None = None
    ref: Column | None = None
    where: Column | None = None


@dataclass(frozen=True, eq=False)
class E164:
    """A column whose numbers are all E.164 (``+13125550100``), so that an index on it finds them."""

    column: Column


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers in a table of their own.

    :param through: the relationship from the contact to them; :param number: their column, or :class:`E164` of it.
    :param label: the word for a number; "fax" and "landline" are not texted.
    :param texting: a condition that is true of the number that the contact wants texts on.
    """

    through: Any
    number: Column | E164
    _: KW_ONLY
    label: Column | None = None
    texting: Column | None = None


@dataclass(frozen=True, eq=False)
class ContactMap:
    """Whom a firm texts.

    :param numbers: a column, several (the first that is filled in is texted), several by their labels, or
        :class:`Numbers`. They may be written as people write them. A column's label is its name.
    :param language: a BCP 47 tag; :param zone: an IANA time zone.
    """

    model: type
    _: KW_ONLY
    name: Words
    numbers: Column | E164 | tuple[Column | E164, ...] | Mapping[str, Column | E164] | Numbers
    firm: Column | None = None
    language: Column | None = None
    zone: Column | None = None
    page: Page | None = None
    ref: Column | None = None
    where: Column | None = None


@dataclass(frozen=True, eq=False)
class Related:
    """Contacts in a matter beside its client.

    :param through: the relationship from the matter to them, or to the rows that tie them to it.
    :param contact: of such a row, the relationship to the contact or the column with its key.
    :param role: the word for its part: "Executor", "Witness".
    :param opposing: a condition under which it is on the other side; True where all of these are.
    """

    through: Any
    _: KW_ONLY
    contact: Any | None = None
    role: Column | None = None
    opposing: Column | bool = False


@dataclass(frozen=True, eq=False)
class MatterMap:
    """A firm's cases.

    :param client: the relationship to the client or clients, or the column with the client's key.
    :param open: a condition; without it every matter is open.
    :param related: a relationship to contacts beside the client, :class:`Related`, or several of these.
    """

    model: type
    _: KW_ONLY
    title: Words
    client: Any
    open: Column | None = None
    related: Any = ()
    firm: Column | None = None
    page: Page | None = None
    ref: Column | None = None
    where: Column | None = None


@dataclass(frozen=True, eq=False)
class Attendees:
    """Where it is noted what a contact answered to an invitation.

    :param through: the relationship from the event to its attendees; :param contact: the attendee's column with the
        contact's key. :param answer: where the answer is written: by itself ``confirmed`` or ``declined``.
    :param words: what is written instead: ``{"confirmed": "yes", "declined": "no"}``.
    """

    through: Any
    _: KW_ONLY
    contact: Column
    answer: Column
    words: Mapping[str, Any] = field(default_factory=lambda: {"confirmed": "confirmed", "declined": "declined"})


@dataclass(frozen=True, eq=False)
class EventMap:
    """The calendar.

    :param start: a column of dates with times; :param end: another, or how long each event is.
    :param zone: the event's IANA time zone, a column or one for all; without it the firm's.
    :param stored: the zone of times without one in these columns, ``UTC`` say; without it the event's.
    :param matter: the column with the key of the event's matter. :param where: leave cancelled events out with it.
    """

    model: type
    _: KW_ONLY
    title: Words
    start: Column
    end: Column | timedelta
    attendees: Attendees
    zone: Column | str | None = None
    stored: tzinfo | None = None
    all_day: Column | bool = False
    place: Column | None = None
    matter: Column | None = None
    firm: Column | None = None
    page: Page | None = None
    ref: Column | None = None
    where: Column | None = None


@dataclass(frozen=True, eq=False)
class TimeEntryMap:
    """Where time is recorded. The columns are written.

    :param user: the column for a user's key; :param matter: for a matter's. :param minutes: whole minutes; or
    :param hours: the same in hours. :param token: a text column, unique, of at least 100 characters: by it an entry is
        not made twice. :param increment: in how many minutes the firm bills. :param also: other columns and what is
        written there.
    """

    model: type
    _: KW_ONLY
    user: Column
    matter: Column
    day: Column
    note: Column
    token: Column
    minutes: Column | None = None
    hours: Column | None = None
    increment: int = 1
    also: Mapping[Any, Any] = field(default_factory=dict)
    firm: Column | None = None
    page: Page | None = None
    ref: Column | None = None

"""What is wrong with what a host handed to :class:`SQLAlchemyHost`, all of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from ...ports.host import OneFirm
from ...ports.values import Firm, LegalDetails
from ...zones import is_zone, no_zone
from . import maps
from .columns import listed
from .examination import Examination
from .matters import is_relationship, related

#: The maps by the words under which they are handed over.
KINDS = {
    "user": maps.UserMap,
    "contact": maps.ContactMap,
    "matter": maps.MatterMap,
    "event": maps.EventMap,
    "time_entry": maps.TimeEntryMap,
}


def of_maps(firm: Any, given: Mapping[str, Any], model_of_contacts: type | None) -> Iterator[str]:
    """The faults of the maps."""
    several = isinstance(firm, maps.FirmMap)
    if several:
        yield from _firm(firm)
    elif isinstance(firm, Firm):
        yield from OneFirm(firm).faults()
    else:
        yield f"SQLAlchemyHost(firm={firm!r}): pass Firm(ref, name, zone), or FirmMap(…) where there are several firms."
    for where, kind in KINDS.items():
        mapped = given.get(where)
        if isinstance(mapped, kind):
            examined = Examination(where, mapped)
            examined.key()
            examined.firm(several=several)
            _EXAMINERS[where](examined, model_of_contacts)
            yield from examined.faults
        elif mapped is not None:
            yield f"SQLAlchemyHost({where}={type(mapped).__name__}): pass a {kind.__name__}."


def of_what_is_missing(given: Mapping[str, Any], own: Collection[str]) -> Iterator[str]:
    """What has to be there, and what one map needs of another."""
    for where, port in (("user", "users"), ("contact", "contacts")):
        if given[where] is None and port not in own:
            yield f"SQLAlchemyHost: {where}= is missing. Pass a {KINDS[where].__name__}, or your own {port}=."
    for where, needed in (
        ("matter", "contact"),
        ("event", "contact"),
        ("time_entry", "user"),
        ("time_entry", "matter"),
    ):
        if given[where] is not None and given[needed] is None:
            yield f"SQLAlchemyHost({where}=…) needs {needed}=, too. Pass a {KINDS[needed].__name__}."


def _firm(mapped: maps.FirmMap) -> Iterator[str]:
    examined = Examination("firm", mapped)
    examined.key()
    for name in ("name", "zone", "country"):
        examined.columns(name, getattr(mapped, name), plain=() if name == "name" else (str,))
    _one_zone(examined)
    examined.columns("available", mapped.available, plain=(bool,))
    examined.columns("where", mapped.where, needed=False)
    known = {one.name for one in fields(LegalDetails)}
    for name, column in mapped.legal.items():
        if name not in known:
            examined.say("legal", f"there is no {name!r}. Pass some of {', '.join(sorted(known))}.")
        examined.columns(f"legal {name}", column)
    yield from examined.faults


def _user(examined: Examination, contacts: type | None) -> None:
    mapped = examined.mapped
    examined.columns("name", mapped.name)
    examined.columns("administrator", mapped.administrator, plain=(bool,))
    _optional(examined, "language", "where")


def _contact(examined: Examination, contacts: type | None) -> None:
    mapped, given = examined.mapped, examined.mapped.numbers
    examined.columns("name", mapped.name)
    _optional(examined, "language", "zone", "where")
    _page(examined)
    if isinstance(given, maps.Numbers):
        target = examined.through("numbers", given.through)
        for name in ("number", "label", "texting"):
            column = getattr(given, name)
            examined.columns_of(target, f"numbers {name}", getattr(column, "column", column), plain=(str, bool))
    else:
        for one in given.values() if isinstance(given, Mapping) else listed(given) or (None,):
            if is_relationship(one):
                examined.say("numbers", f"{one} is a relationship. Pass Numbers({one}, the column with the number).")
            else:
                examined.columns("numbers", one.column if isinstance(one, maps.E164) else one)


def _matter(examined: Examination, contacts: type | None) -> None:
    mapped = examined.mapped
    examined.columns("title", mapped.title)
    _optional(examined, "open", "where")
    _page(examined)
    _leads_to_contact(examined, "client", mapped.client, contacts)
    for part in related(mapped):
        target = examined.through("related", part.through, contacts if part.contact is None else None)
        if target is not None and is_relationship(part.contact):
            inner = Examination(examined.where, maps.MatterMap(target.class_, title=None, client=None))
            inner.through("related contact", part.contact, contacts)
            examined.faults += inner.faults
        else:
            examined.columns_of(target, "related contact", part.contact)
        examined.columns_of(target, "related role", part.role, plain=(str,))
        examined.columns_of(target, "related opposing", part.opposing, plain=(bool,))


def _event(examined: Examination, contacts: type | None) -> None:
    mapped = examined.mapped
    examined.columns("title", mapped.title)
    examined.columns("start", mapped.start)
    examined.columns("end", mapped.end, plain=(timedelta,))
    examined.columns("zone", mapped.zone, needed=False, plain=(str,))
    _one_zone(examined)
    examined.columns("all_day", mapped.all_day, plain=(bool,))
    _optional(examined, "place", "matter", "where")
    _page(examined)
    target = examined.through("attendees", mapped.attendees.through)
    for name in ("contact", "answer"):
        examined.columns_of(target, f"attendees {name}", getattr(mapped.attendees, name))


def _time_entry(examined: Examination, contacts: type | None) -> None:
    mapped = examined.mapped
    for name in ("user", "matter", "day", "note", "token"):
        examined.columns(name, getattr(mapped, name))
    if (mapped.minutes is None) == (mapped.hours is None):
        examined.say("minutes", "pass either minutes= or hours=.")
    _optional(examined, "minutes", "hours")
    _page(examined)
    for column in mapped.also:
        examined.columns("also", column)
    if not (isinstance(mapped.increment, int) and 1 <= mapped.increment <= 60):
        examined.say("increment", "must be a whole number of minutes from 1 to 60.")


def _leads_to_contact(examined: Examination, field: str, given: Any, contacts: type | None) -> None:
    if is_relationship(given):
        examined.through(field, given, contacts)
    else:
        examined.columns(field, given)


def _optional(examined: Examination, *names: str) -> None:
    for name in names:
        examined.columns(name, getattr(examined.mapped, name), needed=False)


def _one_zone(examined: Examination) -> None:
    zone = examined.mapped.zone
    if isinstance(zone, str) and not is_zone(zone):
        examined.say("zone", no_zone(zone))


def _page(examined: Examination) -> None:
    page = examined.mapped.page
    if page is not None and not isinstance(page, str) and not callable(page):
        examined.say("page", "pass the endpoint of the page, or a function from the key to its address.")


_EXAMINERS: Mapping[str, Callable[[Examination, type | None], None]] = {
    "user": _user,
    "contact": _contact,
    "matter": _matter,
    "event": _event,
    "time_entry": _time_entry,
}

"""What stands in an automatic text about an event, for one client of one firm."""

from __future__ import annotations

import textwrap
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ...current import firmtext
from ...firm import details, templates, templates_values
from ...firm.details import Details
from ...firm.templates_syntax import render
from ...firm.templates_words import MOST_SEGMENTS, UNTITLED, Kind
from ...messaging.segments import measure
from ...ports.values import Contact, Firm
from ...store.models import Texting
from .facts import Facts

Sessions = Session | scoped_session[Any]

#: A title or place of more than this is cut, the first that makes the text short enough.
CUTS = (500, 80, 40, 20)


def write(session: Sessions, firm: Firm, contact: Contact, kind: Kind, now: Facts, known: Facts | None = None) -> str:
    """The text. ``known`` is what the client knew before, for one that says what has changed."""
    language = templates.language_of(contact.language)
    body = templates.words(session, kind, language, firm.ref).body
    row = session.get(Texting, firm.ref)
    own = templates_values.ways_to_reach(firm, details.of(session, row) if row is not None else Details())
    for most in CUTS:
        text = render(body, own | values(now, known, contact, language, most))
        if measure(text).count <= MOST_SEGMENTS:
            break
    return text


def values(now: Facts, known: Facts | None, contact: Contact, language: str, most: int) -> dict[str, str]:
    """The fields that are the event's, title and place of at most ``most`` characters."""
    return {
        "title": _short(now.title, most) or UNTITLED[language],
        "date": days(now, language),
        "time": clock_time(now, contact, language),
        "place": _short(now.place, most),
        "changes": "; ".join(_changes(known, now, contact, language, most)) if known is not None else "",
    }


def days(of: Facts, language: str) -> str:
    """The day, or the first and the last."""
    today = firmtext.clock.now().astimezone(of.clock).date()
    first, last = (templates_values.day(one, today, language) for one in (of.day, of.last_day))
    return first if of.day == of.last_day else f"{first} - {last}"


def clock_time(of: Facts, contact: Contact, language: str) -> str:
    """The wall time, with its zone for somebody whose clock is known to show another; empty for whole days."""
    if of.time is None:
        return ""
    words = templates_values.clock_time(of.time, language)
    there = of.starts_at.astimezone(of.clock)
    elsewhere = contact.zone is not None and templates_values.offset(of.starts_at, contact.zone) != there.utcoffset()
    return f"{words} {there.tzname()}" if elsewhere else words


def moment(of: Facts, contact: Contact, language: str) -> str:
    """Day and time in one."""
    return ", ".join(filter(None, (days(of, language), clock_time(of, contact, language))))


def _changes(old: Facts, now: Facts, contact: Contact, language: str, most: int) -> list[str]:
    parts = []
    if old.when != now.when:
        was, then = (moment(one, contact, language) for one in (old, now))
        if was == then:  # the same on another clock
            was, then = (f"{words} {_zone(one)}" for words, one in ((was, old), (then, now)))
        parts.append(templates_values.change("time", was, then, language))
    for what, before, after in (("title", old.title, now.title), ("place", old.place, now.place)):
        if before != after:
            was, then = (_short(one, most) or "-" for one in (before, after))
            parts.append(templates_values.change(what, was, then, language))
    return parts


def _zone(of: Facts) -> str:
    return of.starts_at.astimezone(of.clock).tzname() or of.zone


def _short(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    return textwrap.shorten(words, most, placeholder="...") if " " in words[:most] else f"{words[: most - 3]}..."

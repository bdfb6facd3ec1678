"""A person's text to several attendees of an event: its fields are filled in for each, in words of their language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from ...errors import TextRefused
from ...firm import templates
from ...language import gettext as _
from ...ports.values import Contact
from . import event_words
from .facts import Facts

FIELDS = ("title", "date", "time", "place", "contact")
_FIELD = re.compile(r"\{(\w{1,40})\}(\.?)")
LONGEST = 500


def fill(text: str, now: Facts, contact: Contact) -> str:
    """The text for one attendee, everything else letter for letter.

    :raises TextRefused: ``no_such_field``, or ``empty_field``: the event has nothing to be put there.
    """
    known = _values(now, contact)

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name not in known:
            fields = ", ".join(map(written, FIELDS))
            words = _("There is no field %(field)s. There are %(fields)s.", field=written(name), fields=fields)
            raise TextRefused("no_such_field", words)
        if not known[name]:
            words = _("The event has nothing for %(field)s. Take it out of the text.", field=written(name))
            raise TextRefused("empty_field", words)
        # "10:30 a.m." brings the full stop of its sentence with it.
        return known[name] if known[name].endswith(".") else f"{known[name]}{found[2]}"

    return _FIELD.sub(put, text)


def written(field: str) -> str:
    """A field as people write it."""
    return f"{{{field}}}"


def token(form: str, contact: str, text: str) -> str:
    """What makes a second press of the same form send nothing again to this contact; other words are another text."""
    return hashlib.sha256(f"{form}\0{contact}\0{text}".encode()).hexdigest()


def _values(now: Facts, contact: Contact) -> Mapping[str, str]:
    language = templates.language_of(contact.language)
    found = event_words.values(now, None, contact, language, LONGEST)
    return {**{name: found[name] for name in FIELDS if name in found}, "contact": contact.name}

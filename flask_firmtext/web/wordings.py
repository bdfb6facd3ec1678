"""Text message templates as a client will read them, for a firm to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from ..firm import templates
from ..firm.details import Details
from ..firm.templates_words import LANGUAGES, Kind
from ..language import gettext as _
from ..language import locale, marked
from ..ports.values import Firm

#: Each language in its own words.
NAMES = {"en": "English", "fr": "Français", "es": "Español"}
TITLES = {
    Kind.CREATED: marked("Event created"),
    Kind.UPDATED: marked("Event updated"),
    Kind.CANCELLED: marked("Event cancelled"),
    Kind.REMINDER: marked("Reminder"),
}


@dataclass(frozen=True, slots=True)
class Wordings:
    """The four texts in one of the languages: (title, text)."""

    language: str
    texts: Sequence[tuple[str, str]]

    @property
    def languages(self) -> Sequence[tuple[str, str]]:
        """(code, name) of each."""
        return [(code, NAMES.get(code, code)) for code in LANGUAGES]


def wordings(session: Session, firm: Firm, details: Details, language: str | None) -> Wordings:
    """A firm's texts in ``language`` (None: the reader's), with its own details in them; in our first for any other."""
    wanted = language or locale().language
    chosen = wanted if wanted in LANGUAGES else LANGUAGES[0]
    texts = templates.previews(session, firm, details)[chosen]
    return Wordings(chosen, [(_(TITLES[kind]), texts[kind]) for kind in Kind])

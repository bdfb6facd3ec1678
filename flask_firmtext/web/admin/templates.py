"""The words of automatic texts as they are in force, and as a client reads them. Operators change them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from ...firm import templates, texting
from ...firm.templates import Source, Wording
from ...firm.templates_words import Kind
from ..access import Visitor
from . import access, words
from .facts import FirmFacts
from .record import Record, Table

KINDS = {
    Kind.CREATED: "New appointment",
    Kind.UPDATED: "Appointment changed",
    Kind.CANCELLED: "Appointment cancelled",
    Kind.REMINDER: "Reminder",
}
LANGUAGES = {"en": "English", "fr": "French", "es": "Spanish"}
SOURCES = {
    Source.OURS: "Standard",
    Source.INSTALLATION: "This practice system's",
    Source.FIRM: "The firm's own",
}
HEADS = ("Language", "As a client reads it", "Words", "Whose words", "Since")


class Templates(FirmFacts):
    """All kinds in all languages."""

    def facts(self, session: Session, who: Visitor) -> Record:
        access.must(who, "template.read")
        firm = who.firm
        details = texting.status(session, firm.ref).details
        found, shown = templates.in_force(session, firm.ref), templates.previews(session, firm, details)
        tables = [
            Table(
                label,
                HEADS,
                [_line(found[kind, language], shown[language][kind], firm.zone) for language in LANGUAGES],
                "",
            )
            for kind, label in KINDS.items()
        ]
        return Record([("Changed by", "Whoever operates this practice system")], tables=tables)


def _line(wording: Wording, preview: str, zone: str) -> tuple[object, ...]:
    since = words.time(wording.changed_at, zone)
    return LANGUAGES[wording.language], preview, words.code(wording.body), SOURCES[wording.source], since

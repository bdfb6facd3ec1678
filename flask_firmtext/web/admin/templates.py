"""The words of automatic texts as they are in force, and as a client reads them. Operators change them."""

from __future__ import annotations

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...firm import templates, texting
from ...firm.templates import Source, Wording
from ...firm.templates_words import Kind
from ...language import gettext as _
from ...language import marked
from ..access import Visitor
from . import access, words
from .facts import FirmFacts
from .record import Record, Table

KINDS = {
    Kind.CREATED: marked("New appointment"),
    Kind.UPDATED: marked("Appointment changed"),
    Kind.CANCELLED: marked("Appointment cancelled"),
    Kind.REMINDER: marked("Reminder"),
}
LANGUAGES = {"en": marked("English"), "fr": marked("French"), "es": marked("Spanish")}
SOURCES = {
    Source.OURS: marked("Standard"),
    Source.INSTALLATION: marked("This practice system's"),
    Source.FIRM: marked("The firm's own"),
}
HEADS = (marked("Language"), marked("As a client reads it"), marked("Words"), marked("Whose words"), marked("Since"))


class Templates(FirmFacts):
    """All kinds in all languages."""

    def facts(self, session: Session, who: Visitor) -> Record:
        access.must(who, "template.read")
        firm = who.firm
        details = texting.status(session, firm.ref).details
        found, shown = templates.in_force(session, firm.ref), templates.previews(session, firm, details)
        tables = [
            Table(
                _(label),
                [_(head) for head in HEADS],
                [_line(found[kind, language], shown[language][kind], firm.zone) for language in LANGUAGES],
                "",
            )
            for kind, label in KINDS.items()
        ]
        return Record([(_("Changed by"), _("Whoever operates this practice system"))], tables=tables)


def _line(wording: Wording, preview: str, zone: str) -> tuple[object, ...]:
    since = words.time(wording.changed_at, zone)
    read = Markup('<span lang="{}">{}</span>').format(wording.language, preview)
    return _(LANGUAGES[wording.language]), read, words.code(wording.body), _(SOURCES[wording.source]), since

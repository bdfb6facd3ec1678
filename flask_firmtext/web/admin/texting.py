"""The firm's switch: whether texting is on, how clients reach the firm beside it, when they are reminded."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...firm import texting
from ...firm.texting import Status
from ...language import gettext as _
from ...language import marked
from ...language import ngettext as _n
from ...messaging.numbers import display
from ...store import admin_queries
from ...store.models import Audit
from ...store.models import Texting as Row
from ..access import Visitor
from . import history, words
from .facts import FirmFacts
from .record import Record

ACTIONS = {
    "texting.on": marked("Turned on, or details changed while it was on"),
    "texting.off": marked("Turned off"),
    "texting.details": marked("Details changed"),
    "texting.take_over": marked("Taken over from the practice system"),
    "texting.reminders": marked("Reminders changed"),
}
NEVER = marked("Texting was never turned on. An administrator does that in Settings > Text Messaging.")


class Texting(FirmFacts):
    """The firm as it stands."""

    def facts(self, session: Session, who: Visitor) -> Record:
        status = texting.status(session, who.firm.ref)
        records = admin_queries.audit_of(session, who.firm.ref, Row.__tablename__, who.firm.ref)
        return Record(
            [(name, value) for name, value in _facts(status, who) if value != ""],
            tables=[history.table(_("History"), records, who, _said)],
        )


def _facts(status: Status, who: Visitor) -> Iterator[tuple[str, Markup | str]]:
    row, zone = status.texting, who.firm.zone
    if row is None:
        yield _("Texting"), _(NEVER)
        return
    yield _("Texting"), _("Off") if status.off else _("On")
    yield _("First turned on"), words.time(row.on_at, zone)
    yield _("Turned off"), words.time(row.off_at, zone)
    yield _("Main number"), display(status.main.e164) if status.main else _("None yet")
    yield _("Number kept until"), words.time(status.kept_until, zone)
    yield _("Alternative email"), status.details.email or ""
    yield _("Alternative phone"), display(status.details.phone) if status.details.phone else ""
    days, at = ", ".join(map(str, row.reminder_days)), f"{row.reminder_time:%H:%M}"
    counted = 1 if days == "1" else 2
    before = _n("%(days)s day before, at %(time)s", "%(days)s days before, at %(time)s", counted, days=days, time=at)
    yield _("Event reminders"), before if days else _("None")


def _said(record: Audit) -> Markup | str:
    return _(ACTIONS.get(record.action, "")) or words.code(record.action)

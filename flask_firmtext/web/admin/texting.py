"""The firm's switch: whether texting is on, how clients reach the firm beside it, when they are reminded."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...firm import texting
from ...firm.texting import Status
from ...messaging.numbers import display
from ...store import admin_queries
from ...store.models import Audit
from ...store.models import Texting as Row
from ..access import Visitor
from . import history, words
from .facts import FirmFacts
from .record import Record

ACTIONS = {
    "texting.on": "Turned on, or details changed while it was on",
    "texting.off": "Turned off",
    "texting.details": "Details changed",
    "texting.take_over": "Taken over from the practice system",
    "texting.reminders": "Reminders changed",
}
NEVER = "Texting was never turned on. An administrator does that in Settings > Text Messaging."


class Texting(FirmFacts):
    """The firm as it stands."""

    def facts(self, session: Session, who: Visitor) -> Record:
        status = texting.status(session, who.firm.ref)
        records = admin_queries.audit_of(session, who.firm.ref, Row.__tablename__, who.firm.ref)
        return Record(
            [(name, value) for name, value in _facts(status, who) if value != ""],
            tables=[history.table("History", records, who, _said)],
        )


def _facts(status: Status, who: Visitor) -> Iterator[tuple[str, Markup | str]]:
    row, zone = status.texting, who.firm.zone
    if row is None:
        yield "Texting", NEVER
        return
    yield "Texting", "Off" if status.off else "On"
    yield "First turned on", words.time(row.on_at, zone)
    yield "Turned off", words.time(row.off_at, zone)
    yield "Main number", display(status.main.e164) if status.main else "None yet"
    yield "Number kept until", words.time(status.kept_until, zone)
    yield "Alternative email", status.details.email or ""
    yield "Alternative phone", display(status.details.phone) if status.details.phone else ""
    days = ", ".join(map(str, row.reminder_days))
    before = "day" if days == "1" else "days"
    yield "Event reminders", f"{days} {before} before, at {row.reminder_time:%H:%M}" if days else "None"


def _said(record: Audit) -> Markup | str:
    return ACTIONS.get(record.action) or words.code(record.action)

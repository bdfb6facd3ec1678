"""What happened to one row; to a text: its attempts, what was recorded of it, what the carrier reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...language import gettext as _
from ...language import html, marked
from ...store import admin_queries
from ...store.models import Attempt, Audit, Message, StatusEvent
from ..access import Visitor
from . import words
from .record import Table

HEADS = (marked("Time"), marked("What"), marked("By"), marked("Evidence"))
ATTEMPT = (
    *(marked("No."), marked("Claimed"), marked("Claimed by"), marked("Outcome")),
    *(marked("Evidence"), marked("Carrier's id"), marked("Closed")),
)
NOTHING = marked("Nothing is recorded.")


def tables(session: Session, message: Message, who: Visitor) -> tuple[Table, Table]:
    """The attempts and the history of a text of the firm."""
    firm = who.firm.ref
    attempts = admin_queries.attempts_of(session, firm, message.id)
    records = admin_queries.audit_of(session, firm, Message.__tablename__, message.id)
    statuses = admin_queries.statuses_of(session, firm, message.id)
    return _attempts([*attempts], who), _history([*records], [*statuses], who)


def table(title: str, records: Sequence[Audit], who: Visitor, said: Callable[[Audit], Markup | str]) -> Table:
    """What was recorded of a row (the newest first), the oldest first; ``said`` puts each into words."""
    names = words.actors(record.actor for record in records)
    lines = [
        (words.time(record.at, who.firm.zone), said(record), names[record.actor], words.code(record.evidence))
        for record in reversed(records)
    ]
    return Table(title, [_(head) for head in HEADS], lines, _(NOTHING))


def _attempts(attempts: list[Attempt], who: Visitor) -> Table:
    return Table(
        _("Sending attempts"),
        [_(head) for head in ATTEMPT],
        [
            (
                attempt.n,
                words.time(attempt.claimed_at, who.firm.zone),
                attempt.claimed_by,
                _(words.OUTCOMES.get(attempt.outcome, attempt.outcome)),
                words.code(attempt.evidence),
                words.code(attempt.carrier_id),
                words.time(attempt.closed_at, who.firm.zone),
            )
            for attempt in attempts
        ],
        _("Nothing was handed to the carrier."),
    )


def _history(records: list[Audit], statuses: list[StatusEvent], who: Visitor) -> Table:
    names = words.actors(record.actor for record in records)
    happened: list[tuple[datetime, tuple[Any, ...]]] = [
        *((status.received_at, _reported(status)) for status in reversed(statuses)),
        *(
            (record.at, (_done(record), names[record.actor], words.code(record.evidence)))
            for record in reversed(records)
        ),
    ]
    happened.sort(key=lambda one: one[0])
    lines = [(words.time(at, who.firm.zone), *cells) for at, cells in happened]
    return Table(_("History"), [_(head) for head in HEADS], lines, _(NOTHING))


def _done(record: Audit) -> Markup | str:
    if record.action == "message.state" and record.was and record.became:
        return f"{words.state(record.was)} → {words.state(record.became)}"
    return _(words.ACTIONS.get(record.action, "")) or words.code(record.action)


def _reported(status: StatusEvent) -> tuple[Any, ...]:
    word = html("Carrier reported <code>%(word)s</code>", word=status.name)
    return word, _(words.ACTORS["carrier"]), words.code(status.code)

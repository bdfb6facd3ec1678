"""The firm's numbers, those that it gave back included."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...firm.verification import WORDS
from ...language import gettext as _
from ...language import marked
from ...messaging.numbers import display
from ...store import admin_queries
from ...store.models import Audit, Number
from ...store.states import NumberState
from ..access import Visitor
from . import history, words
from .filters import OneOf
from .names import Name
from .record import Record
from .records import FirmRecords

LABELS: Mapping[str, str] = {state: known.label for state, known in WORDS.items()}
#: What is recorded of a number, in words.
ACTIONS = {"number.enter": marked("Entered"), "number.main": marked("Main number from here on")}


@dataclass(frozen=True, slots=True)
class Line:
    """A number in the list."""

    id: uuid.UUID
    number: str
    state: str
    main: str
    why: str
    release_at: Markup | str
    created_at: Markup | str


class Numbers(FirmRecords):
    """Every number of the firm, the newest first."""

    column_list = Line.__match_args__[1:]
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        number=Name("Number"),
        state=Name("State"),
        main=Name("Main"),
        why=Name("What the carriers say"),
        release_at=Name("Given back"),
        created_at=Name("Since"),
    )
    column_filters = (OneOf(Number.state, marked("State"), LABELS),)
    order = (Number.created_at, Number.id)
    empty = marked("No numbers yet. One is set up when an administrator turns texting on.")

    def lines(self, session: Session, rows: Sequence[Number], who: Visitor) -> list[Line]:
        return [
            Line(
                id=row.id,
                number=display(row.e164),
                state=_(LABELS[row.state]),
                main=_("Main number") if row.main else "",
                why=row.why or "",
                release_at=words.time(row.release_at, who.firm.zone),
                created_at=words.time(row.created_at, who.firm.zone),
            )
            for row in rows
        ]

    def record(self, session: Session, row: Number, who: Visitor) -> Record:
        line = self.lines(session, [row], who)[0]
        facts = (
            *((label, getattr(line, name)) for name, label in self._list_columns),
            (_("What it means"), _(WORDS[NumberState(row.state)].meaning)),
            (_("Country"), row.country),
        )
        records = admin_queries.audit_of(session, who.firm.ref, Number.__tablename__, row.id)
        shown = [(label, value) for label, value in facts if value != ""]
        return Record(shown, tables=[history.table(_("History"), records, who, _said)])


def _said(record: Audit) -> Markup | str:
    became = record.became or ""
    if record.action == "number.state" and became in LABELS:
        return _(LABELS[became])
    return _(ACTIONS.get(record.action, "")) or words.code(record.action)

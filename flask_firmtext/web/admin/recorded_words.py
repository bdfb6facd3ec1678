"""Rows of the record in words: what was done to what, and where to look at it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from markupsafe import Markup

from ...language import gettext as _
from ...language import marked
from ...messaging.wording import STATES
from ...store.audit_actions import LABELS
from ...store.models import (
    Attachment,
    Attempt,
    Audit,
    AuditSeal,
    CalendarEvent,
    Conversation,
    Filing,
    Firm,
    Hold,
    Invitation,
    Key,
    Message,
    Number,
    OptOut,
    Order,
    PaymentLink,
    Quarantine,
    Registration,
    Reminder,
    SavedReply,
    ScheduledText,
    Template,
    Texting,
    TimeEntry,
)
from . import words

#: What a row is about, and the view that has a page of it.
TABLES: Mapping[str, tuple[str, str | None]] = {
    Message.__tablename__: (marked("Text"), "messages"),
    Conversation.__tablename__: (marked("Conversation"), "conversations"),
    Attempt.__tablename__: (marked("Sending attempt"), "attempts"),
    Attachment.__tablename__: (marked("Received file"), None),
    Filing.__tablename__: (marked("Filed file"), None),
    ScheduledText.__tablename__: (marked("Scheduled text"), None),
    OptOut.__tablename__: (marked("Consent of a number"), None),
    CalendarEvent.__tablename__: (marked("Event"), None),
    Invitation.__tablename__: (marked("Invitation"), None),
    Reminder.__tablename__: (marked("Reminder"), None),
    TimeEntry.__tablename__: (marked("Time entry"), None),
    PaymentLink.__tablename__: (marked("Payment link"), None),
    SavedReply.__tablename__: (marked("Saved reply"), None),
    Template.__tablename__: (marked("Template"), None),
    Texting.__tablename__: (marked("Settings"), None),
    Number.__tablename__: (marked("Number"), "numbers"),
    Order.__tablename__: (marked("Number order"), "orders"),
    Registration.__tablename__: (marked("Registration"), None),
    Hold.__tablename__: (marked("Hold"), "holds"),
    Quarantine.__tablename__: (marked("Kept webhook"), "quarantine"),
    Key.__tablename__: (marked("Key"), None),
    Audit.__tablename__: (marked("Record"), None),
    AuditSeal.__tablename__: (marked("Seal of the record"), None),
    Firm.__tablename__: (marked("Firm"), None),
    "command": (marked("Command"), None),
}
KINDS: Mapping[str, str] = {table: label for table, (label, _view) in TABLES.items()}


def action(row: Any) -> str:
    """What was done; a name that a newer version wrote stands as it is."""
    return _(LABELS.get(row.action, row.action))


def change(row: Any) -> Markup | str:
    """From and to."""
    if row.was is None and row.became is None:
        return ""
    shown = [_state(row, value) for value in (row.was, row.became)]
    return Markup("{} → {}").format(*shown) if all(shown) else Markup("{}").format(shown[0] or shown[1])


def _state(row: Any, value: str | None) -> Markup | str:
    if value and row.object_table == Message.__tablename__ and value in STATES:
        return words.state(value)
    return words.code(value)


def object_of(row: Any) -> Markup | str:
    """What it was done to: a link to its page where there is one; there its own rules hold."""
    label, view = TABLES.get(row.object_table, (row.object_table, None))
    if view is None:
        return Markup("{} {}").format(_(label), words.code(row.object_id if row.object_table == "command" else None))
    return words.link(url_for(f"firmtext_{view}.details_view", id=row.object_id), _(label))

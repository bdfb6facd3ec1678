"""The page of a kept webhook: from whom, when, the words and the files; a stranger's other texts beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from ...errors import DecryptError
from ...language import gettext as _
from ...language import html, marked, number
from ...messaging import quarantine, strangers, tenancy
from ...messaging.numbers import display
from ...messaging.owners import Subject
from ...messaging.strangers import StrangersFile, StrangersText
from ...ports.values import Contact
from ...store import admin_queries, cells, stranger_queries
from ...store.models import Audit, Quarantine
from ...store.states import FileState
from ...store.stranger_queries import STRANGER
from ..access import Visitor, asked
from ..problems import Problem
from . import access, history, words
from .record import Record, Table

#: So many of a number's texts are on its page.
SHOWN = 50
HEADS = (marked("Received"), marked("To"), marked("Words"), marked("Files"))
UNREADABLE = marked("Number cannot be read")
FILES: Mapping[str, str] = {
    FileState.WANTED: marked("is being fetched"),
    FileState.FETCHING: marked("is being fetched"),
    FileState.STORED: marked("stored"),
    FileState.REFUSED: marked("refused"),
    FileState.GONE: marked("the carrier no longer has it"),
    FileState.LATE: marked("the carrier no longer has it"),
    FileState.PARKED: marked("not fetched: too many came from this number; attaching fetches it"),
}
ACTIONS = {"quarantine.keep": marked("Kept"), "quarantine.view": marked("Opened in the administration")}


def record(
    session: Session, row: Quarantine, who: Visitor, facts: list[tuple[str, Any]], actions: Sequence[tuple[str, str]]
) -> Record:
    """What the page shows, once it is recorded who looks."""
    if row.reason != STRANGER:
        access.record_view(who, "quarantine.view", Quarantine.__tablename__, row.id)
        return _whole(session, row, facts)
    rows = [*stranger_queries.newest(session, who.firm.ref, row, limit=SHOWN)]
    rows += [row] if row.id not in {one.id for one in rows} else []
    access.record_views(who, "quarantine.view", Quarantine.__tablename__, [one.id for one in rows])
    texts = strangers.read(session, who.firm.ref, rows)
    sender = next((text.sender for text in texts if text.sender), None)
    if sender is None:
        return _whole(session, row, facts, actions)
    known = ", ".join(contact.name for contact in _named(who, sender))
    facts = [(_("From"), display(sender)), (_("Contacts with this number"), known or _("None")), *facts]
    count = stranger_queries.count(session, who.firm.ref, row)
    more = _("Texts of this number (the newest %(shown)s of %(count)s)", shown=SHOWN, count=number(count))
    title = more if count > SHOWN else _("Texts of this number")
    lines = [_text(text, who) for text in texts]
    return Record(
        facts,
        tables=[Table(title, [_(head) for head in HEADS], lines, ""), _history(session, row, who)],
        row=row.id,
        offered=actions,
    )


def _whole(
    session: Session, row: Quarantine, facts: list[tuple[str, Any]], actions: Sequence[tuple[str, str]] = ()
) -> Record:
    """One whose form we do not know, as it came."""
    body = cells.read(session, [(cells.place(Quarantine, "body", row.id, row.firm), row.body)])[0]
    unreadable = isinstance(body, DecryptError)
    return Record(facts, None if isinstance(body, DecryptError) else body, unreadable, row=row.id, offered=actions)


def _text(text: StrangersText, who: Visitor) -> tuple[Any, ...]:
    said = Markup('<div class="ft-admin-body" dir="auto">{}</div>')
    body = said.format(text.text) if text.sender else html("<em>This text cannot be read</em>")
    return words.time(text.received, who.firm.zone), display(text.to or ""), body, _files(text.files)


def _files(files: Sequence[StrangersFile]) -> Markup:
    lines = [
        Markup("<bdi>{}</bdi>: {}{}").format(
            file.name or file.kind, _(FILES[file.state]), f" ({file.reason})" if file.reason else ""
        )
        for file in files
    ]
    return Markup("<br>").join(lines)


def _history(session: Session, row: Quarantine, who: Visitor) -> Table:
    records = admin_queries.audit_of(session, who.firm.ref, Quarantine.__tablename__, row.id)
    return history.table(_("History"), records, who, _said)


def _said(record: Audit) -> Markup | str:
    return _(ACTIONS.get(record.action, "")) or words.code(record.action)


def phone_of(session: Session, row: Quarantine, who: Visitor) -> str | None:
    """The number (E.164) that a stranger's text came from; None when it cannot be read."""
    return strangers.read(session, who.firm.ref, [row])[0].sender


def must_read(session: Session, row: Quarantine, who: Visitor) -> None:
    """Go on only if the host lets this administrator read it: 404 also where its number is that of a
    contact behind a wall."""
    access.must(who, "quarantine.read")
    phone = quarantine.senders(session, who.firm.ref, [row]).get(row.id)
    if owners := owners_of(who, phone):
        access.must(who, "quarantine.read", Subject(who.firm.ref, tuple(one.ref for one in owners)))


def written(phone: str | None) -> str:
    return display(phone) if phone else _(UNREADABLE)


def owners_of(who: Visitor, phone: str | None) -> Sequence[Contact]:
    """Who has this number, as the host says now. It answers 503 while the host cannot say."""
    if phone is None:
        return ()
    try:
        return asked(
            "Contacts.by_number",
            lambda: tenancy.by_number(who.ports, phone),
        )
    except Problem as problem:
        access.stop(problem)


def _named(who: Visitor, phone: str) -> Sequence[Contact]:
    """The same for a page that is worth more than the names."""
    try:
        return tenancy.by_number(who.ports, phone)
    except Exception:
        return ()

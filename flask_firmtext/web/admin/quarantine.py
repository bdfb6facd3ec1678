"""What the carrier brought for the firm and what has no place: one line a number, and a page with every word.

A stranger's texts can be attached to a contact or discarded; both ask first.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask_admin.actions import action
from flask_admin.base import expose
from flask_admin.helpers import get_redirect_target
from markupsafe import Markup
from sqlalchemy.orm import Query, Session, defer
from werkzeug.wrappers import Response

from ...current import firmtext
from ...firm import erasure_requests, legal_holds
from ...language import gettext as _
from ...language import html, marked
from ...language import ngettext as _n
from ...messaging import strangers
from ...messaging.strangers import Moved
from ...store import stranger_queries
from ...store.models import Quarantine as Kept
from ...store.stranger_queries import STRANGER
from ..access import Visitor, visitor
from . import access, kept, walls, words
from .filters import OneOf, Since, Until
from .names import Name
from .record import Record
from .records import ActingRecords

KINDS = {"inbound": marked("Text"), "status": marked("Report")}
REASONS = {
    "erased": marked("Erased with the texts of a contact; kept for a day to know a repeat"),
    STRANGER: marked("From a number that the firm has never texted"),
    "conflict": marked("The carrier repeated a text with other words"),
}
ATTACH, DISCARD = "attach", "discard"
DISCARDS = marked("Discard every text of this number, with its files? They cannot be brought back.")
NOTHING = marked("There is nothing of this number any more.")


@dataclass(frozen=True, slots=True)
class Line:
    """A kept webhook in the list; a stranger's newest stands for all ``texts`` of the number."""

    id: uuid.UUID
    received_at: Markup | str
    kind: str
    reason: Markup | str
    texts: int
    offered: Sequence[str] = ()


class Quarantine(ActingRecords):
    """Everything of the firm that is kept, the newest first. What is nobody's is for operators."""

    routes = ("index_view", "details_view", "action_view")
    column_list = ("received_at", "kind", "reason", "texts")
    column_labels = dict(  # noqa: C408, RUF012 - a table of Flask-Admin's
        received_at=Name("Received"),
        kind=Name("Kind"),
        reason=Name("Why it is kept"),
        texts=Name("Texts of this number"),
    )
    column_filters = (
        OneOf(Kept.kind, marked("Kind"), KINDS),
        OneOf(Kept.reason, marked("Why it is kept"), REASONS),
        Since(Kept.received_at, marked("Received")),
        Until(Kept.received_at, marked("Received")),
    )
    order = (Kept.received_at, Kept.id)
    empty = marked("Nothing is kept. Texts that have no place yet, such as those of strangers, are listed here.")
    attach_template, discard_template = "firmtext/admin/attach.html", "firmtext/admin/confirm.html"

    def narrowed(self, query: Query[Any]) -> Query[Any]:
        return query.options(defer(Kept.body, raiseload=True)).filter(stranger_queries.newest_of_its_number())

    def seen(self, session: Session, rows: Sequence[Kept], who: Visitor) -> Sequence[Kept]:
        """None from a number that somebody behind a wall has; to know that, the number must be read."""
        if not who.may("quarantine.read"):
            return [row for row in rows if row.phone_index is None]
        known = walls.kept_known(session, [row.id for row in rows], who)
        return [row for row in rows if row.id in known]

    def lines(self, session: Session, rows: Sequence[Kept], who: Visitor) -> list[Line]:
        indexes = {row.phone_index for row in rows if row.phone_index is not None}
        texts = stranger_queries.counts(session, who.firm.ref, indexes)
        offered = (ATTACH, DISCARD) if who.may("quarantine.read") else ()
        return [_line(row, texts, offered, who) for row in rows]

    def record(self, session: Session, row: Kept, who: Visitor) -> Record:
        kept.must_read(session, row, who)
        line = self.lines(session, [row], who)[0]
        facts = [(label, getattr(line, name)) for name, label in self._list_columns]
        actions = [(name, label) for name, label in self.get_actions_list()[0] if name in line.offered]
        return kept.record(session, row, who, facts, actions)

    def is_action_allowed(self, name: str) -> bool:
        return name in (ATTACH, DISCARD) and visitor().may("quarantine.read")

    @expose("/action/", methods=("POST",))  # type: ignore[untyped-decorator]
    def action_view(self) -> Response:
        access.must(visitor(), "quarantine.read")
        return self.handle_action()  # type: ignore[no-any-return]

    @action(ATTACH, marked("Attach to a contact"))  # type: ignore[untyped-decorator]
    def attach(self, ids: Sequence[str]) -> Response | str:
        """Ask to whom; then put the number's texts into the conversation with that contact."""
        who, row, back = visitor(), self._strangers(ids), self._back()
        if row is None:
            return self._gone(back)
        access.record_view(who, "quarantine.view", Kept.__tablename__, row.id)
        phone = kept.phone_of(firmtext.db.session(), row, who)
        owners = kept.owners_of(who, phone)
        chosen = next((one for one in owners if one.ref == request.form.get("contact")), None)
        if "confirmed" not in request.form or chosen is None:
            return self._ask_whom(row, phone, owners, back)
        refs = [one.ref for one in owners]
        moved = strangers.attach(who.firm.ref, row, chosen.ref, owners=refs, by=who.user.ref)
        _say(moved, _n("%(n)s text attached.", "%(n)s texts attached.", moved.done))
        return redirect(back)

    @action(DISCARD, marked("Discard"))  # type: ignore[untyped-decorator]
    def discard(self, ids: Sequence[str]) -> Response | str:
        """Ask first; then delete the number's texts with their files."""
        who, row, back = visitor(), self._strangers(ids), self._back()
        if row is None:
            return self._gone(back)
        if "confirmed" not in request.form:
            return self._ask_discard(row, back)
        if legal_holds.on_contacts(who.firm.ref, ()):
            flash(_("A legal hold stands on the whole firm: nothing is discarded before it is lifted."), "error")
            return redirect(back)
        owners = [one.ref for one in kept.owners_of(who, kept.phone_of(firmtext.db.session(), row, who))]
        if legal_holds.on_contacts(who.firm.ref, owners):
            flash(_(erasure_requests.UNDER_HOLD), "error")
            return redirect(back)
        moved = strangers.discard(who.firm.ref, row, owners=owners, by=who.user.ref)
        _say(moved, _n("%(n)s text discarded.", "%(n)s texts discarded.", moved.done))
        return redirect(back)

    def _strangers(self, ids: Sequence[str]) -> Kept | None:
        row: Kept | None = self.get_one(ids[0]) if ids else None
        if row is not None:
            kept.must_read(firmtext.db.session(), row, visitor())
        return row if row is not None and row.reason == STRANGER else None

    def _back(self) -> str:
        return get_redirect_target() or str(self.get_url(".index_view"))

    def _gone(self, back: str) -> Response:
        flash(_(NOTHING), "info")
        return redirect(back)

    def _ask_whom(self, row: Kept, phone: str | None, owners: Sequence[Any], back: str) -> str:
        told = {
            "number": kept.written(phone),
            "number_known": phone is not None,
            "texts": self.lines(firmtext.db.session(), [row], visitor())[0].texts,
            "contacts": owners,
            "missing": "confirmed" in request.form,
        }
        form = {"csrf": self.action_form().csrf_token, "name": ATTACH, "row": row, "return_url": back}
        return str(self.render(self.attach_template, **told, **form))

    def _ask_discard(self, row: Kept, back: str) -> str:
        line = self.lines(firmtext.db.session(), [row], visitor())[0]
        form = {"csrf": self.action_form().csrf_token, "name": DISCARD, "label": _("Discard"), "return_url": back}
        counted = _n("%(n)s text", "%(n)s texts", line.texts)
        lines = [(row.id, html("%(texts)s, the newest received %(time)s", texts=counted, time=line.received_at))]
        return str(self.render(self.discard_template, question=_(DISCARDS), lines=lines, **form))


def _line(row: Kept, texts: Mapping[bytes, int], offered: Sequence[str], who: Visitor) -> Line:
    return Line(
        id=row.id,
        received_at=words.time(row.received_at, who.firm.zone),
        kind=_(KINDS.get(row.kind, row.kind)),
        reason=_(REASONS.get(row.reason, "")) or words.code(row.reason),
        texts=texts.get(row.phone_index or b"", 1),
        offered=offered if row.reason == STRANGER else (),
    )


def _say(moved: Moved, done: str) -> None:
    """What came of it."""
    if moved.left and not moved.done:
        stuck = _n(
            "%(n)s cannot be moved: its words cannot be read, or its number is not the firm's.",
            "%(n)s cannot be moved: their words cannot be read, or their number is not the firm's.",
            moved.left,
        )
        flash(stuck, "error")
    elif moved.left:
        left = _n("%(n)s is left. Do it again to go on.", "%(n)s are left. Do it again to go on.", moved.left)
        flash(f"{done} {left}", "info")
    elif moved.done:
        flash(done, "success")
    else:
        flash(_(NOTHING), "info")

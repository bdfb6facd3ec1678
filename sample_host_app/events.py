"""Calendar entries: made, changed, cancelled, deleted and brought back, with the contacts who are invited.

Texting is told of each in the same transaction, before the one commit: an event and its texts are there together or
not at all.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from .adapter import as_event, key
from .event_form import EventForm
from .models import Contact, Event, EventAttendee, Matter, db
from .pages import bp, one_of_ours, ours
from .texting import firmtext

NOT_STORED = "It could not be saved; what you typed is kept here. Press the button again in a minute."
OFF = "The event was cancelled meanwhile, and is not saved. Restore it on its page, then change it."


@bp.get("/calendar/new")
def new_event() -> Response:
    matter = request.args.get("matter", "")
    form = EventForm(current_user.firm.zone, matter=matter, token=uuid.uuid4().hex)
    return _form(form)


@bp.post("/calendar/new")
def add_event() -> Response:
    form = EventForm.sent(request.form, current_user.firm.zone, firmtext.invited(request.form))
    known = db.session.scalar(ours(Event).where(Event.token == form.token)) if form.token else None
    if known is not None:
        return _to(known)
    return _saved(form, Event(firm_ref=current_user.firm_ref, token=form.token or None))


@bp.get("/calendar/<int:event_id>")
def event(event_id: int) -> str:
    return render_template("event.html", event=one_of_ours(Event, event_id))


@bp.get("/calendar/<int:event_id>/edit")
def edit_event(event_id: int) -> Response:
    row = one_of_ours(Event, event_id)
    return _form(EventForm.of(row), row) if row.takes_place else _to(row)


@bp.post("/calendar/<int:event_id>/edit")
def change_event(event_id: int) -> Response:
    row = one_of_ours(Event, event_id)
    return _saved(EventForm.sent(request.form, row.zone, firmtext.invited(request.form)), row)


@bp.post("/calendar/<int:event_id>/cancel")
def cancel_event(event_id: int) -> Response:
    row = one_of_ours(Event, event_id)
    row.cancelled = True
    return _told_off(row, "The event is cancelled.")


@bp.post("/calendar/<int:event_id>/delete")
def delete_event(event_id: int) -> Response:
    """It stays in the table, so that it can be brought back."""
    row = one_of_ours(Event, event_id)
    row.deleted = True
    return _told_off(row, "The event is deleted.")


@bp.post("/calendar/<int:event_id>/restore")
def restore_event(event_id: int) -> Response:
    row = one_of_ours(Event, event_id)
    row.cancelled = row.deleted = False
    row.asks_anew()
    return _told(event_id, lambda: firmtext.event_saved(as_event(row)), "The event takes place again.")


def _told_off(row: Event, words: str) -> Response:
    return _told(row.id, lambda: firmtext.event_cancelled(str(row.id)), words)


def _told(event_id: int, tell: Callable[[], None], words: str) -> Response:
    """One transaction: our row, then what texting is told of it."""
    try:
        db.session.flush()
        tell()
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("an event was not changed: %s", type(error).__name__)
        words = "It could not be saved. Press the button again in a minute."
    flash(words)
    return redirect(url_for("pages.event", event_id=event_id), code=303)


def _saved(form: EventForm, row: Event) -> Response:
    """One transaction: our rows, then what texting is told of them."""
    form.write(row)
    if not (row.id is None or row.takes_place):
        form.faults[""] = OFF
    if form.faults:
        db.session.rollback()
        return _form(form, row if row.id else None, 422)
    try:
        _write(form, row)
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        current_app.logger.error("an event was not saved: %s", type(error).__name__)
        form.faults[""] = NOT_STORED
        return _form(form, row if row.id else None, 503)
    flash("The event is saved.")
    return _to(row)


def _write(form: EventForm, row: Event) -> None:
    matter = key(form.matter)
    row.matter_id = db.session.scalar(ours(Matter).where(Matter.id == matter).with_only_columns(Matter.id))
    db.session.add(row)
    wanted = _contacts(form.invited([str(one.contact_id) for one in row.attendees]))
    kept = [one for one in row.attendees if one.contact_id in wanted]
    there = {one.contact_id for one in kept}
    row.attendees = kept + [EventAttendee(contact_id=one) for one in wanted if one not in there]
    db.session.flush()
    notified = None if form.notified is None else [one for one in form.notified if key(one) in wanted]
    firmtext.event_saved(as_event(row), invite=notified)


def _contacts(refs: Sequence[str]) -> list[int]:
    """Those of some references that are contacts of the firm, in their order."""
    known = set(
        db.session.scalars(
            ours(Contact).where(Contact.id.in_(filter(None, map(key, refs)))).with_only_columns(Contact.id)
        )
    )
    return [one for one in map(key, refs) if one in known]


def _form(form: EventForm, row: Event | None = None, code: int = 200) -> Response:
    matters = db.session.scalars(
        ours(Matter).where(Matter.open | (Matter.id == key(form.matter))).order_by(Matter.number)
    )
    shown = {"event": row, "form": form, "matters": matters.all(), "contacts": _people(form)}
    return make_response(render_template("event_form.html", **shown), code)


def _people(form: EventForm) -> list[Any]:
    """All the firm's contacts, those of the event and of its matter first."""
    rows = db.session.scalars(ours(Contact).order_by(Contact.folded_name)).all()
    matter = db.session.scalar(ours(Matter).where(Matter.id == key(form.matter)))
    near = {matter.client_id, *(party.contact_id for party in matter.parties)} if matter else set()
    near |= {key(ref) for ref in (*form.attendees, *(form.notified or ()))}
    return sorted(rows, key=lambda contact: contact.id not in near)


def _to(row: Event) -> Response:
    return redirect(url_for("pages.event", event_id=row.id), code=303)

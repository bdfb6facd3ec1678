"""The practice system's pages: lists and details, to read. Each query is limited to the signed-in user's firm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, abort, current_app, redirect, render_template, url_for
from flask_login import current_user, login_required
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from . import walls
from .models import Bill, Contact, Document, DocumentPiece, Event, Matter, MatterParty, db

bp = Blueprint("pages", __name__)


def init_app(app: Flask) -> None:
    app.register_blueprint(bp)
    app.add_template_filter(money)
    app.add_template_filter(day)
    app.add_template_filter(kilobytes)


@bp.before_request
@login_required
def signed_in() -> None:
    """Nobody sees a page of ours without signing in."""


def ours(model: Any) -> Select[Any]:
    """The firm's rows, without what the signed-in user is walled off from."""
    return select(model).where(model.firm_ref == current_user.firm_ref, walls.outside(model))


def one_of_ours(model: Any, key: int) -> Any:
    """The firm's row. Another firm's answers 404 like one that does not exist."""
    return db.session.scalar(ours(model).where(model.id == key)) or abort(404)


@bp.get("/")
def home() -> Response:
    return redirect(url_for("pages.communications"))


@bp.get("/communications")
def communications() -> str:
    return render_template("communications.html")


@bp.get("/contacts")
def contacts() -> str:
    rows = db.session.scalars(ours(Contact).order_by(Contact.folded_name))
    return render_template("contacts.html", contacts=rows.all())


@bp.get("/contacts/<int:contact_id>")
def contact(contact_id: int) -> str:
    row = one_of_ours(Contact, contact_id)
    related = Matter.parties.any(MatterParty.contact_id == row.id)
    theirs = ours(Matter).where(or_(Matter.client_id == row.id, related))
    matters = db.session.scalars(theirs.order_by(Matter.open.desc(), Matter.number))
    bills = db.session.scalars(ours(Bill).where(Bill.contact_id == row.id).order_by(Bill.issued.desc()))
    return render_template("contact.html", contact=row, matters=matters.all(), bills=bills.all())


@bp.get("/matters")
def matters() -> str:
    rows = db.session.scalars(
        ours(Matter).options(joinedload(Matter.client)).order_by(Matter.open.desc(), Matter.number)
    )
    return render_template("matters.html", matters=rows.all())


@bp.get("/matters/<int:matter_id>")
def matter(matter_id: int) -> str:
    return render_template("matter.html", matter=one_of_ours(Matter, matter_id))


@bp.get("/calendar")
def calendar() -> str:
    now = datetime.now(ZoneInfo(current_user.firm.zone)).replace(tzinfo=None)
    coming = ours(Event).options(joinedload(Event.matter)).where(Event.ends >= now, Event.deleted.is_(False))
    rows = db.session.scalars(coming.order_by(Event.starts)).all()
    days = groupby(rows, key=lambda event: event.starts.date())
    shown = [event.id for event in rows]
    return render_template("calendar.html", days=[(date, list(events)) for date, events in days], shown=shown)


@bp.get("/documents")
def documents() -> str:
    places = selectinload(Document.matter), selectinload(Document.contact)
    rows = ours(Document).options(*places).order_by(Document.added.desc(), Document.id.desc())
    return render_template("documents.html", documents=db.session.scalars(rows).all())


@bp.get("/documents/<int:document_id>")
def document(document_id: int) -> Response:
    """A document to keep. What is in it may be anything, so no browser is to open it as a page of ours."""
    row = one_of_ours(Document, document_id)
    if row.token is None:
        abort(404)
    answer = Response(_pieces(current_app._get_current_object(), row.id), mimetype=row.media_type)  # type: ignore[attr-defined]
    answer.content_length = row.size
    name = quote(row.name, safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _pieces(app: Flask, document_id: int) -> Iterator[bytes]:
    """Each with a session of its own: a slow reader keeps no connection."""
    wanted = select(DocumentPiece.data).where(DocumentPiece.document_id == document_id)
    n = 0
    while True:
        with app.app_context():
            data = db.session.scalar(wanted.where(DocumentPiece.n == n))
        if data is None:
            return
        yield data
        n += 1


@bp.get("/settings")
def settings() -> str:
    return render_template("settings.html")


@bp.get("/settings/text-messaging")
def text_messaging() -> Response:
    """FirmText's own page, at the address where people of the practice system look for it."""
    return redirect(url_for("firmtext.settings"))


@bp.get("/settings/notifications")
def notifications() -> str:
    return render_template("notifications.html")


walls.init_pages(bp, one_of_ours, ours)


def money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def day(moment: date) -> str:
    """Mon, Jan 6, 2025."""
    return f"{moment:%a, %b} {moment.day}, {moment.year}"


def kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1024)):,} KB"

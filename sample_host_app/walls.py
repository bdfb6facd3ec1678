"""Ethical walls: people of the firm who are to know nothing of a matter, because they once worked for the other side.

Who is in such a matter, on whichever side, is behind the wall with everything that is said to them: texts cannot be
told apart by matter. Their names and numbers stay in the list of contacts.
"""

from __future__ import annotations

from typing import Any

from flask import abort, flash, has_request_context, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, ForeignKey, Select, delete, or_, select, true, union
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response

from .charges import Payment, PaymentLink
from .models import Bill, Matter, MatterParty, User, db


class Wall(db.Model):
    """Somebody is to know nothing of a matter."""

    __tablename__ = "wall"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    matter_id: Mapped[int] = mapped_column(ForeignKey("matter.id"), primary_key=True)


def matters_behind(user: int) -> Select[tuple[int]]:
    """The matters of which a user is to know nothing."""
    return select(Wall.matter_id).where(Wall.user_id == user)


def contacts_behind(user: int) -> Any:
    """Everybody who is in one of them."""
    clients = select(Matter.client_id).where(Matter.id.in_(matters_behind(user)))
    return union(clients, select(MatterParty.contact_id).where(MatterParty.matter_id.in_(matters_behind(user))))


def outside(model: Any) -> ColumnElement[bool]:
    """Which rows of a model the signed-in user may know of; a job, which is nobody's, of all."""
    if not has_request_context() or not current_user.is_authenticated:
        return true()
    hidden = matters_behind(current_user.id)
    if model is Matter:
        return Matter.id.not_in(hidden)
    if model is Payment:
        links = select(PaymentLink.id).join(Bill, Bill.id == PaymentLink.bill_id).where(Bill.matter_id.in_(hidden))
        to = select(PaymentLink.id).where(PaymentLink.contact_id.in_(contacts_behind(current_user.id)))
        return Payment.link_id.not_in(links) & Payment.link_id.not_in(to)
    if hasattr(model, "matter_id"):
        return or_(model.matter_id.is_(None), model.matter_id.not_in(hidden))
    return true()


def init_pages(bp: Any, one_of_ours: Any, ours: Any) -> None:
    """The page on which an administrator says who is walled off from a matter."""

    @bp.get("/matters/<int:matter_id>/wall")
    def wall(matter_id: int) -> str:
        row = _administered(one_of_ours, matter_id)
        chosen = set(db.session.scalars(select(Wall.user_id).where(Wall.matter_id == row.id)))
        return render_template("wall.html", matter=row, people=_others(ours), chosen=chosen)

    @bp.post("/matters/<int:matter_id>/wall")
    def set_wall(matter_id: int) -> Response:
        row = _administered(one_of_ours, matter_id)
        wanted = set(request.form.getlist("user"))
        chosen = [one for one in _others(ours) if str(one.id) in wanted]
        db.session.execute(delete(Wall).where(Wall.matter_id == row.id, Wall.user_id != current_user.id))
        db.session.add_all(Wall(user_id=one.id, matter_id=row.id) for one in chosen)
        db.session.commit()
        flash(f"{', '.join(one.name for one in chosen) or 'Nobody'} is walled off from this matter.")
        return redirect(url_for("pages.matter", matter_id=row.id), code=303)


def _administered(one_of_ours: Any, matter_id: int) -> Matter:
    row: Matter = one_of_ours(Matter, matter_id)
    return row if current_user.administrator else abort(404)


def _others(ours: Any) -> list[User]:
    """Everybody of the firm but oneself: whoever builds a wall stands on this side of it."""
    return list(db.session.scalars(ours(User).where(User.id != current_user.id).order_by(User.name)))

"""The page *Time*: what the firm's people have worked on."""

from __future__ import annotations

from flask import render_template
from sqlalchemy.orm import selectinload

from .charges import TimeEntry
from .models import db
from .pages import bp, ours


@bp.get("/time")
def time() -> str:
    names = selectinload(TimeEntry.user), selectinload(TimeEntry.matter)
    rows = ours(TimeEntry).options(*names).order_by(TimeEntry.day.desc(), TimeEntry.id.desc()).limit(200)
    return render_template("time.html", entries=db.session.scalars(rows).all())

"""SELECTs about templates, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .keys import INSTALLATION
from .models import Template

Sessions = Session | scoped_session[Any]


def in_force(session: Sessions, firm: str) -> Sequence[Template]:
    """What operators wrote for this firm and for all of them; the firm's own come last."""
    return session.scalars(
        select(Template).where(Template.firm.in_((INSTALLATION, firm))).order_by(Template.firm, Template.id)
    ).all()


def written(session: Sessions) -> Sequence[Template]:
    """Everything that operators wrote, for all firms first."""
    return session.scalars(select(Template).order_by(Template.firm, Template.kind, Template.language)).all()


def one(session: Sessions, firm: str, kind: str, language: str) -> Template | None:
    """What operators wrote for exactly this firm, or for all of them when it is empty."""
    return session.scalars(
        select(Template).where(Template.firm == firm, Template.kind == kind, Template.language == language)
    ).one_or_none()

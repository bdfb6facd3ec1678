"""What users have chosen for themselves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from .models import UserChoice


def choice(session: Session, firm: str, user: str) -> UserChoice | None:
    """A user's own choice; None while there is none."""
    return session.scalars(select(UserChoice).where(UserChoice.firm == firm, UserChoice.user == user)).one_or_none()

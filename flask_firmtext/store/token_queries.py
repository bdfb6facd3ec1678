"""SELECTs for the tokens of the JSON API, by name."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from .models import Token, TokenKey

Sessions = Session | scoped_session[Any]


def named(session: Sessions, token: uuid.UUID) -> Token | None:
    """The token of this id, whosever it is: it comes with a request, before a firm is known."""
    return session.get(Token, token)


def of_firm(session: Sessions, firm: str, token: uuid.UUID) -> Token | None:
    """The token of this id, if it is the firm's."""
    return session.scalars(select(Token).where(Token.firm == firm, Token.id == token)).one_or_none()


def listed(session: Sessions, firm: str) -> Sequence[Token]:
    """Every token of a firm, the newest first."""
    query = select(Token).where(Token.firm == firm).order_by(Token.created_at.desc(), Token.id.desc())
    return session.scalars(query).all()


def digest_of(session: Sessions, firm: str, token: uuid.UUID, key: bytes) -> bytes | None:
    """What came with this key before."""
    here = (TokenKey.firm == firm, TokenKey.token_id == token, TokenKey.key == key)
    return session.scalar(select(TokenKey.digest).where(*here))

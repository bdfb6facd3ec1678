"""Who asks: the administrator for whom a token acts, narrowed to what the token may. No cookie is looked at."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask, Response, after_this_request, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ... import language
from ...current import firmtext
from ...firm import token_scopes, tokens
from ...messaging import tenancy
from ...messaging.owners import Subject
from ...ports.values import Firm, User
from ...store import audit, scope, token_queries
from ...store.models import Token
from ...store.transactions import own, reading
from .. import access
from ..access import Visitor, asked
from .problems import Failure

log = logging.getLogger(__name__)

CHALLENGE = 'Bearer realm="firmtext"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer(Visitor):
    """Whom a program acts for. What its token does not hold the host is never asked for: the answer is no."""

    token: uuid.UUID
    secret: str
    scopes: tuple[str, ...]
    actions: frozenset[str]

    def may(self, action: str, subject: Subject | None = None) -> bool:
        return action in self.actions and Visitor.may(self, action, subject)

    def may_each(self, action: str, subjects: Sequence[Subject]) -> Sequence[bool]:
        return Visitor.may_each(self, action, subjects) if action in self.actions else [False] * len(subjects)

    def must_hold(self, wanted: str) -> None:
        """:raises Failure: the token does not have this scope."""
        if wanted not in self.scopes:
            headers = {"WWW-Authenticate": f'{CHALLENGE}, error="insufficient_scope", scope="{wanted}"'}
            raise Failure("insufficient-scope", more={"scope": wanted}, headers=headers)


def bearer() -> Bearer:
    """Who makes this request. :raises Failure: nobody, in the same words whatever is wrong with the token."""
    kind, _space, text = request.headers.get("Authorization", "").partition(" ")
    parsed = tokens.parsed(text.strip()) if kind.casefold() == "bearer" else None
    if parsed is None:
        raise _nobody(given=bool(text))
    named, secret = parsed
    with reading() as session:
        row = token_queries.named(session, named)
    if row is None:
        raise _nobody()
    why = tokens.refusal(row, secret)
    if why is not None:
        _note_refused(row, why)
        raise _nobody()
    return _acting(row, secret)


def _acting(row: Token, secret: str) -> Bearer:
    firm = asked("Firms.get", lambda: tenancy.firm(row.firm))
    user = asked("Users.administrators", lambda: tokens.administrator(row.firm, row.by)) if firm else None
    if firm is None or user is None:
        _note_refused(row, "nobody")
        raise _nobody()
    who = _visitor(row, secret, firm, user)
    request.environ[access.KEPT] = who
    request.environ[audit.OF_TOKEN] = str(row.id)
    scope.of_request(firm.ref)
    language.speak(user.language, firm.country)
    _note_used(who)
    return who


def _visitor(row: Token, secret: str, firm: Firm, user: User) -> Bearer:
    return Bearer(
        user,
        firm,
        asked("Host.for_firm", lambda: firmtext.host.for_firm(firm.ref)),
        token=row.id,
        secret=secret,
        scopes=tuple(row.scopes),
        actions=token_scopes.actions_of(row.scopes),
    )


def _nobody(*, given: bool = True) -> Failure:
    challenge = f'{CHALLENGE}, error="invalid_token"' if given else CHALLENGE
    return Failure("not-authenticated", headers={"WWW-Authenticate": challenge})


def _note_used(who: Bearer) -> None:
    """When the answer is out: no request waits for it, and none fails because of it."""
    if firmtext.recorded.first(("used", who.token), True):
        firm, token = who.firm.ref, who.token
        _afterwards("that a token was used is not noted", lambda session: tokens.note_used(session, firm, token))


def _note_refused(row: Token, why: str) -> None:
    if firmtext.recorded.first(("refused", row.id, why), True):
        firm, token = row.firm, row.id
        trouble = "that a token was refused is not noted"
        _afterwards(trouble, lambda session: tokens.note_refused(session, firm, token, why))


def _afterwards(trouble: str, write: Callable[[Session], None]) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        try:
            with app.app_context(), own() as session:
                write(session)
        except SQLAlchemyError as error:
            log.error("%s: %s", trouble, type(error).__name__)

    @after_this_request
    def close(response: Response) -> Response:
        response.call_on_close(run)
        return response

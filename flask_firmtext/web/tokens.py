"""Settings > API tokens: made, shown once, revoked. For a firm's administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import tokens
from ..firm.token_scopes import SCOPES
from ..firm.tokens import DAYS, Shown
from ..language import gettext as _
from ..language import marked
from ..messaging import owners
from ..messaging.shown import named
from ..store.transactions import own, reading
from .access import Visitor, asked, visitor
from .form import Form

REVOKED = marked("Revoked. Whatever used it gets nothing any more.")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. ``text`` is that of the token that was just made; ``chosen`` what the form holds."""

    tokens: tuple[Shown, ...]
    names: Mapping[str, str]
    chosen: Collection[str] = ()
    text: str = field(default="", repr=False)

    @property
    def scopes(self) -> Mapping[str, str]:
        """Each scope with its words."""
        return {name: _(scope.words) for name, scope in SCOPES.items()}

    @property
    def days(self) -> tuple[int, ...]:
        return DAYS

    def person(self, ref: str) -> str:
        return named(self.names, ref)


def api_tokens() -> Response:
    """The firm's tokens, and a form for another."""
    return _page(_maker(), Form())


def make_token() -> Response:
    """Make one, and show it: this page is the only one on which it ever stands."""
    who = _maker()
    form, chosen = Form.sent("name", "days"), request.form.getlist("scope")
    try:
        wanted = tokens.check(form.values["name"], chosen, form.values["days"])
        if asked("Users.administrators", lambda: tokens.administrator(who.firm.ref, who.user.ref)) is None:
            raise FormRefused({"": _(tokens.NO_MAKER)})
        with own() as session:
            text = tokens.make(session, who.firm.ref, wanted, acts_for=who.user.ref, by=who.user.ref)
    except FormRefused as refusal:
        return _page(who, form.refused(refusal.faults), 422, chosen=chosen)
    return _page(who, Form(), 201, text=text)


def revoke_token(token_id: uuid.UUID) -> Response:
    """It works no more. Pressed twice, it is revoked once; one that is another firm's is none."""
    who = _maker()
    with own() as session:
        revoked = tokens.revoke(session, who.firm.ref, token_id, by=who.user.ref)
    return redirect(url_for("firmtext.api_tokens", said="revoked" if revoked else None), code=303)


def _maker() -> Visitor:
    who = visitor()
    who.must("token.make")
    return who


def _page(who: Visitor, form: Form, code: int = 200, *, chosen: Collection[str] = (), text: str = "") -> Response:
    with reading() as session:
        listed = tuple(tokens.listed(session, who.firm.ref))
    people = {ref for one in listed for ref in (one.by, one.made_by, one.revoked_by) if ref}
    sheet = Sheet(listed, owners.names_of(people), chosen, text)
    said = _(REVOKED) if request.args.get("said") == "revoked" else ""
    context = {"sheet": sheet, "form": form, "said": said, "firm": who.firm}
    return make_response(render_template("firmtext/tokens.html", **context), code)

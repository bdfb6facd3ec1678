"""Settings > Webhooks: where the firm's events are posted, and what became of them. For its administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..current import firmtext
from ..errors import FormRefused
from ..firm import endpoint_secrets, endpoints
from ..language import gettext as _
from ..messaging import owners
from ..messaging.moments import place
from ..signals import KINDS
from ..store import endpoint_queries
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .endpoint_sheet import SAID, Sheet
from .form import Form
from .problems import nothing_here

PAGE = 50


def endpoints_page() -> Response:
    """The firm's addresses, and a form for another."""
    return _list(_editor(), Form())


def add_endpoint() -> Response:
    """Add one, and show its secret: this page is the only one on which it ever stands."""
    who, form, chosen = _editor(), Form.sent("url"), request.form.getlist("kind")
    content = bool(request.form.get("content"))
    try:
        with own() as session:
            id_, secret = endpoints.add(
                session, who.firm.ref, form.values["url"], chosen, content=content, by=who.user.ref
            )
    except FormRefused as refusal:
        return _list(who, form.refused(refusal.faults), 422, chosen=chosen, content=content)
    return page_of(who, id_, 201, secret=secret)


def endpoint(endpoint_id: uuid.UUID) -> Response:
    """One address, and what was posted there."""
    return page_of(known(endpoint_id), endpoint_id)


def change_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Another address, other events."""
    who, form, chosen = known(endpoint_id), Form.sent("url"), request.form.getlist("kind")
    content = bool(request.form.get("content"))
    try:
        with own() as session:
            endpoints.change(
                session, who.firm.ref, endpoint_id, form.values["url"], chosen, content=content, by=who.user.ref
            )
    except FormRefused as refusal:
        return page_of(who, endpoint_id, 422, form=form.refused(refusal.faults), chosen=chosen, content=content)
    return done(endpoint_id, "changed")


def replace_secret(endpoint_id: uuid.UUID) -> Response:
    """A new secret, shown once; for a day both sign."""
    who = known(endpoint_id)
    try:
        with own() as session:
            secret = endpoint_secrets.rotate(session, who.firm.ref, endpoint_id, by=who.user.ref)
    except FormRefused as refusal:
        return page_of(who, endpoint_id, 422, form=Form({}, refusal.faults))
    return page_of(who, endpoint_id, 201, secret=secret or "")


def end_old_secret(endpoint_id: uuid.UUID) -> Response:
    """Let the secret that was replaced sign no longer."""
    who = known(endpoint_id)
    with own() as session:
        ended = endpoint_secrets.end_old(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return done(endpoint_id, "ended" if ended else "")


def turn_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Turn it on or off."""
    who, to = known(endpoint_id), "on" if request.form.get("to") == "on" else "off"
    turn = endpoints.turn_on if to == "on" else endpoints.turn_off
    with own() as session:
        turn(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return done(endpoint_id, to)


def remove_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Forget it, with its secret."""
    who = known(endpoint_id)
    with own() as session:
        removed = endpoints.remove(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return redirect(url_for("firmtext.endpoints_page", said="removed" if removed else None), code=303)


def done(endpoint_id: uuid.UUID, said: str) -> Response:
    """Back to the page of one, with a sentence about what became of it."""
    return redirect(url_for("firmtext.endpoint", endpoint_id=endpoint_id, said=said or None), code=303)


def known(endpoint_id: uuid.UUID) -> Visitor:
    """Who may change this address. :raises Problem: 404, the firm has no such address, or is another one."""
    who = _editor()
    with reading() as session:
        if endpoint_queries.one(session, who.firm.ref, endpoint_id) is None:
            raise nothing_here()
    return who


def _editor() -> Visitor:
    who = visitor()
    who.must("webhook.edit")
    return who


def _list(
    who: Visitor, form: Form, code: int = 200, *, chosen: Collection[str] = tuple(KINDS), content: bool = False
) -> Response:
    with reading() as session:
        listed = endpoints.listed(session, who.firm.ref)
    sheet = Sheet(listed, chosen=chosen, content=content)
    return _rendered("firmtext/endpoints.html", who, sheet, form, code)


def page_of(
    who: Visitor,
    endpoint_id: uuid.UUID,
    code: int = 200,
    *,
    form: Form | None = None,
    secret: str = "",
    chosen: Collection[str] | None = None,
    content: bool | None = None,
    since: str = "",
) -> Response:
    """The page of one address."""
    with reading() as session:
        found = endpoints.one(session, who.firm.ref, endpoint_id)
        if found is None:
            raise nothing_here()
        rows = endpoint_queries.newest(session, who.firm.ref, endpoint_id, PAGE)
    given = form if form is not None and form.values else Form({"url": found.url or ""}, form.faults if form else {})
    held = found.kinds if chosen is None else chosen, found.content if content is None else content
    sheet = Sheet((found,), rows, owners.names_of({found.made_by}), *held, secret, since or _week_ago(who))
    return _rendered("firmtext/endpoint.html", who, sheet, given, code)


def _week_ago(who: Visitor) -> str:
    zone, _suffix = place(who.firm.zone)
    return (firmtext.clock.now() - timedelta(days=7)).astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _rendered(template: str, who: Visitor, sheet: Sheet, form: Form, code: int) -> Response:
    said = _(SAID.get(request.args.get("said", ""), ""))
    context = {"sheet": sheet, "form": form, "said": said, "firm": who.firm}
    return make_response(render_template(template, **context), code)

"""Settings > Webhooks: where the firm's events are posted, and what became of them. For its administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import deliveries, endpoints
from ..firm.endpoints import Shown
from ..language import gettext as _
from ..language import marked
from ..messaging import owners
from ..messaging.shown import named
from ..signals import KINDS
from ..store import endpoint_queries
from ..store.models import Delivery
from ..store.transactions import own, reading
from .access import Visitor, visitor
from .blueprint import blueprint
from .form import Form
from .problems import nothing_here

PAGE = 50
WORDS = {
    "text.received": marked("A client texted"),
    "file.received": marked("A client's file is here"),
    "file.filed": marked("A file was filed"),
    "invitation.answered": marked("A client answered an invitation"),
    "text.delivered": marked("A text was delivered"),
    "text.failed": marked("A text failed"),
    "payment_link.paid": marked("A payment link was paid"),
    "consent.changed": marked("A client's consent changed"),
    "number.verified": marked("A number may send"),
    deliveries.TEST: marked("Test"),
}
STATES = {"waiting": marked("Waiting"), "delivered": marked("Delivered"), "failed": marked("Not delivered")}
EVIDENCE = {
    "timeout": marked("no answer within 15 seconds"),
    "not_public": marked("the address is not a public one"),
    "not_reached": marked("nobody answers at this address"),
    "no_tls": marked("its certificate is not valid"),
    "no_answer": marked("the connection was cut"),
    "redirect": marked("it redirects, which is not followed"),
    "answer": marked("it answered with an error"),
}
OFF = {
    deliveries.GONE: marked("Off: it answered that it is gone for good (410)."),
    deliveries.FAILING: marked("Off: nothing arrived there for five days."),
}
SAID = {
    "changed": marked("Saved."),
    "on": marked("Turned on: what waited is posted first."),
    "off": marked("Turned off: what happens meanwhile is not posted there."),
    "removed": marked("Removed, with its secret."),
    "test": marked("A test is on its way: see below in a moment."),
    "again": marked("It is sent again, with the same id."),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the pages show. ``secret`` is that which was just made; ``chosen`` and ``content`` what the form holds."""

    endpoints: tuple[Shown, ...] = ()
    deliveries: Sequence[Delivery] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    chosen: Collection[str] = ()
    content: bool = False
    secret: str = field(default="", repr=False)

    @property
    def one(self) -> Shown:
        """That of the page of one."""
        return self.endpoints[0]

    @property
    def kinds(self) -> Mapping[str, str]:
        return {kind: _(WORDS[kind]) for kind in KINDS}

    def kind(self, kind: str) -> str:
        return _(WORDS.get(kind, kind))

    def state(self, row: Delivery) -> str:
        """Where an event stands, in words, with the last try's answer."""
        why = _(EVIDENCE[row.evidence]) if row.evidence in EVIDENCE else ""
        status = f"{why} ({row.status})" if why and row.status else why
        return f"{_(STATES[row.state])}: {status}" if status else _(STATES[row.state])

    def off(self, one: Shown) -> str:
        return _(OFF.get(one.why or "", marked("Off.")))

    def person(self, ref: str) -> str:
        return named(self.names, ref)


@blueprint.get("/settings/webhooks")
def endpoints_page() -> Response:
    """The firm's addresses, and a form for another."""
    return _list(_editor(), Form())


@blueprint.post("/settings/webhooks")
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
    return _one(who, id_, 201, secret=secret)


@blueprint.get("/settings/webhooks/<uuid:endpoint_id>")
def endpoint(endpoint_id: uuid.UUID) -> Response:
    """One address, and what was posted there."""
    return _one(_known(endpoint_id), endpoint_id)


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>")
def change_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Another address, other events."""
    who, form, chosen = _known(endpoint_id), Form.sent("url"), request.form.getlist("kind")
    content = bool(request.form.get("content"))
    try:
        with own() as session:
            endpoints.change(
                session, who.firm.ref, endpoint_id, form.values["url"], chosen, content=content, by=who.user.ref
            )
    except FormRefused as refusal:
        return _one(who, endpoint_id, 422, form=form.refused(refusal.faults), chosen=chosen, content=content)
    return _done(endpoint_id, "changed")


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>/secret")
def replace_secret(endpoint_id: uuid.UUID) -> Response:
    """A new secret, shown once; for a day both sign."""
    who = _known(endpoint_id)
    with own() as session:
        secret = endpoints.rotate(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return _one(who, endpoint_id, 201, secret=secret or "")


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>/state")
def turn_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Turn it on or off."""
    who, to = _known(endpoint_id), "on" if request.form.get("to") == "on" else "off"
    turn = endpoints.turn_on if to == "on" else endpoints.turn_off
    with own() as session:
        turn(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return _done(endpoint_id, to)


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>/remove")
def remove_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Forget it, with its secret."""
    who = _known(endpoint_id)
    with own() as session:
        removed = endpoints.remove(session, who.firm.ref, endpoint_id, by=who.user.ref)
    return redirect(url_for("firmtext.endpoints_page", said="removed" if removed else None), code=303)


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>/test")
def test_endpoint(endpoint_id: uuid.UUID) -> Response:
    """Post an event that tells nothing."""
    who = _known(endpoint_id)
    given = who.firm.ref, endpoint_id
    return _asked(who, endpoint_id, "test", lambda one: deliveries.try_out(one, *given, by=who.user.ref))


@blueprint.post("/settings/webhooks/<uuid:endpoint_id>/deliveries/<uuid:event_id>")
def send_webhook_again(endpoint_id: uuid.UUID, event_id: uuid.UUID) -> Response:
    """Post an event once more."""
    who = _known(endpoint_id)
    given = who.firm.ref, endpoint_id, event_id
    return _asked(who, endpoint_id, "again", lambda one: deliveries.again(one, *given, by=who.user.ref))


def _asked(who: Visitor, endpoint_id: uuid.UUID, said: str, ask: Callable[[Session], object]) -> Response:
    try:
        with own() as session:
            found = ask(session)
    except FormRefused as refusal:
        return _one(who, endpoint_id, 422, form=Form({}, refusal.faults))
    return _done(endpoint_id, said if found else "")


def _done(endpoint_id: uuid.UUID, said: str) -> Response:
    return redirect(url_for("firmtext.endpoint", endpoint_id=endpoint_id, said=said or None), code=303)


def _known(endpoint_id: uuid.UUID) -> Visitor:
    """:raises Problem: 404, the firm has no such address."""
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


def _one(
    who: Visitor,
    endpoint_id: uuid.UUID,
    code: int = 200,
    *,
    form: Form | None = None,
    secret: str = "",
    chosen: Collection[str] | None = None,
    content: bool | None = None,
) -> Response:
    with reading() as session:
        found = endpoints.one(session, who.firm.ref, endpoint_id)
        if found is None:
            raise nothing_here()
        rows = endpoint_queries.newest(session, who.firm.ref, endpoint_id, PAGE)
    given = form if form is not None and form.values else Form({"url": found.url or ""}, form.faults if form else {})
    held = found.kinds if chosen is None else chosen, found.content if content is None else content
    sheet = Sheet((found,), rows, owners.names_of({found.made_by}), *held, secret)
    return _rendered("firmtext/endpoint.html", who, sheet, given, code)


def _rendered(template: str, who: Visitor, sheet: Sheet, form: Form, code: int) -> Response:
    said = _(SAID.get(request.args.get("said", ""), ""))
    context = {"sheet": sheet, "form": form, "said": said, "firm": who.firm}
    return make_response(render_template(template, **context), code)

"""Settings > What is kept: the firm's rule, its legal holds and what was erased. For its administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import legal_holds
from ..firm import retention as rules
from ..firm.legal_holds import KINDS, Shown
from ..firm.retention import Plan
from ..language import gettext as _
from ..language import marked
from ..messaging import owners, tenancy
from ..messaging.owners import Subject
from ..messaging.shown import named
from ..ports import promises
from ..ports.values import Contact
from ..store import erasure_queries, retention_queries
from ..store.models import Erasure, Retention
from ..store.retention_queries import CONTACT, FIRM, MATTER
from ..store.transactions import reading
from .access import Visitor, asked, visitor
from .blueprint import blueprint
from .form import Form
from .problems import nothing_here

#: So many of the newest erasures are listed.
LISTED = 50
SAID = {
    "rule": marked("Saved. The rule is obeyed from the next night on."),
    "held": marked("The hold stands: nothing that it covers is erased."),
    "lifted": marked("The hold is lifted."),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. ``plan`` is None while the practice system cannot say what is held."""

    rule: Retention | None
    plan: Plan | None
    holds: tuple[Shown, ...]
    titles: Mapping[uuid.UUID, str]
    erasures: tuple[Erasure, ...]
    names: Mapping[str, str]

    def person(self, ref: str) -> str:
        """Who did something; the sweep is the firm's rule."""
        return _("The firm's rule") if ref == "sweep" else named(self.names, ref)


@blueprint.get("/settings/retention")
def retention() -> Response:
    """How long texts are kept, what a hold keeps, and what was erased."""
    return _page(_keeper(), Form())


@blueprint.post("/settings/retention")
def set_retention() -> Response:
    """Change the rule."""
    who = _keeper()
    form = Form.sent("days")
    try:
        rules.set_rule(who.firm.ref, form.values["days"], by=who.user.ref)
    except FormRefused as refusal:
        return _page(who, form.refused(refusal.faults), 422)
    return redirect(url_for("firmtext.retention", said="rule"), code=303)


@blueprint.post("/settings/holds")
def put_hold() -> Response:
    """Set a hold on a contact, a matter or the firm."""
    who = _keeper()
    form = Form.sent("kind", "object", "why")
    kind, ref = form.values["kind"], form.values["object"]
    if kind not in KINDS or (kind == FIRM) is bool(ref):
        raise nothing_here()
    who.must("legal_hold", subject_of(who, kind, ref))
    try:
        legal_holds.put(who.firm.ref, kind, ref, form.values["why"], by=who.user.ref)
    except FormRefused as refusal:
        return _page(who, form.refused(refusal.faults), 422)
    return redirect(url_for("firmtext.retention", said="held"), code=303)


@blueprint.post("/settings/holds/<uuid:hold_id>/lift")
def lift_hold(hold_id: uuid.UUID) -> Response:
    """Lift a hold, with the reason."""
    who = _keeper()
    with reading() as session:
        found = retention_queries.hold(session, who.firm.ref, hold_id)
    if found is None:
        raise nothing_here()
    who.must("legal_hold", subject_of(who, found.kind, found.object, there=False))
    form = Form.sent("why")
    try:
        legal_holds.lift(who.firm.ref, hold_id, form.values["why"], by=who.user.ref)
    except FormRefused as refusal:
        return _page(who, Form({f"why-{hold_id}": form.values["why"]}, {f"why-{hold_id}": refusal.faults["why"]}), 422)
    return redirect(url_for("firmtext.retention", said="lifted"), code=303)


def _keeper() -> Visitor:
    who = visitor()
    who.must("retention.set")
    return who


def subject_of(who: Visitor, kind: str, ref: str, *, there: bool = True) -> Subject | None:
    """What the host is asked about. :raises Problem: 404, the firm has no such contact or matter (any more)."""
    if kind == FIRM:
        return None
    if kind == CONTACT:
        if there and asked("Contacts.get", lambda: tenancy.contact(who.ports, ref)) is None:
            raise nothing_here()
        return Subject(who.firm.ref, (ref,))
    if there and asked("Matters.get", lambda: promises.matter("get", who.ports.matters.get(ref))) is None:
        raise nothing_here()
    return Subject(who.firm.ref, matter=ref)


def _page(who: Visitor, form: Form, code: int = 200) -> Response:
    firm = who.firm.ref
    plan: Plan | None = owners.shielded("Matters.contacts_of", lambda: rules.plan(firm), None)
    with reading() as session:
        rule = retention_queries.rule(session, firm)
        listed = erasure_queries.erasures(session, firm, LISTED)
    mine = who.may_each("contact.erase", [Subject(firm, (*filter(None, [one.contact]), *one.shared)) for one in listed])
    erasures = tuple(one for one, may in zip(listed, mine, strict=True) if may)
    every = tuple(legal_holds.shown(firm))
    allowed = who.may_each("legal_hold", [about(firm, one) for one in every])
    holds = tuple(one for one, may in zip(every, allowed, strict=True) if may)
    people = {ref for one in holds for ref in (one.by, one.lifted_by) if ref} | {one.by for one in erasures}
    sheet = Sheet(rule, plan, holds, _titles(who, holds), erasures, owners.names_of(people))
    said = SAID.get(request.args.get("said", ""), "")
    context = {"sheet": sheet, "form": form, "said": _(said) if said else "", "firm": who.firm}
    return make_response(render_template("firmtext/retention.html", **context), code)


def about(firm: str, one: Shown) -> Subject:
    """What the host is asked about before somebody is told of a hold."""
    if one.kind == FIRM:
        return Subject(firm)
    return Subject(firm, (one.object,)) if one.kind == CONTACT else Subject(firm, matter=one.object)


def _titles(who: Visitor, holds: tuple[Shown, ...]) -> Mapping[uuid.UUID, str]:
    """The name of the contact or the title of the matter on which each hold is, as far as the host knows it."""
    refs = [one.object for one in holds if one.kind == CONTACT]
    nobody: Mapping[str, Contact] = {}
    contacts = owners.shielded("Contacts.by_refs", lambda: tenancy.contacts(who.ports, refs), nobody)
    found: dict[uuid.UUID, str] = {}
    for one in holds:
        if one.kind == CONTACT and one.object in contacts:
            found[one.id] = contacts[one.object].name
        if one.kind == MATTER and (title := _title(who, one.object)):
            found[one.id] = title
    return found


def _title(who: Visitor, ref: str) -> str | None:
    matter = owners.shielded("Matters.get", lambda: promises.matter("get", who.ports.matters.get(ref)), None)
    return matter.title if matter else None

"""Settings > What is kept: the firm's rule, its legal holds and what was erased. For its administrators only."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

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
from ..store import legal_hold_queries, retention_queries
from ..store.legal_hold_queries import CONTACT, FIRM, MATTER
from ..store.models import Erasure, LegalHold, Retention
from ..store.transactions import reading
from . import erased
from .access import Visitor, asked, visitor
from .form import Form
from .problems import nothing_here

#: So many holds are on a page, and so many erasures.
PAGE = 25
#: Nobody turns further pages than this.
LAST = 10_000
#: Nothing is counted for whom so many contacts are kept from: a database takes no longer list.
WALLED = 10_000
SAID = {
    "rule": marked("Saved. The rule is obeyed from the next night on."),
    "held": marked("The hold stands: nothing that it covers is erased."),
    "lifted": marked("The hold is lifted."),
}


@dataclass(frozen=True, slots=True)
class Pages:
    """Which page of the holds and of the erasures is shown, from 1; ``more``: there is another behind it."""

    holds: int
    erasures: int
    more_holds: bool = False
    more_erasures: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the page shows. ``plan`` is None while the practice system cannot say what is held; of what the user may not
    know of it counts nothing. ``waits``: it is so much that somebody has to say yes.

    ``lifted`` counts the holds that were lifted, on whatever page. ``wanted`` is the name of whom or what a hold was
    to be set on that was refused, empty for the firm.
    """

    rule: Retention | None
    plan: Plan | None
    holds: tuple[Shown, ...]
    lifted: int
    titles: Mapping[uuid.UUID, str]
    erasures: tuple[Erasure, ...]
    names: Mapping[str, str]
    contacts: Mapping[str, Contact]
    pages: Pages
    wanted: str
    waits: bool = False

    def person(self, ref: str) -> str:
        """Who did something; the sweep is the firm's rule."""
        return _("The firm's rule") if ref == "sweep" else named(self.names, ref)

    def whose(self, one: Erasure) -> str:
        """Of whom the texts were, as far as the host knows them still; empty for a night's."""
        known = self.contacts.get(one.contact or "")
        return known.name if known else one.contact or ""


def retention() -> Response:
    """How long texts are kept, what a hold keeps, and what was erased."""
    return _page(_keeper(), Form())


def set_retention() -> Response:
    """Change the rule."""
    who = _keeper()
    form = Form.sent("days")
    try:
        rules.set_rule(who.firm.ref, form.values["days"], by=who.user.ref)
    except FormRefused as refusal:
        return _page(who, form.refused(refusal.faults), 422)
    return redirect(url_for("firmtext.retention", said="rule"), code=303)


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


def lift_hold(hold_id: uuid.UUID) -> Response:
    """Lift a hold, with the reason."""
    who = _keeper()
    with reading() as session:
        found = legal_hold_queries.hold(session, who.firm.ref, hold_id)
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
        everybody = retention_queries.everybody(session, firm) if plan and plan.days else ()
    holds, lifted, more_holds = _holds(who, page := _turned("holds"))
    erasures, more_erasures = erased.page(who, turned := _turned("erasures"), PAGE)
    people = {ref for one in holds for ref in (one.by, one.lifted_by) if ref} | {one.by for one in erasures}
    contacts = _contacts(who, holds, erasures, form)
    shown = as_known(who, plan, everybody)
    sheet = Sheet(
        rule,
        shown,
        holds,
        lifted,
        _titles(who, holds, contacts),
        erasures,
        owners.names_of(people),
        contacts,
        Pages(page, turned, more_holds, more_erasures),
        _wanted(who, form, contacts),
        bool(plan and shown and plan.is_too_much and shown.is_too_much),
    )
    said = SAID.get(request.args.get("said", ""), "")
    context = {"sheet": sheet, "form": form, "said": _(said) if said else "", "firm": who.firm}
    return make_response(render_template("firmtext/retention.html", **context), code)


def as_known(who: Visitor, plan: Plan | None, everybody: Sequence[str]) -> Plan | None:
    """What a night would erase of what the user may know of: as if there were nothing else."""
    firm = who.firm.ref
    answers = who.may_each("conversation.list", [Subject(firm, (one,)) for one in everybody])
    behind = [one for one, yes in zip(everybody, answers, strict=True) if not yes]
    if plan is None or not behind:
        return plan
    return replace(plan, days=None) if len(behind) > WALLED else rules.counted(firm, without=behind)


def _turned(name: str) -> int:
    return min(max(request.args.get(name, 1, int), 1), LAST)


def _holds(who: Visitor, page: int) -> tuple[tuple[Shown, ...], int, bool]:
    """A page of those of which this user may know; how many of them were lifted; whether there are more."""
    every = legal_holds.listed(who.firm.ref)
    allowed = who.may_each("legal_hold", [about(who.firm.ref, one) for one in every])
    mine = [one for one, may in zip(every, allowed, strict=True) if may]
    here = mine[PAGE * (page - 1) : PAGE * page]
    lifted = sum(one.lifted_at is not None for one in mine)
    return tuple(legal_holds.read(here)), lifted, len(mine) > PAGE * page


def about(firm: str, one: Shown | LegalHold) -> Subject:
    """What the host is asked about before somebody is told of a hold."""
    if one.kind == FIRM:
        return Subject(firm)
    return Subject(firm, (one.object,)) if one.kind == CONTACT else Subject(firm, matter=one.object)


def _contacts(who: Visitor, holds: Iterable[Shown], erasures: Iterable[Erasure], form: Form) -> Mapping[str, Contact]:
    """Whoever is named on the page, as far as the host knows them; it is asked once."""
    refs = {one.object for one in holds if one.kind == CONTACT} | {one.contact for one in erasures if one.contact}
    if form.values.get("kind") == CONTACT:
        refs.add(form.values["object"])
    nobody: Mapping[str, Contact] = {}
    return owners.shielded("Contacts.by_refs", lambda: tenancy.contacts(who.ports, sorted(refs)), nobody)


def _titles(who: Visitor, holds: Iterable[Shown], contacts: Mapping[str, Contact]) -> Mapping[uuid.UUID, str]:
    """The name of the contact or the title of the matter on which each hold is, as far as the host knows it."""
    found: dict[uuid.UUID, str] = {}
    for one in holds:
        if one.kind == CONTACT and one.object in contacts:
            found[one.id] = contacts[one.object].name
        if one.kind == MATTER and (title := _title(who, one.object)):
            found[one.id] = title
    return found


def _wanted(who: Visitor, form: Form, contacts: Mapping[str, Contact]) -> str:
    ref = form.values.get("object", "")
    if form.values.get("kind") == MATTER:
        return _title(who, ref) or ref
    return contacts[ref].name if ref in contacts else ref


def _title(who: Visitor, ref: str) -> str | None:
    matter = owners.shielded("Matters.get", lambda: promises.matter("get", who.ports.matters.get(ref)), None)
    return matter.title if matter else None

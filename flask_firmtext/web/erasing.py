"""The texts of one contact: held, or erased on request after everything has been said; and the proof, for paper."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ..errors import FormRefused
from ..firm import erasure_requests, erasures
from ..firm.erasure_requests import Plan
from ..firm.erasures import Proof
from ..firm.legal_holds import Shown
from ..language import gettext as _
from ..language import marked
from ..messaging import owners, tenancy
from ..messaging.owners import Subject
from ..messaging.shown import named
from ..ports.values import Contact, Matter
from ..store.models import Erasure
from ..store.transactions import reading
from . import erased
from .access import Visitor, asked, visitor
from .form import Form
from .problems import nothing_here
from .retention import about

T = TypeVar("T")

#: Whatever stands against it that the user may not know: a hold, or somebody else's texts.
NOT_HERE = marked("Nothing of these texts can be erased here at the moment. Whoever operates this system can say why.")
SURE = marked("Tick the box: what is erased cannot be brought back, by nobody.")
#: Why conversations were left as they are, in words.
LEFT = {
    "held": marked("a legal hold stands"),
    "sending": marked("a text was being sent"),
    "doubt": marked("nobody knows whether a text was sent; say what became of it, then erase again"),
    "filing": marked("a file was being filed"),
    "shared": marked("also somebody else's"),
    "newer": marked("something came meanwhile"),
    "gone": marked("already erased by somebody else"),
}
PARTS = {
    "conversations": marked("Conversations"),
    "texts": marked("Texts"),
    "files": marked("Files"),
    "drafts": marked("Begun texts"),
    "scheduled": marked("Texts for later"),
    "kept": marked("Kept texts of the numbers"),
    "links": marked("Payment links' addresses and words"),
    "events": marked("What past events were about"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is shown before anything is erased: the plan with the names of those whose texts these are, too.

    ``holds``, ``documents`` and ``matters`` are those of which the user may know; the plan has all that count.
    ``refused``: something that they may not know stands against it, so nothing is counted, named or erased.
    """

    contact: Contact
    plan: Plan
    others: Mapping[str, str]
    holds: Sequence[Shown]
    documents: Sequence[tuple[str, str]]
    matters: Sequence[Matter]
    token: str
    refused: bool = False

    @property
    def counts(self) -> list[tuple[str, int]]:
        """What would go, in words; of what is beside conversations only what there is."""
        if self.refused:
            return []
        amount = {"conversations": self.plan.amount.conversations, "texts": self.plan.amount.texts}
        rest = {name: count for name, count in self.plan.rest.items() if count}
        return [(_(PARTS[name]), count) for name, count in {**amount, **rest}.items()]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing that could go."""
        return not self.plan.amount.conversations and not any(self.plan.rest.values())


def erase_form() -> Response:
    """What would be erased of a contact, and what stands against it; nothing is changed."""
    who = visitor()
    return _page(who, contact_of(who, request.args.get("contact", "")), Form())


def erase() -> Response:
    """Erase a contact's texts; those that are others' too only where each of these was named and confirmed."""
    who = visitor()
    contact = contact_of(who, request.form.get("contact", ""))
    form = Form.sent("why", "sure", "shared", "token")
    if form.values["token"] and (first := erasure_requests.begun(who.firm.ref, contact.ref, form.values["token"])):
        return redirect(url_for("firmtext.erasure", erasure_id=first.id), code=303)
    sheet = planned(who, contact, form.values["token"])
    if sheet.refused:
        return _shown(who, sheet, form.refused({"": _(NOT_HERE)}), 422)
    named = request.form.getlist("other") if form.values["shared"] else []
    others = [ref for ref in named if ref in sheet.others]
    if not form.values["sure"]:
        return _page(who, contact, form.refused({"sure": _(SURE)}), 422)
    try:
        begun = begin(who, contact, form.values["why"], others, form.values["token"] or None)
    except FormRefused as refusal:
        return _page(who, contact, form.refused(refusal.faults), 422)
    return redirect(url_for("firmtext.erasure", erasure_id=begun.id), code=303)


def erasure(erasure_id: uuid.UUID) -> str:
    """The proof: what was erased, when, by whom and why, and where the record says so."""
    who = visitor()
    who.must("contact.erase")
    proof = proof_of(who, erasure_id)
    gone = [(_(PARTS[name]), count) for name, count in proof.row.gone.items() if name in PARTS]
    left = [(_(LEFT[why]), count) for why, count in proof.row.left.items() if why in LEFT]
    documents = documents_of(who, proof)
    context = {"proof": proof, "documents": documents, "gone": gone, "left": left, "by": _by(proof), "firm": who.firm}
    return render_template("firmtext/erasure.html", whose=_whose(who, proof), **context)


def _whose(who: Visitor, proof: Proof) -> list[tuple[str, str]]:
    """The references of whose texts went, with the names that the host knows them by today, empty where it does not."""
    refs = [*filter(None, [proof.row.contact]), *proof.row.shared]
    nobody: Mapping[str, Contact] = {}
    found = owners.shielded("Contacts.by_refs", lambda: tenancy.contacts(who.ports, refs), nobody)
    return [(ref, found[ref].name if ref in found else "") for ref in refs]


def _by(proof: Proof) -> str:
    if proof.row.by == "sweep":
        return _("The firm's rule")
    return named(owners.names_of([proof.row.by]), proof.row.by)


def contact_of(who: Visitor, ref: str) -> Contact:
    """:raises Problem: 404, the user may not, or the firm has no such contact."""
    who.must("contact.erase", Subject(who.firm.ref, (ref,)))
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, ref)) if ref else None
    if contact is None:
        raise nothing_here()
    return contact


def begin(who: Visitor, contact: Contact, why: str, others: Collection[str], token: str | None) -> Erasure:
    """Erase what can be erased now; whatever happens meanwhile, the sweep goes on with it.

    :raises FormRefused: as :func:`.erasure_requests.begin`.
    """
    begun = erasure_requests.begin(who.firm.ref, contact, why, by=who.user.ref, others=others, token=token)
    owners.shielded("Contacts.by_number", lambda: erasure_requests.go_on(begun), False)
    return begun


def proof_of(who: Visitor, erasure_id: uuid.UUID) -> Proof:
    """:raises Problem: 404, there is none of which this user may know."""
    proof = erasures.proof(who.firm.ref, erasure_id)
    if proof is None:
        raise nothing_here()
    with reading() as session:
        erased.must(who, session, proof.row)
    return proof


def documents_of(who: Visitor, proof: Proof) -> list[tuple[str, str]]:
    """What was filed with the host, matter and reference, and stays there, as far as this user may know."""
    return _known(who, "contact.erase", proof.documents, lambda one: _matter(who, one[0]))


def _page(who: Visitor, contact: Contact, form: Form, code: int = 200) -> Response:
    return _shown(who, planned(who, contact, form.values.get("token", "")), form, code)


def planned(who: Visitor, contact: Contact, token: str) -> Sheet:
    """What would be erased, as far as this user may know."""
    plan = asked("Contacts.by_number", lambda: erasure_requests.plan(who.firm.ref, contact))
    with_others = _known(who, "contact.erase", plan.others, lambda ref: Subject(who.firm.ref, (contact.ref, ref)))
    holds = _known(who, "legal_hold", plan.holds, lambda one: about(who.firm.ref, one))
    refused = len(with_others) < len(plan.others) or len(holds) < len(plan.holds)
    others = () if refused else plan.others
    found = asked("Contacts.by_refs", lambda: tenancy.contacts(who.ports, others))
    matters = owners.matters_told(who.firm.ref, [contact.ref]) or ()
    documents = () if refused else plan.documents
    return Sheet(
        contact,
        plan,
        {ref: found[ref].name if ref in found else ref for ref in others},
        holds=holds,
        documents=_known(who, "contact.erase", documents, lambda one: _matter(who, one[0])),
        matters=_known(who, "legal_hold", matters, lambda one: _matter(who, one.ref)),
        refused=refused,
        token=token or uuid.uuid4().hex,
    )


def _shown(who: Visitor, sheet: Sheet, form: Form, code: int) -> Response:
    return make_response(render_template("firmtext/erase.html", sheet=sheet, form=form, firm=who.firm), code)


def _matter(who: Visitor, ref: str) -> Subject:
    return Subject(who.firm.ref, matter=ref)


def _known(who: Visitor, action: str, some: Sequence[T], of: Callable[[T], Subject]) -> list[T]:
    """Those of which this user may know: others are behind a wall, with their matter."""
    subjects = [of(one) for one in some]
    answers = dict(zip(dict.fromkeys(subjects), who.may_each(action, [*dict.fromkeys(subjects)]), strict=True))
    return [one for one, subject in zip(some, subjects, strict=True) if answers[subject]]

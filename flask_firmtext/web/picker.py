"""A new text: find a contact by name or number, see what was written before, write.

What is typed to find somebody goes in a form's body, never in an address: addresses end up in logs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from ..messaging import owners, reachability, tenancy, thread
from ..messaging.numbers import display
from ..messaging.owners import Known, Subject
from ..messaging.thread import Thread
from ..messaging.wording import Words
from ..ports.values import Contact
from ..store import indexes
from ..store.transactions import reading
from . import candidates, limits
from .access import Visitor, asked, visitor
from .blueprint import wants_part
from .draft import Draft
from .inbox import why_not
from .paying import prefilled
from .problems import nothing_here
from .thread import mark_read, rights_of


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a contact's numbers: its key, how it is written, the host's label, whether texts go there by default."""

    key: str
    e164: str = field(repr=False)
    words: str = field(repr=False)
    label: str
    default: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A contact in the list with its numbers, its part in the matter, and what the carrier said of its number."""

    contact: Contact
    choices: tuple[Choice, ...]
    role: str = field(default="", repr=False)
    warning: Words | None = None

    @property
    def default(self) -> Choice | None:
        """The number that texts go to unless somebody picks another."""
        return next((choice for choice in self.choices if choice.default), None)


def new() -> Response:
    """The page of a new text, with the contact and number of the address, or with those of a matter to choose from."""
    who = visitor()
    who.must("message.send")
    matter = request.args.get("matter")
    if not request.args.get("contact"):
        return _page(who, None, options=_options(who, "", matter) if matter else None, matter=matter)
    found = _chosen(who, request.args["contact"])
    shown = _thread(who, found, request.args.get("number", ""))
    if wants_part():
        draft = shown and Draft.to_answer(shown, who)
        part = render_template("firmtext/_chosen.html", found=found, thread=shown, draft=draft, visitor=who)
        return make_response(part)
    return _page(who, found, thread=shown)


def search() -> Response:
    """Contacts whose name or number matches: the list for the picker, or the page with it."""
    who = visitor()
    who.must("message.send")
    typed = request.form.get("q", "").strip()[:200]
    limits.look_up(who, typed)
    matter = request.form.get("matter") or None
    options = _options(who, typed, matter)
    if wants_part():
        return make_response(render_template("firmtext/_options.html", options=options))
    return _page(who, None, options=options, typed=typed, matter=matter)


def _options(who: Visitor, typed: str, matter: str | None) -> list[Found]:
    found = candidates.matches(who, typed, matter)
    standing = _indexes(who, [one.contact for one in found])
    return _warned(who, [_with_choices(one.contact, standing, one.role) for one in found])


def _warned(who: Visitor, options: list[Found]) -> list[Found]:
    phones = {found.contact.ref: bytes.fromhex(found.default.key) for found in options if found.default}
    with reading() as session:
        warnings = reachability.warnings(session, who.firm.ref, who.firm.zone, phones)
    return [replace(found, warning=warnings.get(found.contact.ref)) for found in options]


def _page(
    who: Visitor,
    found: Found | None,
    *,
    thread: Thread | None = None,
    options: list[Found] | None = None,
    typed: str = "",
    matter: str | None = None,
) -> Response:
    draft = prefilled(Draft.to_answer(thread, who) if thread else None)
    typed = found.contact.name if found else typed
    shown = {"found": found, "thread": thread, "options": options, "typed": typed, "draft": draft, "matter": matter}
    return make_response(render_template("firmtext/new.html", **shown, not_on=why_not(who), visitor=who))


def _chosen(who: Visitor, ref: str) -> Found:
    contact = asked("Contacts.get", lambda: tenancy.contact(who.ports, ref))
    if contact is None:
        raise nothing_here()
    who.must("message.send", Subject(who.firm.ref, (contact.ref,)))
    return _with_choices(contact, _indexes(who, [contact]))


def _thread(who: Visitor, found: Found, key: str) -> Thread | None:
    """The conversation with the number of this key, else with the texting number; None for a contact without one."""
    choice = next((choice for choice in found.choices if choice.key == key), found.default)
    if choice is None:
        return None
    known = thread.with_phone(who.firm.ref, bytes.fromhex(choice.key))
    subject = thread.find(who.firm.ref, known) if known else None
    if known is None or subject is None or _moved(who, choice.e164, subject):
        return thread.begin(who.firm, found.contact, choice.e164)
    who.must("conversation.read", subject)
    shown = thread.show(who.firm, known, contact=found.contact.ref, rights=rights_of(who, subject))
    if shown is not None:
        mark_read(who, known, shown.newest)
    return shown


def _moved(who: Visitor, e164: str, subject: Subject) -> bool:
    """Whether the number has left everybody under whom its texts were shown: then a new conversation begins."""
    return owners.of_conversation(who.firm.ref, Known(e164, subject.contacts)).moved


def _indexes(who: Visitor, contacts: Sequence[Contact]) -> Mapping[str, bytes]:
    """By what the texts with each of their numbers are found now."""
    numbers = {number.e164 for contact in contacts for number in contact.numbers}
    with reading() as session:
        return indexes.standing_each(session, who.firm.ref, numbers)


def _with_choices(contact: Contact, standing: Mapping[str, bytes], role: str = "") -> Found:
    default = contact.texting_number or next((number.e164 for number in contact.numbers), None)
    choices = tuple(
        Choice(
            key=standing[number.e164].hex(),
            e164=number.e164,
            words=display(number.e164),
            label=number.label,
            default=number.e164 == default,
        )
        for number in contact.numbers
    )
    return Found(contact, choices, role)

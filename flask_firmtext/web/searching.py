"""Texts found by their words. What is typed goes in a form's body and is kept encrypted for a day: an address names the
search and no word, and Back and reload show it again, to nobody but who asked and as they may see it then."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from flask import current_app, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from ..language import gettext as _
from ..messaging import searches, searching, tenancy
from ..messaging.owners import Subject
from ..messaging.searches import Asked
from ..messaging.searching import Hit, Results
from ..messaging.sought import LONGEST
from ..ports import promises
from ..ports.values import Contact, Side
from ..store.inbox_pages import View
from ..store.transactions import reading
from ..turnstile import Turnstile
from . import inbox
from .access import Visitor, asked, visitor
from .filters import address
from .problems import Problem, nothing_here

#: So many pages of hits a minute and user, in each process.
PAGES = Turnstile(120)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits and what was asked for; ``first``: it begins with the newest. ``names`` say whose texts they are,
    where not everybody's."""

    asked: Asked
    results: Results
    names: tuple[str, ...] | None = field(default=None, repr=False)
    first: bool = True


def search_texts() -> Response:
    """Keep what is sought, and show it at an address of its own."""
    who = visitor()
    who.must("conversation.list")
    typed = request.form.get("q", "").strip()[:LONGEST]
    everywhere = bool(request.form.get("all"))
    contact, matter = (None if everywhere else request.form.get(name) or None for name in ("contact", "matter"))
    if not typed and contact is None and matter is None:
        return redirect(address(View.OPEN), code=303)
    contacts_of(who, contact, matter)
    made = searches.make(who.firm.ref, who.user, typed, contact=contact, matter=matter)
    if made is None:
        raise _too_often()
    return redirect(url_for("firmtext.found_texts", search_id=made), code=303)


def found_texts(search_id: uuid.UUID) -> str:
    """What a search finds now, a page at a time."""
    who = visitor()
    who.must("conversation.list")
    if not PAGES.passes(f"{who.firm.ref}\0{who.user.ref}"):
        raise _too_often()
    with reading() as session:
        kept = searches.find(session, who.firm.ref, who.user, search_id)
    if kept is None:
        raise Problem(404, _("This search is over"), _("What you search for is kept for a day. Search again."))
    contacts = contacts_of(who, kept.contact, kept.matter)
    before = request.args.get("before")
    older_than = read_cursor(search_id, before) if before else None
    results = searching.page(who.firm, who.user, kept, contacts, may=inbox.readable(who), before=older_than)
    names = None if contacts is None else tuple(contact.name for contact in contacts)
    shown = Found(kept, results, names, first=before is None)
    return render_template("firmtext/search.html", found=shown, visitor=who)


def contacts_of(who: Visitor, contact: str | None, matter: str | None) -> list[Contact] | None:
    """With whom the texts are that are searched, of those whom this user may read; None for everybody.

    :raises Problem: 404, there is no such contact or matter, or nobody there whom the user may read.
    """
    if contact is None and matter is None:
        return None
    parties = _parties(who, contact, matter or "")
    answers = who.may_each("conversation.read", [Subject(who.firm.ref, (one.ref,), matter=matter) for one in parties])
    allowed = [one for one, yes in zip(parties, answers, strict=True) if yes]
    if not allowed:
        raise nothing_here()
    return allowed


def _parties(who: Visitor, contact: str | None, matter: str) -> list[Contact]:
    """A contact, or a matter's clients and related contacts: the other side's texts are no business of it."""
    if contact is not None:
        found = asked("Contacts.get", lambda: tenancy.contact(who.ports, contact))
        return [] if found is None else [found]
    port = who.ports.matters
    parties = asked("Matters.contacts_of", lambda: promises.parties("contacts_of", port.contacts_of(matter)))
    return [party.contact for party in parties if party.side != Side.OPPOSING]


def link(hit: Hit) -> str:
    """The text in its conversation, with some that came after it."""
    anchor = f"ft-text-{hit.text.id}"
    return url_for("firmtext.conversation", conversation_id=hit.text.conversation, before=hit.before, _anchor=anchor)


def write_cursor(search_id: uuid.UUID, stamp: int) -> str:
    """Where the next page begins, signed."""
    return _signer().dumps([str(search_id), stamp])


def read_cursor(search_id: uuid.UUID, written: str) -> int:
    """:raises Problem: 404, the cursor was changed, or is another search's."""
    try:
        of, stamp = _signer().loads(written)
    except (BadData, ValueError, TypeError):
        raise nothing_here() from None
    if of != str(search_id):
        raise nothing_here()
    return int(stamp)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="firmtext-search")


def _too_often() -> Problem:
    return Problem(429, _("Too many searches"), _("Wait a minute, then search again."))

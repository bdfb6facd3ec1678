"""Conversations found by a contact's name or number. What is typed goes in a form's body: addresses end up in logs."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from ..errors import TextRefused
from ..messaging import numbers, tenancy, threads
from ..store.inbox_pages import View
from . import inbox, limits
from .access import Visitor, asked, visitor
from .filters import address
from .inbox import Inbox

#: Nobody's name is longer.
LONGEST = 200


def find() -> Response | str:
    """The conversations of whoever matches; all of them when nothing was typed."""
    who = visitor()
    who.must("conversation.list")
    typed = request.form.get("q", "").strip()[:LONGEST]
    if not typed:
        return redirect(address(View.OPEN), code=303)
    limits.look_up(who, typed)
    shown = Inbox(_found(who, typed), who, inbox.why_not(who), searched=typed)
    return render_template("firmtext/inbox.html", inbox=shown, first=False)


def _found(who: Visitor, typed: str) -> threads.Table:
    contacts = asked("Contacts.search", lambda: tenancy.search(who.ports, typed))
    return threads.table_of(who.firm, who.user, contacts, may=inbox.readable(who), numbers=_number(typed))


def _number(typed: str) -> set[str]:
    """A whole number finds its conversation also when it is nobody's any more."""
    try:
        return {numbers.to_call(typed)}
    except TextRefused:
        return set()

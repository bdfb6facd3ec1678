"""What ``firmtext/slots.html`` puts into a host's own pages. A slot never breaks the page that it stands in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from flask import request
from markupsafe import Markup

from .. import language
from ..language import gettext as _
from ..language import marked
from ..messaging import choices, threads
from ..messaging.choices import Choice
from ..store import changes
from ..store.transactions import reading, recover
from . import assets, inbox, marking, places
from .access import visitor
from .csrf import SAFE
from .problems import Problem, where

log = logging.getLogger(__name__)

TROUBLE = marked("Text messages cannot be shown at the moment. The rest of this page is not affected.")

#: The slots that only stand beside something, where a sentence has no room.
SMALL = ("unread_badge", "settings_link", "notify_via_text", "event_mark", "text_attendees")


@dataclass(frozen=True, slots=True)
class Badge:
    """How many texts this user has not read, at the firm's count ``now``, and how they want to know."""

    unread: int
    now: int
    choice: Choice
    firm: str


def drawn(name: str, caller: Callable[[], Markup]) -> Markup:
    """What ``{% call firmtext_ui.slot("…") %}`` encloses, or, where that raises, what says so quietly.

    A template of ours that the host has overridden can raise as well as any question.
    """
    try:
        with assets.unless_raised(), _the_rest():
            return caller()
    except Exception as error:
        log.error("the slot %s could not be drawn: %s", name, where(error))
    if name in SMALL:
        return Markup()
    return Markup('{}<small class="ft ft-trouble" lang="{}">{}</small>').format(
        assets.style("firmtext.css"), language.tag(), _(TROUBLE)
    )


@contextmanager
def _the_rest() -> Iterator[None]:
    """The host's page goes on in the host's transaction, which a port may have spoilt."""
    try:
        yield
    finally:
        if request.method in SAFE:
            recover()


def badge() -> Badge | None:
    """None where nothing is to be shown: nobody signed in, no right to read, not wanted, or a host that cannot say,
    which the inbox tells."""
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
        choice = choices.of(who.user)
        if not (choice.badge or choice.browser):
            return None
        with reading() as session:
            now = changes.now(session, who.firm.ref)
        unread = threads.unread(who.firm.ref, who.user, may=inbox.readable(who))
    except Problem:
        return None
    return Badge(unread, now, choice, who.firm.name)


def communications(contact: object = None, matter: object = None) -> inbox.Inbox | None:
    """The main tab's table, or the conversations of a ``contact`` or ``matter`` (the host's reference).

    None where nobody is signed in, the host lets the user see none, or has no such contact.
    """
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
        found = places.contents(who, _reference(contact), _reference(matter))
        return replace(found, said=marking.said(who), page=marking.page())
    except Problem as problem:
        return None if problem.code in (401, 404) else inbox.Inbox(trouble=problem.words)
    except Exception as error:
        log.error("the table of texts could not be drawn: %s", type(error).__name__)
        return inbox.Inbox(trouble=_(TROUBLE))


def keys() -> bool:
    """Whether single keys act for this user."""
    try:
        return choices.of(visitor().user).keys
    except Exception as error:
        log.error("a user's choice could not be read: %s", type(error).__name__)
        return False


def _reference(given: object) -> str | None:
    """A host may hand over its key as it is."""
    return None if given is None else str(given)

"""What ``firmtext/slots.html`` puts into a host's own pages. A slot never breaks the page that it stands in."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from ..messaging import threads
from ..store import changes
from ..store.transactions import reading
from . import inbox, places
from .access import visitor
from .problems import Problem

log = logging.getLogger(__name__)

TROUBLE = "Text messages cannot be shown at the moment. The rest of this page is not affected."


@dataclass(frozen=True, slots=True)
class Badge:
    """How many texts this user has not read, at the firm's count ``now``."""

    unread: int
    now: int


def badge() -> Badge | None:
    """None where nothing is to be shown: nobody signed in, no right to read, or trouble, which the inbox tells."""
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
        with reading() as session:
            now = changes.now(session, who.firm.ref)
        unread = threads.unread(who.firm.ref, who.user, may=lambda subject: who.may("conversation.read", subject))
    except Problem:
        return None
    except Exception as error:
        log.error("the unread badge could not be drawn: %s", type(error).__name__)
        return None
    return Badge(unread, now)


def communications(contact: object = None, matter: object = None) -> inbox.Inbox | None:
    """The main tab's table, or the conversations of a ``contact`` or ``matter`` (the host's reference).

    None where nobody is signed in, the host lets the user see none, or has no such contact.
    """
    try:
        who = visitor()
        if not who.may("conversation.list"):
            return None
        return places.contents(who, _reference(contact), _reference(matter))
    except Problem as problem:
        return None if problem.code in (401, 404) else inbox.Inbox(trouble=problem.words)
    except Exception as error:
        log.error("the table of texts could not be drawn: %s", type(error).__name__)
        return inbox.Inbox(trouble=TROUBLE)


def _reference(given: object) -> str | None:
    """A host may hand over its key as it is."""
    return None if given is None else str(given)

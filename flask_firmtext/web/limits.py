"""How much one person may do in a minute: a stolen session is not to reach every client before somebody notices.

What this process has let pass is counted in its memory, which costs a page nothing. From an eighth of a limit on, the
database is asked what all processes have taken together.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import accepting, alarms
from ..store import pace_queries
from ..store.transactions import reading
from ..turnstile import MINUTE, Gate, Turnstile, give_back_all, pass_all
from .access import Visitor
from .problems import Problem

DAY = 24 * 60 * MINUTE
#: A part of a limit from which on the other processes count, too.
PART = 8
#: So many digits may be somebody's number, and not the beginning of one.
DIGITS = 7
CODE = "too_many"
SOON = marked("That is more than is sent in a minute. Nothing was sent; wait a minute, then press Send again.")
TODAY = marked("Your firm has reached its limit of texts for 24 hours. Nothing was sent; ask whoever runs this system.")
LOOKED = marked("That is more than is looked up in a minute. Wait a minute, then search again.")


def new(who: Visitor, tokens: Collection[str]) -> int:
    """With how many of these forms' tokens nothing was sent before. :raises TextRefused: one is no token of ours."""
    for token in tokens:
        accepting.check_token(token)
    with reading() as session:
        return len(set(tokens) - pace_queries.used(session, who.firm.ref, who.user.ref, tokens))


def spend(who: Visitor, conversation: uuid.UUID | None = None, texts: int = 1) -> None:
    """So many texts are about to be accepted, all of them or none. What is refused is not counted, and the repeat of
    a form is none of them: see :func:`new`.

    :raises TextRefused: ``too_many``; nothing is sent, and an operator hears.
    """
    if texts < 1:
        return
    gates = _gates(who, conversation)
    if not pass_all(gates, texts):
        raise _refused("user_texts", _(SOON))
    if _elsewhere(who, conversation, texts):
        give_back_all(gates, texts)
        raise _refused("user_texts", _(SOON))
    if not _fits_today(who.firm.ref, texts):
        give_back_all(gates, texts)
        raise _refused("firm_texts", _(TODAY))


def _gates(who: Visitor, conversation: uuid.UUID | None) -> list[Gate]:
    limits, firm = firmtext.settings, who.firm.ref
    names = {
        "user": (f"{firm} {who.user.ref}", limits.user_texts_per_minute),
        "firm": (firm, limits.firm_texts_per_minute),
        **({"conversation": (str(conversation), limits.conversation_texts_per_minute)} if conversation else {}),
    }
    return [(_turnstile(kind, most), name) for kind, (name, most) in names.items() if most]


def look_up(who: Visitor, typed: str) -> None:
    """Somebody is about to be found by what was typed. :raises Problem: 429, so many numbers are a list of clients."""
    most = firmtext.settings.lookups_per_minute
    if not most or sum(map(str.isdecimal, typed)) < DIGITS:
        return
    if not _turnstile("lookups", most).passes(f"{who.firm.ref} {who.user.ref}"):
        alarms.tell("too_many_lookups", "a user looks up one number after the other")
        raise Problem(429, _("Too many searches"), _(LOOKED))


def _elsewhere(who: Visitor, conversation: uuid.UUID | None, texts: int) -> bool:
    """Whether other processes have let so many pass that these are too many."""
    limits, firm = firmtext.settings, who.firm.ref
    by_user = (limits.user_texts_per_minute, f"{firm} {who.user.ref}", "user")
    by_firm = (limits.firm_texts_per_minute, firm, "firm")
    if not any(most and PART * _turnstile(kind, most).lately(name) > most for most, name, kind in (by_user, by_firm)):
        return False
    with reading() as session:
        sent = pace_queries.lately(session, firm, who.user.ref, conversation)
    counts = (
        (sent.user, limits.user_texts_per_minute),
        (sent.firm, limits.firm_texts_per_minute),
        (sent.conversation, limits.conversation_texts_per_minute),
    )
    return any(most and count and count + texts > most for count, most in counts)


def _fits_today(firm: str, texts: int) -> bool:
    most = firmtext.settings.firm_texts_per_day
    if not most:
        return True
    turnstile = _turnstile("day", most, DAY)
    if not turnstile.passes(firm, texts):
        return False
    if PART * turnstile.lately(firm) <= most:
        return True
    with reading() as session:
        fits = pace_queries.today(session, firm, most) + texts <= most
    if not fits:
        turnstile.give_back(firm, texts)
    return fits


def _refused(what: str, words: str) -> TextRefused:
    alarms.tell(f"too_many_{what}", "more texts than the settings allow; they were refused")
    return TextRefused(CODE, words)


def _turnstile(kind: str, most: int, seconds: float = MINUTE) -> Turnstile:
    return firmtext.turnstiles.setdefault(f"{kind} {most}", Turnstile(most, seconds))

"""How much one person may do in a minute: a stolen session is not to reach every client before somebody notices.

What this process has let pass is counted in its memory, which costs a page nothing. From an eighth of a limit on, the
database is asked what all processes have taken together.
"""

from __future__ import annotations

import logging
import math
import uuid
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import accepting, alarms
from ..reserve import reserved
from ..store import counters, pace_queries
from ..store.transactions import own, reading
from ..turnstile import MINUTE, Turnstile
from .access import Visitor
from .problems import Problem

log = logging.getLogger(__name__)

DAY = 24 * 60 * MINUTE
#: A part of a limit from which on the other processes count, too.
PART = 8
#: So many digits may be somebody's number, and not the beginning of one.
DIGITS = 7
CODE = "too_many"
SOON = marked("That is more than is sent in a minute. Nothing was sent; wait a minute, then press Send again.")
#: The same for a program, who presses nothing.
WAIT = marked("That is more than is sent in a minute. Nothing was sent; ask again when Retry-After is over.")
TODAY = marked("Your firm has reached its limit of texts for 24 hours. Nothing was sent; ask whoever runs this system.")
LOOKED = marked("That is more than is looked up in a minute. Wait a minute, then search again.")


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` texts of ``name``; 0: no limit. ``kind`` is a field of :class:`.pace_queries.Lately`, or the day."""

    kind: str
    name: str
    most: int


class TooMany(TextRefused):
    """``told`` is the sentence for a program, which may ask again after ``wait`` (seconds)."""

    def __init__(self, words: str, told: str, wait: float) -> None:
        self.told, self.wait = told, math.ceil(max(MINUTE, wait))
        super().__init__(CODE, words)


def new(who: Visitor, tokens: Collection[str]) -> int:
    """With how many of these forms' tokens nothing was sent before. :raises TextRefused: one is no token of ours."""
    for token in tokens:
        accepting.check_token(token)
    with reading() as session:
        return len(set(tokens) - pace_queries.used(session, who.firm.ref, who.user.ref, tokens))


def spend(who: Visitor, conversation: uuid.UUID | None = None, texts: int = 1) -> None:
    """So many texts are about to be accepted, all of them or none; what is refused counts nowhere, and the repeat of a
    form is none of them: see :func:`new`.

    :raises TextRefused: ``too_many``; nothing is sent, and an operator hears.
    """
    if texts < 1:
        return
    settings, firm = firmtext.settings, who.firm.ref
    limits = [
        *_of(conversation),
        Limit("user", f"{firm} {who.user.ref}", settings.user_texts_per_minute),
        Limit("firm", firm, settings.firm_texts_per_minute),
    ]
    with ExitStack() as taken:
        _spend_now(taken, who, conversation, texts, limits)
        _spend_today(taken, firm, texts)
        taken.pop_all()


def spend_in(who: Visitor, conversation: uuid.UUID, token: str) -> None:
    """One of several texts that :func:`spend` let pass goes into this conversation. :raises TextRefused: as there."""
    if not new(who, [token]):
        return
    with ExitStack() as taken:
        _spend_now(taken, who, conversation, 1, _of(conversation))
        taken.pop_all()


def look_up(who: Visitor, typed: str) -> None:
    """Somebody is about to be found by what was typed. :raises Problem: 429, so many numbers are a list of clients."""
    most = firmtext.settings.lookups_per_minute
    if not most or sum(map(str.isdecimal, typed)) < DIGITS:
        return
    if not _turnstile("lookups", most).passes(f"{who.firm.ref} {who.user.ref}"):
        if alarms.tell("too_many_lookups", "a user looks up one number after the other"):
            _count("lookups")
        raise Problem(429, _("Too many searches"), _(LOOKED))


def _of(conversation: uuid.UUID | None) -> list[Limit]:
    if conversation is None:
        return []
    return [Limit("conversation", str(conversation), firmtext.settings.conversation_texts_per_minute)]


def _spend_now(
    taken: ExitStack, who: Visitor, conversation: uuid.UUID | None, texts: int, limits: Sequence[Limit]
) -> None:
    if not all(_passes(taken, one, texts) for one in limits) or _elsewhere(who, conversation, texts, limits):
        raise _refused("user_texts", _(SOON), _(WAIT), MINUTE)


def _passes(taken: ExitStack, limit: Limit, texts: int, seconds: float = MINUTE) -> bool:
    """Whoever is turned away by another limit gets back what this one took: colleagues are not to go without."""
    if not limit.most:
        return True
    turnstile = _turnstile(limit.kind, limit.most, seconds)
    if not turnstile.passes(limit.name, texts):
        return False
    taken.callback(turnstile.give_back, limit.name, texts)
    return True


def _elsewhere(who: Visitor, conversation: uuid.UUID | None, texts: int, limits: Sequence[Limit]) -> bool:
    """Whether other processes have let so many pass that these are too many."""
    if not any(PART * _turnstile(one.kind, one.most).lately(one.name) > one.most for one in limits if one.most):
        return False
    with reading() as session:
        sent = pace_queries.lately(session, who.firm.ref, who.user.ref, conversation)
    counts = [(getattr(sent, one.kind), one.most) for one in limits]
    return any(most and count and count + texts > most for count, most in counts)


def _spend_today(taken: ExitStack, firm: str, texts: int) -> None:
    limit = Limit("day", firm, firmtext.settings.firm_texts_per_day)
    fits = _passes(taken, limit, texts, DAY)
    if fits and PART * _turnstile(limit.kind, limit.most, DAY).lately(firm) > limit.most > 0:
        with reading() as session:
            fits = pace_queries.today(session, firm, limit.most) + texts <= limit.most
    if not fits:
        wait = _turnstile(limit.kind, limit.most, DAY).wait(firm)
        raise _refused("firm_texts", _(TODAY), _(TODAY), wait)


def _refused(what: str, words: str, told: str, wait: float) -> TooMany:
    if alarms.tell(f"too_many_{what}", "more texts than the settings allow; they were refused"):
        _count(what)
    return TooMany(words, told, wait)


def _count(what: str) -> None:
    """For operators, once a minute: who is refused may be a flood."""
    try:
        with reserved(), own() as session:
            counters.count(session, f"limit_refused.{what}")
    except SQLAlchemyError as error:
        log.error("a refusal could not be counted: %s", type(error).__name__)


def _turnstile(kind: str, most: int, seconds: float = MINUTE) -> Turnstile:
    return firmtext.turnstiles.setdefault(f"{kind} {most}", Turnstile(most, seconds))

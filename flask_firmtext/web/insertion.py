"""What is put into a text without scripts: the composer comes back with it, and with every word that was typed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from ..errors import KeyUnavailable
from ..language import gettext as _
from ..language import marked
from .access import Visitor
from .blueprint import wants_part
from .draft import Draft
from .problems import Problem, framed, not_available, where
from .refusal import NotSent, refused
from .thread import opened

log = logging.getLogger(__name__)

TOO_LONG_OPEN = marked("The page was open too long. Press the button again.")


def composer_with(who: Visitor, draft: Draft, heading: str) -> Response:
    """The composer with ``draft`` under its conversation; under ``heading`` where it can be under none."""
    shown = opened(who, draft.answers, contact=draft.contact) if draft.answers else None
    if shown is None or shown.closed:
        return framed("firmtext/inserted.html", 200, draft=draft, heading=heading)
    return framed("firmtext/thread.html", 200, thread=shown, newest=True, visitor=who, draft=draft)


@contextmanager
def keeping(draft: Draft) -> Iterator[None]:
    """Trouble on the way costs the page that was wanted, and none of the words in ``draft``.

    :raises Problem: there was some; a page is still open, and has the words.
    :raises NotSent: there was some, and the words come back.
    """
    try:
        yield
    except (Problem, SQLAlchemyError, KeyUnavailable) as error:
        log.warning("nothing was offered for a text: %s", where(error))
        problem = error if isinstance(error, Problem) else not_available()
        raise (problem if wants_part() else refused(problem, draft)) from error


def chosen_again(choices: Callable[[Draft, str, int], Response]) -> Callable[[Problem], Response]:
    """What answers a form that was open too long: its choices once more, to somebody who may have them."""

    def answer(problem: Problem) -> Response:
        draft = Draft.sent()
        try:
            with keeping(draft):
                if problem.code != 400 or not (draft.contact or draft.conversation):
                    raise problem
                return choices(draft, _(TOO_LONG_OPEN), 400)
        except NotSent as refusal:
            return refusal.answer()
        except Problem as shown:
            return framed("firmtext/problem.html", shown.code, problem=shown)

    return answer

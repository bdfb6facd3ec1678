"""A firm that had text notifications before has texting from the first look of one of its people on (S5)."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from ..errors import KeyUnavailable
from ..firm import texting
from ..store.models import Texting
from ..store.transactions import reading
from .access import Visitor
from .problems import not_available, where

log = logging.getLogger(__name__)


def must_take_over(who: Visitor) -> None:
    """Before texting is turned on: a number that the firm has must not be left behind for a new one.

    :raises Problem: 503, it cannot be taken over at the moment.
    """
    take_over(who)
    if who.firm.notifications is not None:
        with reading() as session:
            if session.get(Texting, who.firm.ref) is None:
                raise not_available()


def take_over(who: Visitor) -> None:
    """Take over the visitor's firm unless that was done. A page is shown all the same when it fails: the next tries."""
    if who.firm.notifications is None:
        return
    with reading() as session:
        if session.get(Texting, who.firm.ref) is not None:
            return
    try:
        texting.take_over(who.firm)
    except (SQLAlchemyError, KeyUnavailable) as error:
        log.error("text notifications could not be taken over: %s", where(error))

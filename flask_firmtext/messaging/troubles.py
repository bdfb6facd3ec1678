"""Failures whose cause only an operator can mend: staff read a reason, the operator hears the truth.

Once an hour for each of the carrier's codes, however many texts fail for it and in however many processes.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..store import counters, failure_queries
from ..store.transactions import notes, own
from . import alarms

log = logging.getLogger(__name__)

LATELY = timedelta(days=7)
EVERY = timedelta(hours=1)
#: The alarm's kind and the counter's name begin so; the code follows.
KIND = "carrier_code"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Texts that failed lately with one code: how many, when last, what the carrier calls it and what to mend."""

    code: str
    title: str
    cure: str
    texts: int
    last: datetime


def note(session: Session | scoped_session[Any], code: str | None) -> None:
    """A text has failed with this code. The operator hears of it once that is committed."""
    if code is None or not firmtext.gateway.meaning(code).operator:
        return
    if firmtext.told_hourly.get(code) is None:
        notes(session).afterwards.append(partial(_tell, code))


def _tell(code: str) -> None:
    """Whoever is first in this hour tells: of the threads here by memory, of all processes by the counter."""
    if not firmtext.told_hourly.first(code, True):
        return
    try:
        with own() as session:
            first = counters.count_every(session, f"{KIND}.{code}", EVERY)
    except SQLAlchemyError as error:
        log.warning("whether an operator was told is not known (%s)", type(error).__name__)
        first = True
    if first:
        alarms.sound(KIND, f"{code} {firmtext.gateway.meaning(code).title}")


def lately(session: Session, firm: str | None = None) -> Sequence[Trouble]:
    """What an operator has to mend, by the failures of the last seven days: of all firms, or of one."""
    since = firmtext.clock.now() - LATELY
    found = []
    for row in failure_queries.codes_since(session, since, firm):
        meaning = firmtext.gateway.meaning(row.code)
        if meaning.operator:
            found.append(Trouble(row.code, meaning.title, meaning.cure, row.texts, row.last))
    return found

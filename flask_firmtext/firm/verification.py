"""Where a number stands with the carriers, as a person who has asked them says it; only a verified one sends."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.orm import Session, scoped_session

from ..errors import FormRefused
from ..language import marked
from ..store import firm_queries
from ..store.models import Number
from ..store.states import NumberState
from . import provisioning

Sessions = Session | scoped_session[Any]

#: State → those from which a number may come there. The carriers may change their mind about a verified one.
BEFORE: Mapping[NumberState, tuple[NumberState, ...]] = {
    NumberState.SUBMITTED: (NumberState.LINKED, NumberState.REFUSED, NumberState.UPDATES_REQUIRED),
    NumberState.VERIFIED: (NumberState.SUBMITTED,),
    NumberState.REFUSED: (NumberState.SUBMITTED, NumberState.UPDATES_REQUIRED, NumberState.VERIFIED),
    NumberState.UPDATES_REQUIRED: (NumberState.SUBMITTED, NumberState.VERIFIED),
}
#: Where the firm has to do something, so it has to know what.
EXPLAINED = (NumberState.REFUSED, NumberState.UPDATES_REQUIRED)
LONGEST_WHY = 1000


@dataclass(frozen=True, slots=True)
class Words:
    """A state as the firm reads it, and what happens next."""

    label: str
    meaning: str


WORDS: Mapping[NumberState, Words] = {
    NumberState.BOUGHT: Words(marked("Being set up"), marked("The number is the firm's and is being connected.")),
    NumberState.LINKED: Words(
        marked("Not registered yet"),
        marked("It receives texts. The carriers block texts from it until it is registered and verified."),
    ),
    NumberState.SUBMITTED: Words(
        marked("Submitted"), marked("The carriers are checking the registration. This takes days to weeks.")
    ),
    NumberState.VERIFIED: Words(marked("Verified"), marked("Texts can be sent.")),
    NumberState.REFUSED: Words(
        marked("Refused"),
        marked("The carriers block texts from it. Mend what they name, so that it can be submitted again."),
    ),
    NumberState.UPDATES_REQUIRED: Words(
        marked("Updates required"),
        marked("The carriers want more details, often within a few days. Mend what they name and save."),
    ),
    NumberState.RELEASED: Words(marked("Given back"), marked("It is not the firm's any more.")),
}


def set_state(session: Sessions, number: uuid.UUID, state: NumberState, *, by: str, why: str | None = None) -> bool:
    """Say where a number stands. Joined, safe to repeat: returns whether anything changed.

    ``why`` are the carriers' words to the firm, kept as they are: they hold no names and no numbers.

    :raises FormRefused: ``state`` cannot follow, or ``why`` is missing or out of place.
    """
    why = (why or "").strip() or None
    check(state, why)
    again = and_(Number.state == state, Number.why.is_distinct_from(why))
    moved = session.execute(
        update(Number)
        .where(Number.id == number, Number.firm != firm_queries.POOL, or_(Number.state.in_(BEFORE[state]), again))
        .values(state=state, why=why)
        .returning(Number.firm)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        _refuse_unless_so(session, number, state)
        return False
    provisioning.note_state(session, moved.firm, number, state, by=by, why=why)
    return True


def check(state: NumberState, why: str | None) -> None:
    """:raises FormRefused: nobody records this state, or ``why`` is missing or out of place."""
    if state not in BEFORE:
        raise FormRefused({"state": f"Choose one of {', '.join(BEFORE)}."})
    if state in EXPLAINED and why is None:
        raise FormRefused({"why": "Say what the carriers named as the reason: the firm has to mend it."})
    if state not in EXPLAINED and why is not None:
        raise FormRefused({"why": f"A reason belongs to {' or '.join(EXPLAINED)} only: leave it out."})
    if why is not None and len(why) > LONGEST_WHY:
        raise FormRefused({"why": f"Say it in at most {LONGEST_WHY:,} characters."})


def _refuse_unless_so(session: Sessions, number: uuid.UUID, state: NumberState) -> None:
    row = session.get(Number, number, populate_existing=True)
    if row is None:
        raise FormRefused({"number": "There is no such number."})
    if row.firm == firm_queries.POOL:
        raise FormRefused({"number": "It is in the pool: its verification belongs to the firm that will get it."})
    if row.state == state:
        return
    before = " or ".join(BEFORE[state])
    raise FormRefused({"state": f"A number that is {row.state} cannot become {state}: it has to be {before} first."})

"""Which erasures somebody may know of: one counts all that went, so none with texts that the host keeps from them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from ..messaging.owners import Subject
from ..store import erasure_queries
from ..store.models import Erasure
from ..store.transactions import reading
from .access import Visitor

#: So many are looked at together.
LOOKED_AT = 100
#: What the host is asked about for each erasure: all of it must be allowed.
Subjects = Mapping[uuid.UUID, Sequence[Subject]]


def page(who: Visitor, number: int, size: int) -> tuple[tuple[Erasure, ...], bool]:
    """A page (1 is the newest) of those of which this user may know; whether there are more."""
    mine, looked_at = list[Erasure](), 0
    while len(mine) <= size * number:
        with reading() as session:
            listed = erasure_queries.erasures(session, who.firm.ref, LOOKED_AT, looked_at)
            of_each = subjects(session, who.firm.ref, listed)
        mine += known(who, listed, of_each)
        looked_at += LOOKED_AT
        if len(listed) < LOOKED_AT:
            break
    return tuple(mine[size * (number - 1) : size * number]), len(mine) > size * number


def subjects(session: Session, firm: str, erasures: Sequence[Erasure]) -> Subjects:
    """Whose texts these erased, or left because they are shared."""
    whose = erasure_queries.whose(session, firm, [one.id for one in erasures])
    return {row: [Subject(firm, contacts) for contacts in some] for row, some in whose.items()}


def known(who: Visitor, erasures: Sequence[Erasure], of: Subjects) -> tuple[Erasure, ...]:
    """Those of which the host lets this user know; it is asked once."""
    every = list(dict.fromkeys(subject for some in of.values() for subject in some))
    may = dict(zip(every, who.may_each("contact.erase", every), strict=True))
    return tuple(one for one in erasures if all(may[subject] for subject in of[one.id]))


def must(who: Visitor, session: Session, erasure: Erasure) -> None:
    """:raises Problem: 404, the host keeps some of it from this user."""
    for subject in subjects(session, who.firm.ref, [erasure])[erasure.id]:
        who.must("contact.erase", subject)

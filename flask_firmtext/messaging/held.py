"""What stands still, in the words of pages, administration and command line, and how much waits for it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ..language import gettext as _
from ..store import hold_queries, queries
from ..store.states import HoldKind
from .moments import clock_time
from .wording import Words, hold_words

#: The cause was not mended when sending stands still again so soon.
AT_ONCE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that stands. ``object`` is empty for the account; ``returned``: it had been lifted then, in vain."""

    id: uuid.UUID
    kind: HoldKind
    object: str
    code: str
    words: Words
    since: datetime
    by: str
    next_probe: datetime | None
    waiting: int
    returned: datetime | None

    def told(self, zone: str) -> str:
        """What it means, what to do, and that it came back; ``zone`` is where its times are told."""
        sentences = [self.words.meaning, self.words.next_step]
        if self.returned is not None:
            again = _(
                "Sending was resumed at %(time)s and stopped again at once: the cause is not mended.",
                time=clock_time(self.returned, zone),
            )
            sentences.insert(0, again)
        return " ".join(sentences)


def standing(session: Session, firm: str | None = None) -> Sequence[Held]:
    """What stands still: everything, or what stops this firm, with the number of its own texts."""
    rows = queries.standing_holds(session, firm)
    if not rows:
        return ()
    waiting = hold_queries.waiting(session, rows, firm)
    returned = hold_queries.lifted_before(session, AT_ONCE)
    return [
        Held(
            row.id,
            HoldKind(row.kind),
            "" if row.kind == HoldKind.ACCOUNT else row.object,
            row.code,
            hold_words(row.code),
            row.since,
            row.by,
            row.probe_at,
            waiting[row.id],
            returned.get(row.id),
        )
        for row in rows
    ]

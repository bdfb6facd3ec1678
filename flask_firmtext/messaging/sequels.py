"""What comes after a text that did not simply arrive: what can be done, what was done, and what people said of it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import DecryptError
from ..language import gettext as _
from ..language import marked
from ..store import cells, repeat_queries
from ..store.models import Message, OptOut, Resolution
from ..store.states import Direction, State
from . import redirecting, retrying
from .moments import moment
from .shown import Link, Sequel, named

#: What somebody said about an unknown text, by the answer's word.
SAID: Mapping[str, str] = {
    "arrived": marked("%(name)s: it arrived, %(when)s."),
    "lost": marked("%(name)s: it did not arrive, %(when)s."),
    "resent": marked("%(name)s: send it again, %(when)s."),
}


#: What was never failed and never unknown has no repeat, and nobody said anything about it.
UNTRIED = frozenset({State.QUEUED, State.SENDING, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class Sequels:
    """The same of a page of texts, read in one go. ``stopped``: the client wants no texts."""

    again: Mapping[uuid.UUID, Link]
    repeats: Mapping[uuid.UUID, Link]
    said: Mapping[uuid.UUID, Resolution]
    whys: Mapping[uuid.UUID, str | None] = field(repr=False)
    stopped: bool = False

    @property
    def people(self) -> Iterable[str]:
        """The references of who said something."""
        return (row.by for row in self.said.values())

    def of(self, message: Message, names: Mapping[str, str], zone: str) -> Sequel:
        """What comes after this one; times are told in ``zone``."""
        again, said = self.again.get(message.id), self.said.get(message.id)
        return Sequel(
            tries=again is None and not self.stopped and retrying.offered(message),
            asks=message.state == State.UNKNOWN,
            elsewhere=again is None and redirecting.concerns(message),
            again=again,
            repeats=self.repeats.get(message.retry_of) if message.retry_of else None,
            said=told(said, names, zone) if said else "",
            why=self.whys.get(message.id, ""),
        )


NOTHING = Sequels({}, {}, {}, {})


def read(session: Session, firm: str, messages: Sequence[Message], consent: OptOut | None) -> Sequels:
    """What belongs to these texts to a number about which ``consent`` stands."""
    shown = {message.id for message in messages}
    out = [message for message in messages if message.direction == Direction.OUT]
    tried = [one.id for one in out if one.state not in UNTRIED]
    again = repeat_queries.made_of(session, firm, tried)
    first = repeat_queries.first_ones(session, firm, [one.retry_of for one in out if one.retry_of])
    said = repeat_queries.said_of(session, firm, tried)
    return Sequels(
        {one.retry_of: _link(one, shown) for one in again if one.retry_of},
        {one.id: _link(one, shown) for one in first},
        said,
        _whys(session, list(said.values())),
        consent is not None and consent.opted_out,
    )


def _link(message: Message, shown: Collection[uuid.UUID]) -> Link:
    return Link(message.id, message.conversation_id, message.position, message.id in shown)


def _whys(session: Session, said: Sequence[Resolution]) -> Mapping[uuid.UUID, str | None]:
    wanted = [(row, row.why) for row in said if row.why is not None]
    places = [(cells.place(Resolution, "why", row.message_id, row.firm), why) for row, why in wanted]
    found = cells.read(session, places) if places else []
    return {
        row.message_id: None if isinstance(why, DecryptError) else why
        for (row, _cell), why in zip(wanted, found, strict=True)
    }


def told(said: Resolution, names: Mapping[str, str], zone: str) -> str:
    """Who said what of an unknown text, and when; never why, which may name the client."""
    return _(SAID[said.answer], name=named(names, said.by), when=moment(said.created_at, firmtext.clock.now(), zone))

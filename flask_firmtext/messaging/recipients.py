"""Whom a text would go to, kept in sight where it is easily taken for somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from ..current import firmtext
from ..ports import promises
from ..ports.host import Matters
from ..ports.values import Contact, Matter, Party, Relation, Side
from .owners import shielded
from .relations import Parts

#: After so long nobody remembers for sure whose number it was.
PAUSE = timedelta(days=30)
#: So many open matters are looked through for the other side: a page must not wait for hundreds of answers.
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Opponent:
    """Who is on the other side in a matter of the recipient. ``shares``: with the very number that is texted."""

    name: str = field(repr=False)
    matter: str = field(repr=False)
    shares: bool


@dataclass(frozen=True, slots=True)
class Recipient:
    """``ending`` are the number's last four digits; ``others`` have it beside the one who is texted.

    ``first``: no text has gone or come before. ``days`` is how long ago the last one was, None when not long.
    ``against`` are the matters in which the recipient is the other side.
    """

    name: str = field(repr=False)
    ending: str = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    matters: tuple[Relation, ...] = field(repr=False)
    first: bool
    days: int | None
    opponents: tuple[Opponent, ...] = ()
    against: tuple[Matter, ...] = field(default=(), repr=False)

    @property
    def warned(self) -> bool:
        """Whether somebody is on the other side."""
        return bool(self.opponents or self.against)

    @property
    def careful(self) -> bool:
        """Whether it is worth a second look."""
        return self.first or self.days is not None or self.warned


def of(
    firm: str,
    phone: str,
    contact: Contact,
    contacts: Sequence[Contact],
    parts: Parts,
    last: datetime | None,
) -> Recipient:
    """The ``contact`` at ``phone`` (E.164), which all ``contacts`` have; ``last`` is when they were texted last."""
    others = tuple(one for one in contacts if one.ref != contact.ref)
    since = firmtext.clock.now() - last if last else None
    days = since.days if since is not None and since >= PAUSE else None
    rare = last is None or days is not None
    opponents = _opponents(firm, contact, others, parts) if rare or others else []
    return Recipient(
        name=contact.name,
        ending=phone[-4:],
        others=tuple(one.name for one in others),
        matters=tuple(one for one in parts.all if one.side != Side.OPPOSING),
        first=last is None,
        days=days,
        opponents=tuple(one for one in opponents if rare or one.shares),
        against=tuple(parts.against(contact.ref)),
    )


def _opponents(firm: str, contact: Contact, others: Sequence[Contact], parts: Parts) -> Iterable[Opponent]:
    """On the other side of a matter whose client has the number, or with this number; what is told of the ``contact``
    itself is left out."""
    known, refs = parts.against(contact.ref), {contact.ref, *(one.ref for one in others)}
    found = [*_against_clients(firm, parts), *((one, matter) for one in others for matter in parts.against(one.ref))]
    opponents = {
        (party.ref, matter.ref): Opponent(party.name, matter.title, party.ref in refs)
        for party, matter in found
        if party.ref != contact.ref or matter not in known
    }
    return opponents.values()


def _against_clients(firm: str, parts: Parts) -> Iterable[tuple[Contact, Matter]]:
    port = firmtext.host.for_firm(firm).matters
    for matter in parts.of_client()[:LOOKED_AT]:
        nobody: Sequence[Party] = ()
        for party in shielded("Matters.contacts_of", partial(_parties, port, matter.ref), nobody):
            if party.side == Side.OPPOSING:
                yield party.contact, matter


def _parties(port: Matters, matter: str) -> Sequence[Party]:
    return promises.parties("contacts_of", port.contacts_of(matter))

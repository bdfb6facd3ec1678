"""Whom a text would go to, kept in sight where it is easily taken for somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from ..current import firmtext
from ..ports import promises
from ..ports.host import Matters
from ..ports.values import Contact, Matter, Party, Side
from .owners import shielded

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
    """

    name: str = field(repr=False)
    ending: str = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    matters: tuple[Matter, ...] = field(repr=False)
    first: bool
    days: int | None
    opponents: tuple[Opponent, ...] = ()

    @property
    def careful(self) -> bool:
        """Whether it is worth a second look."""
        return self.first or self.days is not None or bool(self.opponents)


def of(
    firm: str,
    phone: str,
    contact: Contact,
    contacts: Sequence[Contact],
    matters: Sequence[Matter],
    last: datetime | None,
) -> Recipient:
    """The ``contact`` at ``phone`` (E.164), which all ``contacts`` have; ``last`` is when they were texted last."""
    others = tuple(one for one in contacts if one.ref != contact.ref)
    since = firmtext.clock.now() - last if last else None
    days = since.days if since is not None and since >= PAUSE else None
    opponents = tuple(_opponents(firm, contacts, matters)) if last is None or days is not None or others else ()
    if last is not None and days is None:
        opponents = tuple(one for one in opponents if one.shares)
    names = tuple(one.name for one in others)
    return Recipient(contact.name, phone[-4:], names, tuple(matters), last is None, days, opponents)


def _opponents(firm: str, contacts: Sequence[Contact], matters: Iterable[Matter]) -> Iterable[Opponent]:
    port = firmtext.host.for_firm(firm).matters
    owners = {contact.ref for contact in contacts}
    for matter in [one for one in matters if one.open][:LOOKED_AT]:
        nobody: Sequence[Party] = ()
        for party in shielded("Matters.contacts_of", partial(_parties, port, matter.ref), nobody):
            if party.side == Side.OPPOSING:
                yield Opponent(party.contact.name, matter.title, party.contact.ref in owners)


def _parties(port: Matters, matter: str) -> Sequence[Party]:
    return promises.parties("contacts_of", port.contacts_of(matter))

"""Whom a text would go to, kept in sight where it is easily taken for somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..current import firmtext
from ..ports import promises
from ..ports.values import Contact, Matter, Party, Relation, Side
from .numbers import last_four
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
    ``against`` are the matters in which the recipient is the other side. So many open matters were not looked through
    for others there: ``unlooked``; ``unsure``: the host could not say all that it was asked.
    """

    name: str = field(repr=False)
    ending: str = field(repr=False)
    others: tuple[str, ...] = field(repr=False)
    matters: tuple[Relation, ...] = field(repr=False)
    first: bool
    days: int | None
    opponents: tuple[Opponent, ...] = ()
    against: tuple[Matter, ...] = field(default=(), repr=False)
    unlooked: int = 0
    unsure: bool = False

    @property
    def warned(self) -> bool:
        """Whether somebody is on the other side."""
        return bool(self.opponents or self.against)

    @property
    def careful(self) -> bool:
        """Whether it is worth a second look."""
        return self.first or self.days is not None or self.warned or self.unlooked > 0 or self.unsure


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
    clients = parts.of_client() if rare or others else []
    asked = [(matter, _parties(firm, matter.ref)) for matter in clients[:LOOKED_AT]]
    return Recipient(
        name=contact.name,
        ending=last_four(phone),
        others=tuple(one.name for one in others),
        matters=tuple(one for one in parts.all if one.side != Side.OPPOSING),
        first=last is None,
        days=days,
        opponents=tuple(one for one in _opponents(contact, others, parts, asked) if rare or one.shares),
        against=tuple(parts.against(contact.ref)),
        unlooked=len(clients) - len(asked),
        unsure=not parts.whole or any(parties is None for _matter, parties in asked),
    )


def _opponents(
    contact: Contact, others: Sequence[Contact], parts: Parts, asked: Iterable[tuple[Matter, Sequence[Party] | None]]
) -> Iterable[Opponent]:
    """On the other side of a matter whose client has the number, or with this number; what is told of the ``contact``
    itself is left out."""
    known = {matter.ref for matter in parts.against(contact.ref)}
    refs = {contact.ref, *(one.ref for one in others)}
    found = [(one.contact, matter) for matter, them in asked for one in them or () if one.side == Side.OPPOSING]
    found += [(one, matter) for one in others for matter in parts.against(one.ref)]
    opponents = {
        (party.ref, matter.ref): Opponent(party.name, matter.title, party.ref in refs)
        for party, matter in found
        if party.ref != contact.ref or matter.ref not in known
    }
    return opponents.values()


def _parties(firm: str, matter: str) -> Sequence[Party] | None:
    """Everyone in a matter; None while the host cannot say."""
    port = firmtext.host.for_firm(firm).matters
    return shielded("Matters.contacts_of", lambda: promises.parties("contacts_of", port.contacts_of(matter)), None)

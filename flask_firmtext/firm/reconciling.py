"""Our numbers and the carrier's list of them: what differs. ``mending`` mends what is safe to mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from ..current import firmtext
from ..deferred import phonenumbers
from ..messaging import replaying
from ..messaging.replaying import Waiting
from ..ports.gateway import OwnedNumber, Webhooks
from ..store import number_queries
from ..store.models import Number, Order
from ..store.states import NumberState
from ..store.transactions import reading
from . import provisioning
from .linking import whose


class Kind(StrEnum):
    """In what the two differ."""

    UNKNOWN_HERE = "unknown_here"
    MISSING_THERE = "missing_there"
    NOT_LINKED = "not_linked"
    STILL_OWNED = "still_owned"
    WEBHOOKS = "webhooks"
    KEPT_TEXTS = "kept_texts"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs. ``mend`` is what ``--fix`` does in words; None: a person decides.

    ``firm`` is None for the pool, and where no number is meant.
    """

    kind: Kind
    number: str | None
    firm: str | None
    seen: str
    mend: str | None
    row: Number | None = field(default=None, repr=False)
    order: Order | None = field(default=None, repr=False)
    texts: tuple[Waiting, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Ours:
    numbers: Mapping[str, Number]
    orders: Sequence[Order]

    def order_for(self, number: str) -> Order | None:
        """The unfinished order that is about this number."""
        return next((order for order in self.orders if order.e164 == number), None)


def differences() -> Sequence[Difference]:
    """What differs. Numbers that cannot be a firm's, because they are not toll-free, are none of our business.

    :raises CarrierError: the carrier cannot be asked.
    """
    before = _ours()
    theirs = {number.e164: number for number in firmtext.gateway.owned()}
    after = _ours()
    found = [*_unknown(theirs, after), *_known(theirs, before, after), *_webhooks(), *_kept()]
    return sorted(found, key=lambda one: (list(Kind).index(one.kind), one.number or ""))


def _ours() -> _Ours:
    with reading() as session:
        numbers = {number.e164: number for number in number_queries.every_number(session)}
        return _Ours(numbers, number_queries.unfinished(session))


def _unknown(theirs: Mapping[str, OwnedNumber], ours: _Ours) -> Iterator[Difference]:
    for number in theirs:
        if number in ours.numbers or not _is_toll_free(number):
            continue
        order = ours.order_for(number)
        # Without an order it may be that of a firm that had text notifications before: nobody else is to get it.
        mend = f"finish the order for {whose(order.firm)} that bought it" if order else None
        seen = "The account has it, and we do not know it."
        if order is None:
            seen += f" `numbers link {number}` puts it into the pool, with --firm it is that firm's."
        firm = order.firm or None if order else None
        yield Difference(Kind.UNKNOWN_HERE, number, firm, seen, mend)


def _is_toll_free(number: str) -> bool:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.TOLL_FREE)


def _known(theirs: Mapping[str, OwnedNumber], before: _Ours, after: _Ours) -> Iterator[Difference]:
    for number, row in after.numbers.items():
        owned, order = theirs.get(number), after.order_for(number)
        if owned is None:
            # One that was bought while the carrier told its list is not missing.
            if row.state != NumberState.RELEASED and number in before.numbers:
                yield _about(row, Kind.MISSING_THERE, "We take it for ours, and the account does not have it.", None)
        elif row.state == NumberState.RELEASED:
            seen = "It was given back here, and the account has it still."
            # One whose release the carrier has confirmed came back on somebody's wish.
            yield _about(row, Kind.STILL_OWNED, seen, "give it back again" if row.release_at else None)
        elif not owned.linked or (row.state == NumberState.BOUGHT and order is None):
            seen = "Its texts and calls do not come to our application."
            yield _about(row, Kind.NOT_LINKED, seen, "link it", order)


def _about(row: Number, kind: Kind, seen: str, mend: str | None, order: Order | None = None) -> Difference:
    return Difference(kind, row.e164, row.firm or None, seen, mend, row, order)


def _webhooks() -> Iterator[Difference]:
    wanted, has = provisioning.webhooks(), firmtext.gateway.pointed()
    if wanted is None:
        seen = "FIRMTEXT_PUBLIC_URL is not set, so the carrier cannot be told where to call us."
        yield Difference(Kind.WEBHOOKS, None, None, seen, None)
    elif has != wanted:
        yield Difference(Kind.WEBHOOKS, None, None, elsewhere(has, wanted), "point it to our addresses")


def elsewhere(has: Webhooks | None, wanted: Webhooks) -> str:
    """What of ours does not come to us, and to which hosts it goes instead."""
    names = [name for name in Webhooks.__slots__ if has is None or getattr(has, name) != getattr(wanted, name)]
    hosts = {_host(getattr(has, name)) for name in names} - {None} if has else set()
    there = f" (they go to {', '.join(sorted(map(str, hosts)))})" if hosts else ""
    return f"The application at the carrier does not bring us {', '.join(names)}{there}."


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _kept() -> Iterator[Difference]:
    waiting = replaying.waiting()
    for (number, firm), count in Counter((text.number, text.firm) for text in waiting).items():
        seen = f"{count} texts of clients came before we knew the number, and lie in quarantine."
        texts = tuple(text for text in waiting if text.number == number)
        yield Difference(Kind.KEPT_TEXTS, number, firm, seen, "take them in", texts=texts)

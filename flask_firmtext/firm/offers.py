"""Numbers that are for sale, without those that somebody here has, had or is buying."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..current import firmtext
from ..ports.gateway import NumberOffer
from ..store import firm_queries
from ..store.transactions import reading

#: Numbers are toll-free in all of North America: where a country has none of its own, the other's serve.
INSTEAD = {"CA": "US"}


def countries(country: str) -> tuple[str, ...]:
    """Where a number for ``country`` may come from, the best first."""
    return (country, INSTEAD[country]) if country in INSTEAD else (country,)


def fresh(country: str, *, size: int, passed_over: Collection[str] = ()) -> Sequence[NumberOffer]:
    """What the carrier offers of its first ``size`` numbers. One that was another firm's is known to its clients.

    :raises CarrierError: as ``Gateway.search``.
    """
    offered = [offer for offer in firmtext.gateway.search(country, size=size) if offer.e164 not in passed_over]
    with reading() as session:
        e164s = [offer.e164 for offer in offered]
        used = {*firm_queries.known(session, e164s), *firm_queries.spoken_for(session, e164s)}
    return [offer for offer in offered if offer.e164 not in used]


def nearest(country: str, *, size: int, passed_over: Collection[str] = ()) -> Sequence[NumberOffer]:
    """What is for sale in a country, else in the one that serves instead. :raises CarrierError: as :func:`fresh`."""
    for one in countries(country):
        if found := fresh(one, size=size, passed_over=passed_over):
            return found
    return ()

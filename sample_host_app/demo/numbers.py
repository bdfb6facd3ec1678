"""Toll-free numbers for the two demo firms that have texting from the start, taken from whatever carrier there is."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from flask_firmtext.errors import CarrierError
from flask_firmtext.firm import provisioning
from flask_firmtext.ports.gateway import Gateway, OwnedNumber
from flask_firmtext.store import queries

from ..models import db

#: Firm and the number that the sandbox has for it.
PREFERRED = {"harbor": "+18335550100", "summit": "+18335550101"}


def adopt(app: Flask) -> list[str]:
    """Give each firm a number unless it has one. Returns what to tell whoever looks; commits."""
    told = []
    firmtext = app.extensions["firmtext"]
    get_one = _bought if firmtext.settings.sandboxed else _not_bought
    for firm, preferred in PREFERRED.items():
        if not queries.own_numbers(db.session, firm):
            number, words = _number(firmtext.gateway, preferred, get_one)
            provisioning.adopt(db.session, firm=firm, number=number)
            told += [f"{firm}: {words}"] if words else []
            db.session.commit()
    return told


def _number(gateway: Gateway, preferred: str, get_one: Callable[[Gateway, str], tuple[str, str]]) -> tuple[str, str]:
    """A number for one firm, ours to use, and what is worth saying about it."""
    try:
        free = {number.e164: number for number in gateway.owned() if not _taken(number.e164, preferred)}
        if not free:
            return get_one(gateway, preferred)
        number = free.get(preferred) or next(iter(free.values()))
        _link(gateway, number)
    except CarrierError as error:
        return preferred, f"the carrier cannot be asked ({error}); assuming {preferred}"
    return number.e164, "" if number.e164 == preferred else f"texts from {number.e164}"


def _bought(gateway: Gateway, preferred: str) -> tuple[str, str]:
    offer = next(iter(gateway.search("US", size=1)), None)
    if offer is None:
        return preferred, f"no number is for sale; assuming {preferred}"
    gateway.buy(offer.e164, offer.country)
    gateway.link(offer.e164, offer.country)
    return offer.e164, f"bought {offer.e164}"


def _not_bought(gateway: Gateway, preferred: str) -> tuple[str, str]:
    """A carrier out there takes money for a number: that is nothing for a demo to decide."""
    return preferred, f"the carrier account has no free number; buy one there; assuming {preferred}"


def _taken(e164: str, preferred: str) -> bool:
    """Whether another firm has it, or is to have it."""
    for_another = e164 != preferred and e164 in PREFERRED.values()
    return for_another or queries.number_by_e164(db.session, e164) is not None


def _link(gateway: Gateway, number: OwnedNumber) -> None:
    if not number.linked:
        gateway.link(number.e164, number.country)

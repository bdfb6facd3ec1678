"""Toll-free numbers for the two demo firms that have one from the start, taken from whatever carrier there is.

Harbor Law has turned texting on. Summit Counsel has text notifications of the practice system's own, whose number
FirmText takes over when one of its people looks.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from flask_firmtext.errors import CarrierError
from flask_firmtext.firm import details, provisioning, texting
from flask_firmtext.ports.gateway import Gateway, OwnedNumber
from flask_firmtext.store import queries
from flask_firmtext.store.models import Texting

from .. import people
from ..models import Firm, User, db

#: Firm and the number that the sandbox has for it.
PREFERRED = {"harbor": "+18335550100", "summit": "+18335550101"}


def adopt(app: Flask) -> list[str]:
    """Give each firm a number unless it has one. Returns what to tell whoever looks; commits."""
    told = []
    firmtext = app.extensions["firmtext"]
    get_one = _bought if firmtext.settings.sandboxed else _not_bought
    for firm in PREFERRED:
        if not queries.own_numbers(db.session, firm):
            number, words = _number(firmtext.gateway, _preferred(firm), get_one)
            _give(firm, number)
            told += [f"{firm}: {words}"] if words else []
            db.session.commit()
    _turn_on(app, people.HARBOR)
    return told


def _preferred(firm: str) -> str:
    """The number of Summit's notifications, once it was chosen, stays."""
    return db.session.get_one(Firm, firm).notifications_number or PREFERRED[firm]


def _give(firm: str, number: str) -> None:
    row = db.session.get_one(Firm, firm)
    if row.notifications_number is None:
        provisioning.adopt(db.session, firm=firm, number=number)
    else:
        row.notifications_number = number


def _turn_on(app: Flask, firm: people.DemoFirm) -> None:
    """As its administrator would do it, who gives the office's e-mail and phone."""
    if firm.office is None or db.session.get(Texting, firm.ref) is not None:
        return
    known = app.extensions["firmtext"].host.firms.get(firm.ref)
    administrator = db.session.scalars(select(User).filter_by(firm_ref=firm.ref, administrator=True)).first()
    given = details.check(db.session, firm.ref, *firm.office)
    texting.turn_on(db.session, known, given, by=administrator.get_id() if administrator else "seed")
    db.session.commit()


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

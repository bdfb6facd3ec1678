"""Why a conversation cannot be answered, in a sentence that names the way on."""

from __future__ import annotations

from ..current import firmtext
from ..errors import TextRefused
from ..language import gettext as _
from ..language import marked
from ..ports.values import Contact, Firm
from ..store import audit
from ..store.models import Erased
from . import moments, numbers, owners
from .owners import Owners
from .shown import named
from .thread_rows import Pair, Stored
from .wording import opted_out, who_said

NOBODYS = marked("This number belongs to no contact any more. Add it to a contact, then it can be texted.")
MOVED = marked("This number has left the contact whose texts these are. To text its new owner, begin with New.")
ENDED = marked("This number left its contact, so this conversation ended. To text it again, begin with New.")
NOT_ASKED = marked("Contacts are not available at the moment. Reload the page in a minute.")


def why(firm: Firm, pair: Pair, stored: Stored, whose: Owners, contact: Contact | None) -> str | None:
    """Why this number cannot be texted, None when it can."""
    if pair.erased is not None:
        return _erased(firm, pair.erased)
    if pair.phone is None:
        return _("Number cannot be read. Whoever operates this system can find out why.")
    if contact is None:
        return _(NOT_ASKED if not whose.asked else MOVED if whose.moved else NOBODYS)
    if pair.ended:
        return _(ENDED)
    label = next((number.label for number in contact.numbers if number.e164 == pair.phone), "")
    try:
        numbers.parse(pair.phone, label=label, own=stored.own)
    except TextRefused as refused:
        return refused.sentence
    return stopped(firm, pair, stored, whose)


def _erased(firm: Firm, erased: Erased) -> str:
    day = moments.day(erased.at, firmtext.clock.now(), firm.zone)
    if erased.by == audit.SWEEP:
        return _("Erased on %(day)s by your firm's rule. To write again, begin with New.", day=day)
    name = named(owners.names_of([erased.by]), erased.by)
    return _("Erased on %(day)s by %(name)s. To write again, begin with New.", day=day, name=name)


def stopped(firm: Firm, pair: Pair, stored: Stored, whose: Owners) -> str | None:
    """That somebody with this number wants no texts."""
    if stored.consent is None or not stored.consent.opted_out:
        return None
    since = stored.consent.since
    said_by = who_said([owner.name for owner in whose.contacts], since, pair.begun)
    return opted_out(said_by, stored.consent.evidence, since, firmtext.clock.now(), firm.zone)

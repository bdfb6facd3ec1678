"""Mending what differs between our numbers and the carrier's list, as far as that is safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..current import firmtext
from ..errors import FirmTextError
from ..messaging import replaying
from ..store.models import Order
from ..store.states import OrderState
from ..store.transactions import own
from . import buying, linking, orders, provisioning
from .reconciling import Difference, Kind

PERSON = "a person has to decide"


def mend(difference: Difference, *, by: str) -> str | None:
    """Mend one difference; safe to repeat. Returns why it stands still, None when it is mended."""
    if difference.mend is None:
        return PERSON
    try:
        return MENDERS[difference.kind](difference, by)
    except FirmTextError as error:
        return str(error)


def _take_in(difference: Difference, by: str) -> str | None:
    """A number that we did not know: the order that bought it ends with it."""
    return _why(linking.take(linking.look(str(difference.number), None), by=by))


def _link(difference: Difference, by: str) -> str | None:
    row = difference.row
    assert row is not None  # noqa: S101 - only a number of ours can be linked
    if difference.order is not None:
        with own() as session:
            orders.resume(session, difference.order.id, by=by)
        return _why(buying.finish(difference.order.id))
    firmtext.gateway.link(row.e164, row.country)
    found = firmtext.gateway.find(row.e164)
    if found is None or not found.linked:
        return "the carrier does not show it as linked"
    with own() as session:
        provisioning.ready(session, firm=row.firm, number_id=row.id)
    return None


def _why(ended: Order) -> str | None:
    return ended.cause if ended.state == OrderState.FAILED else None


def _give_back(difference: Difference, by: str) -> str | None:
    assert difference.row is not None  # noqa: S101 - only a number of ours can be given back
    provisioning.give_back(difference.row, by=by)
    return None


def _point(difference: Difference, by: str) -> str | None:
    wanted = provisioning.webhooks()
    assert wanted is not None  # noqa: S101 - without an address there is no mend
    firmtext.gateway.point(wanted)
    return None if firmtext.gateway.pointed() == wanted else "the carrier does not show our addresses"


def _take_texts_in(difference: Difference, by: str) -> str | None:
    for text in difference.texts:
        replaying.replay(text, by=by)
    return None


MENDERS: Mapping[Kind, Callable[[Difference, str], str | None]] = {
    Kind.UNKNOWN_HERE: _take_in,
    Kind.NOT_LINKED: _link,
    Kind.STILL_OWNED: _give_back,
    Kind.WEBHOOKS: _point,
    Kind.KEPT_TEXTS: _take_texts_in,
}

"""Whether firms have numbers that send, and what keeps them from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ...firm import trouble
from ...store import firm_queries, number_queries
from ...store.models import Number, Order, Texting
from ...store.states import NumberState
from ...store.transactions import reading
from .finding import Finding, doubtful, fine, wrong

#: More of a kind are counted, not named.
MOST = 20
#: What a person does about an order that stands still; then it is tried again.
CURES: Mapping[str | None, str] = {
    trouble.NONE_LEFT: "Look with `flask firmtext numbers search`.",
    "no_credit": "Top up the account at the carrier.",
    "credentials": "Check FIRMTEXT_VONAGE_API_KEY, _API_SECRET and _APPLICATION_ID.",
    trouble.NO_ADDRESS: "Set FIRMTEXT_PUBLIC_URL.",
    trouble.NOT_OURS: "Bring the number into the account, or give the firm another: `flask firmtext numbers link`.",
    "linking": "See the number at the carrier, then `flask firmtext numbers sync`.",
}
_WHOLE = "Every firm that has turned texting on has a number that is verified and sends."
#: A firm's number does not send yet, and only a person changes that.
REFUSED = (NumberState.REFUSED, NumberState.UPDATES_REQUIRED)


def numbers() -> Iterator[Finding]:
    """Orders that stand still, firms that cannot send, and numbers that the carrier may still bill."""
    with reading() as session:
        failed = number_queries.failed(session, limit=MOST + 1)
        silent = number_queries.firms_that_cannot_send(session, limit=MOST + 1)
        held = {firm: firm_queries.numbers(session, firm) for firm in silent[:MOST]}
        ordered = {firm for firm in held if _is_ordered(session, firm)}
        unconfirmed = number_queries.not_confirmed(session)
        some = session.scalar(select(exists().where(Texting.off_at.is_(None))))
    yield from (_failed(order) for order in failed[:MOST])
    yield from _more("numbers.order", len(failed), "orders for numbers stand still", "--orders")
    for firm, numbers in held.items():
        yield from _silent(firm, numbers, ordered)
    yield from _more("numbers.firm", len(silent), "firms cannot send", "")
    for number in unconfirmed:
        seen = f"{number} was given back, and the carrier has not confirmed it: it may still cost."
        yield doubtful("numbers.release", seen, "The sweep repeats it; see with `flask firmtext numbers sync`.")
    if not (failed or held or unconfirmed):
        yield fine("numbers", _WHOLE if some else "No firm has turned texting on yet.")


def _is_ordered(session: Session, firm: str) -> bool:
    return firm_queries.open_order(session, firm) is not None


def _failed(order: Order) -> Finding:
    seen = f"An order for {order.firm or 'the pool'} stands still at {order.step}: {order.cause}."
    again = f"flask firmtext numbers buy{f' --firm {order.firm}' if order.firm else ''}"
    return wrong("numbers.order", seen, f"{CURES.get(order.trouble, '')} Then `{again}` goes on with it.".strip())


def _silent(firm: str, numbers: Sequence[Number], ordered: set[str]) -> Iterator[Finding]:
    if not numbers:
        if firm not in ordered:
            seen = f"{firm} has turned texting on, and has no number."
            yield wrong("numbers.firm", seen, f"Get one: `flask firmtext numbers buy --firm {firm}`.")
        return
    number = numbers[0]
    cure = f"See what it needs: `flask firmtext numbers verification show {number.e164}`."
    if number.state in REFUSED:
        yield wrong("numbers.firm", f"{firm} cannot send: {number.e164} is {number.state}, {number.why}", cure)
    elif firm not in ordered:
        yield doubtful("numbers.firm", f"{firm} cannot send yet: {number.e164} is {number.state}.", cure)


def _more(name: str, count: int, what: str, option: str) -> Iterator[Finding]:
    if count > MOST:
        yield wrong(name, f"More than {MOST} {what}.", f"See all: `flask firmtext numbers list {option}`.")

"""A number's life with us: entered when it is ours, ready when it may send, given back when its time is over."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from .. import points, signals
from ..current import firmtext
from ..errors import CarrierError, FirmTextError
from ..messaging import pace
from ..ports.gateway import Webhooks
from ..store import audit, firm_queries
from ..store.base import new_id
from ..store.models import Number, Texting
from ..store.states import NumberState
from ..store.transactions import announce, notes, own, reading
from ..store.upsert import insert_once
from . import orders

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]

#: How long a firm that turned texting off keeps its numbers: clients go on writing to them for a while.
KEPT = timedelta(days=30)
#: The sweep has other things to do, and a carrier that is away takes its time.
AT_ONCE = 3
LATER = timedelta(minutes=10)


class AnotherFirms(FirmTextError):
    """A number never goes from one firm to another: clients of the first still write to it."""


def adopt(session: Sessions, *, firm: str, number: str, country: str = "US", by: str = "system") -> Number:
    """Record a number (E.164) of our carrier account as this firm's, ready to use; joined, safe to repeat.

    It is verified at once where ``FIRMTEXT_TOLL_FREE_VERIFICATION`` is ``assumed``, else linked.

    :raises AnotherFirms: the number is, or was, another firm's.
    """
    row_id = enter(session, firm=firm, number=number, country=country, by=by)
    ready(session, firm=firm, number_id=row_id)
    return session.get_one(Number, row_id, populate_existing=True)


def enter(session: Sessions, *, firm: str, number: str, country: str, by: str) -> uuid.UUID:
    """Record a number as bought for a firm, or for the pool; joined, safe to repeat. Returns its row's id.

    A number that the firm gave back once may become its own again.

    :raises AnotherFirms: the number is, or was, another firm's.
    """
    row_id, now = new_id(), firmtext.clock.now()
    pace.ensure_account(session)
    values = {"firm": firm, "e164": number, "country": country, "next_free_at": now, "created_at": now}
    if insert_once(session, Number, id=row_id, state=NumberState.BOUGHT, **values):
        audit.record(session, "number.enter", (Number.__tablename__, row_id), firm=firm, actor=by)
    else:
        row_id = _entered(session, firm, number)
    make_main_if_first(session, firm, row_id)
    return row_id


def _entered(session: Sessions, firm: str, number: str) -> uuid.UUID:
    row = session.execute(select(Number.id, Number.firm).where(Number.e164 == number)).one()
    if row.firm not in (firm, firm_queries.POOL) or not _taken(session, row.id, row.firm, firm):
        raise AnotherFirms(f"{number} is another firm's; a number never goes from one firm to another")
    session.execute(
        update(Number)
        .where(Number.id == row.id, Number.state == NumberState.RELEASED)
        .values(state=NumberState.BOUGHT, release_at=None, why=None)
        .execution_options(synchronize_session=False)
    )
    found: uuid.UUID = row.id
    return found


def _taken(session: Sessions, number_id: uuid.UUID, was: str, firm: str) -> bool:
    """Make a number the firm's unless somebody else has just been given it."""
    taken = session.execute(
        update(Number)
        .where(Number.id == number_id, Number.firm == was)
        .values(firm=firm)
        .returning(Number.id)
        .execution_options(synchronize_session=False)
    )
    return taken.first() is not None


def make_main_if_first(session: Sessions, firm: str, number_id: uuid.UUID) -> None:
    """The first number of a firm is the one it texts from."""
    if firm != firm_queries.POOL and firm_queries.main_number(session, firm) is None:
        make_main(session, firm, number_id)


def make_main(session: Sessions, firm: str, number_id: uuid.UUID) -> None:
    """Let a firm text from this number of its own; conversations on its others stay there. Joined."""
    session.execute(
        update(Number)
        .where(Number.firm == firm)
        .values(main=Number.id == number_id)
        .execution_options(synchronize_session=False)
    )


def ready(session: Sessions, *, firm: str, number_id: uuid.UUID | None) -> None:
    """The carrier brings us this number's texts. Whether it may send is for the carriers to say, or assumed; joined."""
    assumed = firm != firm_queries.POOL and firmtext.settings.toll_free_verification == "assumed"
    state = NumberState.VERIFIED if assumed else NumberState.LINKED
    rests_until = _rests_until(session, firm)
    became = session.execute(
        update(Number)
        .where(Number.id == number_id, Number.firm == firm, Number.state.in_([NumberState.BOUGHT, NumberState.LINKED]))
        .values(state=state, release_at=rests_until)
        .returning(Number.id)
        .execution_options(synchronize_session=False)
    ).first()
    if became is not None:
        note_state(session, firm, became.id, state, by="system")


def _rests_until(session: Sessions, firm: str) -> Any:
    """A firm that was turned off keeps a number that comes now as long as any other."""
    # A write, so that whoever turns texting on or off at this moment comes before or after.
    row = session.execute(
        update(Texting)
        .where(Texting.firm == firm)
        .values(on_at=Texting.on_at)
        .returning(Texting.off_at)
        .execution_options(synchronize_session=False)
    ).first()
    return max(row.off_at, firmtext.clock.now()) + KEPT if row and row.off_at else None


def note_state(
    session: Sessions, firm: str, number_id: uuid.UUID, state: NumberState, *, by: str, why: str | None = None
) -> None:
    """Audit a number's new state and let pages and the host know."""
    table = (Number.__tablename__, number_id)
    audit.record(session, "number.state", table, firm=firm, actor=by, became=state, evidence=why)
    notes(session).show(firm)
    if state is NumberState.VERIFIED:
        announce(session, signals.number_verified, firm=firm, number=str(number_id))


def webhooks() -> Webhooks | None:
    """Where the carrier calls us; None while ``FIRMTEXT_PUBLIC_URL`` is not set."""
    settings = firmtext.settings
    if settings.public_url is None:
        return None
    prefix = f"{settings.public_url}{settings.url_prefix}/webhooks"
    return Webhooks(inbound=f"{prefix}/inbound", status=f"{prefix}/status", answer=f"{prefix}/answer")


def give_back(seen: Number, *, by: str) -> bool:
    """Release a number for good. Our row first: a number that we might lose takes no text any more.

    False, and nothing happens, when the number is no longer as it was ``seen`` (its firm turned texting on again,
    another firm got it) or an order is working on it.

    :raises CarrierError: the carrier has it still; the sweep tries again.
    """
    if not _released_here(seen, by):
        return False
    points.reach("number.release.before")
    firmtext.gateway.release(seen.e164, seen.country)
    points.reach("number.release.after")
    with own() as session:
        session.execute(
            update(Number)
            .where(Number.id == seen.id, Number.state == NumberState.RELEASED)
            .values(release_at=None)
            .execution_options(synchronize_session=False)
        )
    return True


def _released_here(seen: Number, by: str) -> bool:
    as_seen = (Number.id == seen.id, Number.firm == seen.firm, Number.state == seen.state)
    until = Number.release_at.is_(None) if seen.release_at is None else Number.release_at == seen.release_at
    with own() as session:
        released = session.execute(
            update(Number)
            .where(*as_seen, until)
            .values(state=NumberState.RELEASED, main=False, release_at=firmtext.clock.sql())
            .returning(Number.id)
            .execution_options(synchronize_session=False)
        ).first()
        if released is None or not orders.part(session, seen, by=by):
            session.rollback()
            return False
        if seen.state != NumberState.RELEASED:
            note_state(session, seen.firm, seen.id, NumberState.RELEASED, by=by)
            if seen.main:
                _main_is_the_oldest(session, seen.firm)
    return True


def give_back_what_is_over() -> int:
    """Release the numbers that a firm kept for a while after it had turned texting off. Returns how many."""
    with reading() as session:
        over = firm_queries.to_be_released(session, limit=AT_ONCE)
    given = 0
    for number in over:
        try:
            given += give_back(number, by=audit.SWEEP)
        except CarrierError as error:
            log.warning("a number could not be given back: %s", error)
            _look_later(number)
    return given


def _main_is_the_oldest(session: Session, firm: str) -> None:
    left = firm_queries.numbers(session, firm)
    if left:
        make_main(session, firm, left[0].id)


def _look_later(number: Number) -> None:
    with own() as session:
        session.execute(
            update(Number)
            .where(Number.id == number.id, Number.state == NumberState.RELEASED)
            .values(release_at=firmtext.clock.sql(LATER))
            .execution_options(synchronize_session=False)
        )

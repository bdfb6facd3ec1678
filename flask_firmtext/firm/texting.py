"""A firm's switch: texting on, off and on again, for the whole firm. The verbs are joined; the edge commits."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused, TextRefused
from ..language import gettext as _
from ..messaging import scheduled_rows
from ..messaging.numbers import to_call
from ..ports.values import Firm
from ..store import audit, firm_queries
from ..store.models import Number, Order, Texting
from ..store.states import NumberState, OrderState, Step
from ..store.transactions import notes, own
from ..store.upsert import insert_once
from . import details, orders, provisioning, reminding
from .details import Details
from .provisioning import KEPT, AnotherFirms

Sessions = Session | scoped_session[Any]


@dataclass(frozen=True, slots=True)
class Status:
    """Where a firm stands: its switch (None: never turned on), its numbers and what is being got for it."""

    texting: Texting | None
    numbers: tuple[Number, ...]
    order: Order | None
    details: Details

    @property
    def main(self) -> Number | None:
        """The number from which the firm texts; also while it is not verified yet or the firm is turned off."""
        return next(iter(self.numbers), None)

    @property
    def reachable(self) -> bool:
        """Whether the firm's details can be read: who never turned texting on has none."""
        return bool(self.details.email or self.details.phone)

    @property
    def off(self) -> bool:
        return self.texting is not None and self.texting.off_at is not None

    @property
    def being_set_up(self) -> bool:
        """Whether the firm waits for its first number, or somebody has to press *Try again*."""
        return self.order is not None and self.order.state != OrderState.DONE

    @property
    def kept_until(self) -> datetime | None:
        """When a firm that turned texting off loses its number."""
        return self.main.release_at if self.main else None


def status(session: Sessions, firm: str) -> Status:
    """Where ``firm`` (reference) stands; three look-ups."""
    row = session.get(Texting, firm)
    return Status(
        row,
        tuple(firm_queries.numbers(session, firm)),
        firm_queries.open_order(session, firm),
        details.of(session, row) if row else Details(),
    )


def turn_on(session: Sessions, firm: Firm, given: Details, *, by: str) -> None:
    """Turn texting on and order a number where the firm has none. A second press, in another tab say, changes nothing.

    :raises FormRefused: the firm may not have texting.
    """
    if not firm.availability.allowed:
        raise FormRefused({"": firm.availability.reason or _("Text messaging is not available to your firm.")})
    values = _first(session, firm.ref, given)
    if insert_once(session, Texting, **values) or _on_again(session, firm.ref, values):
        _keep(session, firm.ref)
        audit.record(session, "texting.on", (Texting.__tablename__, firm.ref), firm=firm.ref, actor=by)
    else:
        _wait_for_the_order(session, firm.ref)
    if not firm_queries.has_number(session, firm.ref):
        orders.place(session, firm=firm.ref, country=firm.country, by=by)
    notes(session).show(firm.ref)


def turn_on_with(session: Sessions, firm: Firm, email: str, phone: str, *, by: str) -> None:
    """Turn texting on with the alternative contact that somebody typed.

    :raises FormRefused: the contact is none, or the firm may not have texting.
    """
    given = details.check(session, firm.ref, email, phone)
    now = status(session, firm.ref)
    if now.texting is not None and not now.reachable:
        change_details(session, firm.ref, given, by=by)
    turn_on(session, firm, given, by=by)


def _wait_for_the_order(session: Sessions, firm: str) -> None:
    """Whoever finishes the firm's order writes this row, too: afterwards its number is there to be seen."""
    session.execute(
        update(Texting)
        .where(Texting.firm == firm)
        .values(on_at=Texting.on_at)
        .execution_options(synchronize_session=False)
    )


def turn_off(session: Sessions, firm: str, *, by: str) -> None:
    """Nothing is sent from now on; the numbers go on receiving and are given back after 30 days."""
    now = firmtext.clock.now()
    switched = session.execute(
        update(Texting)
        .where(Texting.firm == firm, Texting.off_at.is_(None))
        .values(off_at=now)
        .returning(Texting.firm)
        .execution_options(synchronize_session=False)
    ).first()
    if switched is None:
        return
    session.execute(
        update(Number)
        .where(Number.firm == firm, Number.state != NumberState.RELEASED)
        .values(release_at=now + KEPT)
        .execution_options(synchronize_session=False)
    )
    scheduled_rows.withdraw_all(session, firm, reason=scheduled_rows.TURNED_OFF, by=by)
    audit.record(session, "texting.off", (Texting.__tablename__, firm), firm=firm, actor=by)
    notes(session).show(firm)


def _on_again(session: Sessions, firm: str, values: Mapping[str, Any]) -> bool:
    again = {name: values[name] for name in ("email", "phone", "off_at")}
    switched = session.execute(
        update(Texting)
        .where(Texting.firm == firm, Texting.off_at.is_not(None))
        .values(**again)
        .returning(Texting.firm)
        .execution_options(synchronize_session=False)
    )
    return switched.first() is not None


def _keep(session: Sessions, firm: str) -> None:
    session.execute(
        update(Number)
        .where(Number.firm == firm, Number.state != NumberState.RELEASED, Number.release_at.is_not(None))
        .values(release_at=None)
        .execution_options(synchronize_session=False)
    )


def change_details(session: Sessions, firm: str, given: Details, *, by: str) -> None:
    """Other contact details, in every text from now on."""
    session.execute(
        update(Texting)
        .where(Texting.firm == firm)
        .values(**details.sealed(session, firm, given))
        .execution_options(synchronize_session=False)
    )
    audit.record(session, "texting.details", (Texting.__tablename__, firm), firm=firm, actor=by)
    notes(session).show(firm)


def take_over(firm: Firm) -> bool:
    """A firm that had text notifications has texting: its number and details are taken over, once. A step of our own.

    Returns whether that was done now. A number that is not in our account at the carrier leaves an order that says so.
    """
    before = firm.notifications
    if before is None or not firm.availability.allowed:
        return False
    with own() as session:
        given = details.readable(session, firm.ref, before.email, before.phone, texts=before.number)
        if not insert_once(session, Texting, **_first(session, firm.ref, given)):
            session.rollback()
            return False
        audit.record(session, "texting.take_over", (Texting.__tablename__, firm.ref), firm=firm.ref, actor=audit.HOST)
        _take_number(session, firm, before.number)
        notes(session).show(firm.ref)
    return True


def _take_number(session: Session, firm: Firm, number: str) -> None:
    if firm_queries.has_number(session, firm.ref):
        return
    entered = None
    with suppress(TextRefused, ValueError, AnotherFirms):
        number = to_call(number)
        entered = provisioning.enter(session, firm=firm.ref, number=number, country=firm.country, by=audit.HOST)
    where = {"firm": firm.ref, "country": firm.country, "by": audit.HOST}
    orders.place(session, **where, step=Step.LINK, e164=number[:16], number_id=entered)


def _first(session: Sessions, firm: str, given: Details) -> dict[str, Any]:
    """A firm's row before anybody chose anything."""
    chosen = {"reminder_days": list(reminding.DAYS), "reminder_time": reminding.TIME}
    return {
        "firm": firm,
        "on_at": firmtext.clock.now(),
        "off_at": None,
        **chosen,
        **details.sealed(session, firm, given),
    }

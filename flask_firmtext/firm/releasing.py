"""A number that an operator gives back, for good."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from ..current import firmtext
from ..errors import FormRefused
from ..store import audit, firm_queries, number_queries, queries
from ..store.models import Number, Order
from ..store.states import NumberState, OrderState, Step
from ..store.transactions import notes, own, reading
from . import provisioning, trouble

CAUSE = "an operator gave its number back"


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost with a number: how many texts wait to be sent from it, and how many other numbers its firm has."""

    row: Number
    waiting: int
    others: int

    @property
    def done(self) -> bool:
        """Whether it was given back and the carrier has confirmed it."""
        return self.row.state == NumberState.RELEASED and self.row.release_at is None


def look(number: str) -> Loss:
    """:raises FormRefused: this number (E.164) is none of ours."""
    with reading() as session:
        row = queries.number_by_e164(session, number)
        if row is None:
            raise FormRefused({"number": f"{number} is no number of ours: `numbers sync` compares with the carrier."})
        others = [other for other in firm_queries.numbers(session, row.firm) if other.id != row.id]
        return Loss(row, number_queries.waiting_texts(session, row.id), len(others))


def release(row: Number, *, by: str) -> None:
    """Give a number back. An order that was getting it ready gets another when somebody tries it again.

    :raises FormRefused: the order is being worked on at this moment.
    :raises CarrierError: the carrier has it still; the sweep tries again.
    """
    _part_from_order(row, by)
    provisioning.give_back(row.id, by=by)


def _part_from_order(row: Number, by: str) -> None:
    pooled = row.firm == firm_queries.POOL
    end = {"state": OrderState.DONE} if pooled else {"state": OrderState.FAILED, "trouble": trouble.GIVEN_BACK}
    with own() as session:
        parted = session.execute(
            update(Order)
            .where(Order.number_id == row.id, Order.state != OrderState.DONE)
            .where(or_(Order.claimed_until.is_(None), Order.claimed_until <= firmtext.clock.sql()))
            .values(step=Step.CHOOSE, e164=None, number_id=None, cause=CAUSE, claim=None, claimed_until=None, **end)
            .returning(Order.id)
            .execution_options(synchronize_session=False)
        ).first()
        if parted is not None:
            table = (Order.__tablename__, parted.id)
            audit.record(session, "order.step", table, firm=row.firm, actor=by, became=Step.CHOOSE, evidence=row.e164)
            notes(session).show(row.firm)
        elif _is_under_way(session, row):
            raise FormRefused({"number": f"{row.e164} is being set up at this moment. Try again in a minute."})


def _is_under_way(session: Session, row: Number) -> bool:
    return any(order.number_id == row.id for order in number_queries.unfinished(session, firm=row.firm))

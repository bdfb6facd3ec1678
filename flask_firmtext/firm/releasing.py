"""A number that an operator gives back, for good."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import FormRefused
from ..store import firm_queries, number_queries, queries
from ..store.models import Number
from ..store.states import NumberState
from ..store.transactions import reading
from . import provisioning


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
    """Give a number back, as it was looked at. An order that was getting it ready gets another when tried again.

    :raises FormRefused: it has changed since, or an order is working on it at this moment.
    :raises CarrierError: the carrier has it still; the sweep tries again.
    """
    if not provisioning.give_back(row, by=by):
        words = f"{row.e164} is being set up, or was changed, at this moment. Look at it again in a minute."
        raise FormRefused({"number": words})

"""A carrier as the contract suite plays it, and how the suite talks to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol, TypeVar

from ..errors import FirmTextError
from ..ports.gateway import CarrierEvent, Gateway, InboundText, Outbound, RawRequest, Receipt, StatusEvent

E = TypeVar("E", bound=FirmTextError)


class Trouble(StrEnum):
    """What the carrier does to the next text."""

    THROTTLED = "throttled"
    AWAY = "away"  # no connection
    SIGN_IN = "sign_in"  # our credentials are refused, for texts and for the probe
    BALANCE = "balance"
    NUMBER = "number"  # our number is refused
    TEXT = "text"  # the text is refused
    LOST = "lost"  # accepted, but its answer is lost
    BROKEN = "broken"  # an error that says nothing
    STRANGE = "strange"  # an answer that is not the carrier's


class Carrier(Protocol):
    """The other side, as the suite plays it. Numbers are E.164.

    ``number`` is ours, ``phone`` a client's, ``stopped`` that of a client who sent STOP, ``taken`` somebody else's
    number. ``accepted`` are the references of the texts that it took, ``tried`` counts all that reached it.
    """

    gateway: Gateway
    number: str
    phone: str
    stopped: str
    taken: str

    def accepted(self) -> list[str]: ...

    def trouble(self, what: Trouble) -> None: ...

    def mend(self) -> None: ...

    def texted(self, text: str, *files: bytes) -> RawRequest:
        """The webhook of a text from ``phone`` to ``number``."""

    def called(self) -> RawRequest:
        """The webhook that asks what ``phone``, who calls ``number``, is to hear."""

    def statuses(self, reference: str) -> Sequence[RawRequest]:
        """The webhooks of a text of ours, up to its end."""


def raised(kind: type[E], call: Callable[[], object]) -> E:
    """The error of ``kind`` that ``call`` raises; an AssertionError when it does not."""
    try:
        result = call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised; the answer was {type(result).__name__}")


def send(carrier: Carrier, reference: str, **changes: str) -> Receipt:
    text = Outbound(carrier.number, carrier.phone, "Your hearing is moved.", reference)
    return carrier.gateway.send(replace(text, **changes), seconds=10)


def received(carrier: Carrier, request: RawRequest) -> InboundText:
    """The one client's text in a webhook."""
    event = _event(carrier, request, "inbound")
    if not isinstance(event, InboundText):
        raise AssertionError("an inbound webhook is no client's text")
    return event


def reported(carrier: Carrier, reference: str) -> list[StatusEvent]:
    """All that the carrier reports of a text of ours."""
    events = [_event(carrier, request, "status") for request in carrier.statuses(reference)]
    return [event for event in events if isinstance(event, StatusEvent)]


def _event(carrier: Carrier, request: RawRequest, kind: str) -> CarrierEvent:
    carrier.gateway.verify(request)
    (event,) = carrier.gateway.parse(request, kind)
    return event

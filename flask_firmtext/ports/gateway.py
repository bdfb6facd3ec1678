"""What we ask of a carrier, in our own words.

Failures are three, because only that matters to the caller: ``CarrierBusy`` (certainly not sent, may try again),
``CarrierRefused`` (certainly not sent, never again as it is) and ``CarrierUnsure`` (cannot know); see ``errors``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO, Literal

from .signing import Signing


class Reason(StrEnum):
    """Why a text failed, as staff read it."""

    UNREACHABLE_NUMBER = "unreachable_number"
    REJECTED_BY_CARRIER = "rejected_by_carrier"
    TEMPORARY_ERROR = "temporary_error"
    UNKNOWN_ERROR = "unknown_error"
    CARRIER_ERROR = "carrier_error"


class Again(StrEnum):
    """Whether a failed text is worth sending again."""

    WORTH_IT = "worth_it"
    NOT_AS_IT_IS = "not_as_it_is"
    UNSURE = "unsure"  # part of it may have arrived


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a carrier's code means. ``cure``: what only an operator can mend. ``number``: what is wrong with that."""

    reason: Reason
    again: Again
    title: str
    operator: bool = False
    opted_out: bool = False
    number: Literal["", "not_in_service", "no_texts", "no_number"] = ""
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One text to post: numbers in E.164, ``reference`` is the attempt's id and comes back with every status."""

    sender: str = field(repr=False)
    to: str = field(repr=False)
    text: str = field(repr=False)
    reference: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The carrier has accepted a text under its own id."""

    carrier_id: str


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook as it arrived: header names in lower case, body as bytes, ``args`` the query in order."""

    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    args: Sequence[tuple[str, str]] = field(default=(), repr=False)


class StatusKind(StrEnum):
    """What a status says of a text, in rising order of certainty."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    FAILED = "failed"
    OTHER = "other"  # a status that we do not know: kept, and changes nothing


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """Evidence about a text of ours. ``digest`` is equal for repeats of the same event.

    ``code`` is the carrier's, ``meaning`` what it says; ``partly`` that a segment may have arrived.
    """

    carrier_id: str
    reference: str | None
    kind: StatusKind
    name: str
    at: datetime | None
    digest: bytes
    code: str | None = None
    meaning: Meaning | None = None
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """A file that came with a text. ``kind`` and ``name`` are the sender's words and prove nothing.

    ``url`` is empty for what cannot be fetched, such as a place on a map: people are told that something came.
    """

    url: str = field(repr=False)
    kind: str
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class InboundText:
    """A client's text. Numbers in E.164 where they are numbers (a short code stays as it is)."""

    carrier_id: str
    sender: str = field(repr=False)
    to: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime | None
    media: tuple[Media, ...] = ()
    participants: tuple[str, ...] = field(default=(), repr=False)
    digest: bytes = field(default=b"", repr=False)


CarrierEvent = StatusEvent | InboundText


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A number of our account. ``linked`` says that its texts come to this application."""

    e164: str
    country: str
    features: frozenset[str] = field(default_factory=frozenset)
    linked: bool = False


@dataclass(frozen=True, slots=True)
class NumberOffer:
    """A number for sale with its monthly ``cost`` as the carrier prints it (EUR)."""

    e164: str
    country: str
    cost: str = ""
    features: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """Where a carrier brings a client's text, a report about ours, and the question what a caller is to hear."""

    inbound: str
    status: str
    answer: str


@dataclass(frozen=True, slots=True)
class Speech:
    """The answer to a call, in the carrier's form: it says some words once and hangs up."""

    media_type: str
    body: str = field(repr=False)


class Gateway(Signing, ABC):
    """A carrier. One object per process; it keeps its connection and its token. ``name`` stands beside its ids in our
    tables, so that two carriers never mean one text.
    """

    name = "carrier"

    @abstractmethod
    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        """Post one text, exactly once, within ``seconds`` in all.

        :raises CarrierBusy, CarrierRefused, CarrierUnsure: see the module's first lines.
        """

    @abstractmethod
    def verify(self, request: RawRequest) -> None:
        """Check that a webhook is the carrier's, over its raw bytes.

        :raises WebhookForged: it cannot be theirs.
        :raises WebhookDoubtful: it could be theirs, and something on our side may be wrong.
        """

    @abstractmethod
    def parse(self, request: RawRequest, kind: str) -> Sequence[CarrierEvent]:
        """The events in a verified webhook; ``kind`` is ``inbound`` or ``status``.

        :raises WebhookUnreadable: kept in quarantine by the caller.
        """

    @abstractmethod
    def called(self, request: RawRequest) -> str | None:
        """Which number (E.164) somebody calls, by a verified webhook; None when it names none."""

    @abstractmethod
    def say(self, words: str) -> Speech:
        """How a call is answered with these words: English, plain, at most 1,500 characters."""

    @abstractmethod
    def fetch_media(self, url: str) -> AbstractContextManager[BinaryIO]:
        """Open a file of a received text for reading, from the carrier's media hosts only."""

    @abstractmethod
    def probe(self) -> None:
        """One cheap read that proves that credentials and account work; raises like :meth:`send`."""

    @abstractmethod
    def search(self, country: str, *, size: int = 10) -> Sequence[NumberOffer]:
        """Toll-free numbers for sale with SMS, MMS and voice; empty when there are none."""

    @abstractmethod
    def buy(self, e164: str, country: str) -> None:
        """Buy a number. :raises CarrierRefused: code ``taken`` when somebody else has it."""

    @abstractmethod
    def link(self, e164: str, country: str) -> None:
        """Let a number's texts and calls come to this application. Safe to repeat."""

    @abstractmethod
    def point(self, webhooks: Webhooks) -> None:
        """Let our application's texts, reports and calls come to these addresses, signed. Safe to repeat."""

    @abstractmethod
    def pointed(self) -> Webhooks | None:
        """Where they come now, as :meth:`point` would have it: empty for what comes otherwise, None if all does."""

    @abstractmethod
    def owned(self) -> Sequence[OwnedNumber]:
        """Every number of the account."""

    def find(self, e164: str) -> OwnedNumber | None:
        """This number, if it is the account's. A carrier that can ask for one does so."""
        return next((number for number in self.owned() if number.e164 == e164), None)

    @abstractmethod
    def release(self, e164: str, country: str) -> None:
        """Give a number back, for good. Safe to repeat."""

    def meaning(self, code: str | None) -> Meaning:
        """What a code means to people; a code that nobody knows is an unknown error."""
        return Meaning(Reason.UNKNOWN_ERROR, Again.UNSURE, "Unknown code")

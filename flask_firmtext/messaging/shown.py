"""One text as it is shown: decrypted, signed with a name, its state in words with what they mean."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import DecryptError
from ..language import gettext as _
from ..language import marked
from ..ports.values import Firm
from ..store import audit, cells, erasing
from ..store.models import Conversation, Hold, Message, OptOut
from ..store.states import Direction, Kind, State
from .files import ShownFile
from .readiness import hold_on
from .wording import QUIET_HOURS, Words, failure_words, hold_words, state_words

Sessions = Session | scoped_session[Any]

#: What a text was due later than its making by, when somebody wanted it later.
SCHEDULED = timedelta(seconds=2)

#: What states mean that are no failures and yet no success.
MEANINGS = {
    State.UNKNOWN: Words(
        marked("Not sure it was sent"),
        marked("The connection to the carrier broke off. The text may have arrived, or may never have left."),
        marked("The carrier may still report what became of it; nothing is sent again by itself."),
    ),
    State.UNCONFIRMED: Words(
        marked("Sent, no confirmation"),
        marked("The carrier took the text and never said what became of it."),
        marked("If it matters, ask the client whether it arrived."),
    ),
    State.EXPIRED: Words(
        marked("Not sent: too late"),
        marked("The text could not go out in time, so it was not sent at all."),
        marked("Write it again if it is still true."),
    ),
}
ON_ITS_WAY = Words(
    marked("Was on its way"), marked("It was on its way when the client opted out."), marked("Nothing more goes out.")
)
#: Why an automatic text waits for a person; completes "Waiting: …".
UNDECIDED = marked("asks for no more texts, and nobody has decided yet")


@dataclass(frozen=True, slots=True)
class Link:
    """Another text. ``here``: it is shown on the same page."""

    text: uuid.UUID
    conversation: uuid.UUID
    position: int
    here: bool


@dataclass(frozen=True, slots=True)
class Sequel:
    """``tries``: trying the text again can help; ``asks``: a person is to say what became of it; ``elsewhere``: its
    number may be the trouble. ``again`` was made of it, ``repeats`` is what it was made of. ``said`` is who said what
    and when, ``why`` how they know; None when that cannot be read."""

    tries: bool = False
    asks: bool = False
    elsewhere: bool = False
    again: Link | None = None
    repeats: Link | None = None
    said: str = ""
    why: str | None = field(default="", repr=False)

    @property
    def any(self) -> bool:
        """Whether there is something to show."""
        return bool(self.tries or self.asks or self.elsewhere or self.again or self.repeats or self.said)


@dataclass(frozen=True, slots=True)
class Text:
    """One text as it is shown. ``body`` is None when it cannot be read; ``words`` is empty for a client's text.

    ``help`` explains a state that is not simply good. ``author`` is None for an automatic text, ``files`` are those
    that came with it. ``asks``: it plainly asks for no more texts, and nobody has decided yet. ``by`` is the author's
    reference, ``payments`` say of each payment link in it that it was sent, or paid.
    """

    id: uuid.UUID
    position: int
    inbound: bool
    body: str | None = field(repr=False)
    author: str | None = field(repr=False)
    at: datetime
    state: State
    words: str
    help: Words | None
    partly: bool
    files: tuple[ShownFile, ...]
    conversation: uuid.UUID
    asks: bool = False
    payments: tuple[str, ...] = ()
    by: str | None = None
    sequel: Sequel = Sequel()
    erased: bool = False


def named(names: Mapping[str, str], ref: str) -> str:
    """Somebody's name among those that the host knows."""
    return names.get(ref) or (_("An operator") if ref.startswith(audit.CLI) else _("Former colleague"))


def read_phones(
    session: Session | scoped_session[Any], conversations: Sequence[Conversation]
) -> dict[uuid.UUID, str | None]:
    """The phone numbers (E.164) by conversation, None for one that cannot be read."""
    wanted = [(cells.place(Conversation, "phone", row.id, row.firm), row.phone) for row in conversations]
    found = cells.read(session, wanted)
    return {
        row.id: None if isinstance(phone, DecryptError) else phone
        for row, phone in zip(conversations, found, strict=True)
    }


def read_bodies(session: Session, messages: Sequence[Message]) -> dict[uuid.UUID, str | None]:
    """The texts by id, None for one that cannot be read."""
    wanted = [(cells.place(Message, "body", row.id, row.firm), row.body) for row in messages]
    found = cells.read(session, wanted)
    return {row.id: None if isinstance(text, DecryptError) else text for row, text in zip(messages, found, strict=True)}


@dataclass(frozen=True, slots=True)
class Wording:
    """What it takes to put a text of this firm into words; ``consent`` is what stands about texting the number."""

    firm: Firm
    holds: Sequence[Hold]
    names: Mapping[str, str] = field(repr=False)
    consent: OptOut | None = None

    def text(self, message: Message, body: str | None, number: str, files: tuple[ShownFile, ...] = ()) -> Text:
        """One text, with what its state means; ``number`` is the firm's in E.164."""
        hold = hold_on(self.holds, number)
        inbound = message.direction == Direction.IN
        return Text(
            id=message.id,
            position=message.position,
            inbound=inbound,
            body=body,
            author=self._author(message),
            at=message.shown_at,
            state=State(message.state),
            words="" if inbound else self._words(message, hold),
            help=_help(message, hold) or self._on_its_way(message),
            partly=message.partly,
            files=files,
            conversation=message.conversation_id,
            asks=self.consent is not None and self.consent.asked_by == message.id,
            by=message.author,
            erased=message.__dict__.get("body") == erasing.NOTHING,  # a list of the administration loads none
        )

    def _is_paused(self, message: Message) -> bool:
        """Whether it waits because the client seems to ask for no more texts."""
        asked = self.consent is not None and self.consent.asked_at is not None
        automatic = message.kind != Kind.STAFF and message.answers is None
        return asked and automatic and message.state == State.QUEUED

    def _on_its_way(self, message: Message) -> Words | None:
        """Nothing takes back what was being sent at the moment of an opt-out, and staff see that it was."""
        if self.consent is None or not self.consent.opted_out or message.direction == Direction.IN or message.answers:
            return None
        going = message.state not in (State.QUEUED, State.CANCELLED)
        return ON_ITS_WAY.said() if going and message.created_at <= self.consent.since < message.state_at else None

    def _author(self, message: Message) -> str | None:
        if message.kind != Kind.STAFF or message.author is None:
            return None
        return self.person(message.author)

    def person(self, ref: str) -> str:
        """The name of somebody of the firm."""
        return named(self.names, ref)

    def _words(self, message: Message, hold: str | None) -> str:
        due = message.not_before if message.tries == 0 else None
        if due is not None and due - message.created_at < SCHEDULED:
            due = None
        zone, now = self.firm.zone, firmtext.clock.now()
        if message.quiet_zone and message.not_before and message.not_before > now:
            zone, hold = message.quiet_zone, QUIET_HOURS
        elif self._is_paused(message):
            return _("Waiting: %(reason)s", reason=_(UNDECIDED))
        return state_words(message.state, message.reason, due, now, zone, hold)


def _help(message: Message, hold: str | None) -> Words | None:
    if message.state == State.FAILED:
        return failure_words(message.reason, message.code)
    if message.state == State.QUEUED and hold is not None:
        return hold_words(hold)
    means = MEANINGS.get(State(message.state))
    return means.said() if means else None

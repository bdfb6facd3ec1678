"""Where a firm stands with texting, in the words of its settings page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..current import firmtext
from ..firm import texting, trouble
from ..firm.details import Details
from ..firm.provisioning import KEPT
from ..firm.texting import Status
from ..firm.verification import WORDS
from ..language import gettext as _
from ..language import listed, marked
from ..language import ngettext as _n
from ..messaging import tenancy
from ..messaging.moments import day, wall_time
from ..messaging.numbers import display
from ..ports.values import Firm, User
from ..store import audit, changes
from ..store.models import Number, Order
from ..store.states import NumberState, OrderState, Step
from ..store.transactions import reading
from .access import Visitor, asked
from .problems import Problem
from .wordings import Wordings, wordings

log = logging.getLogger(__name__)


class Stage(StrEnum):
    """Which page a firm sees."""

    UNAVAILABLE = "unavailable"
    NEW = "new"
    COMING = "coming"
    ON = "on"
    OFF = "off"


STEPS = {
    Step.CHOOSE: marked("Looking for a number"),
    Step.BUY: marked("Buying it"),
    Step.LINK: marked("Connecting it"),
    Step.POINT: marked("Telling the carrier where to bring texts"),
    Step.CHECK: marked("Checking"),
}

#: When clients are reminded.
BEFORE = marked(
    "Clients who are notified by text get a reminder %(days)s before the event, at %(time)s in the event's time zone."
)
ON_ITS_DAY = marked("Clients who are notified by text get a reminder on its day, at %(time)s in the event's time zone.")
BOTH = marked(
    "Clients who are notified by text get a reminder %(days)s before the event and on its day, at %(time)s in the "
    "event's time zone."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of an order: ``place`` is "done", "now" or "later"."""

    words: str
    place: str


@dataclass(frozen=True, slots=True)
class Line:
    """A number as people read it."""

    words: str
    state: NumberState
    label: str
    meaning: str
    why: str | None
    leaves: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A firm's settings as one visitor sees them, at the firm's count ``now``."""

    visitor: Visitor
    stage: Stage
    status: Status
    edits: bool
    now: int
    wordings: Wordings | None = None

    @property
    def firm(self) -> Firm:
        return self.visitor.firm

    @property
    def details(self) -> Details:
        return self.status.details

    @property
    def phone(self) -> str:
        """The alternative phone as people write it."""
        return display(self.details.phone) if self.details.phone else ""

    @property
    def coming(self) -> bool:
        """Whether the page has to be kept up to date."""
        return self.stage is Stage.COMING or (self.stage is Stage.ON and self.status.being_set_up)

    @property
    def steps(self) -> Sequence[Progress]:
        """What is done for a number, in order."""
        return _progress(self.status.order) if self.status.order else ()

    @property
    def stands_still(self) -> bool:
        return self.status.order is not None and self.status.order.state == OrderState.FAILED

    @property
    def trouble(self) -> str | None:
        """What went wrong with getting a number, for the firm to read."""
        return trouble.sentence(self.status.order.trouble) if self.status.order else None

    @property
    def numbers(self) -> Sequence[Line]:
        """The firm's numbers, its main one first."""
        return [_line(number, self.firm) for number in self.status.numbers]

    @property
    def said_by_step(self) -> str:
        """For whoever hears the page: what has changed since the last poll."""
        if not self.coming:
            return _("Your number is ready.") if self.status.numbers else ""
        return self.trouble or next((step.words for step in self.steps if step.place == "now"), "")

    @property
    def kept_until(self) -> str | None:
        """The day on which a firm that turned texting off loses its number."""
        return _day(self.status.kept_until, self.firm) if self.status.kept_until else None

    @property
    def would_be_kept_until(self) -> str:
        """The same for a firm that turns it off now."""
        return _day(firmtext.clock.now() + KEPT, self.firm)

    @property
    def reminders(self) -> str:
        """What the firm's choice of reminders means."""
        row = self.status.texting
        if row is None or not row.reminder_days:
            return _("Clients get no reminders.")
        before = listed([_n("%(n)s day", "%(n)s days", days) for days in row.reminder_days if days])
        on_its_day = 0 in row.reminder_days
        words = BOTH if before and on_its_day else ON_ITS_DAY if on_its_day else BEFORE
        return _(words, days=before, time=wall_time(row.reminder_time))

    @property
    def askable(self) -> Sequence[str]:
        """Whom somebody may ask who cannot change anything: some names, as far as the host tells them."""
        return [user.name for user in _administrators(self.firm.ref)[:3]]


def standing(who: Visitor, language: str | None = None) -> Standing:
    """Where the visitor's firm stands. The count is read first: what comes later is news."""
    edits, reads = who.may("settings.edit"), who.may("template.read")
    with reading() as session:
        now = changes.now(session, who.firm.ref)
        status = texting.status(session, who.firm.ref)
        stage = _stage(who.firm, status)
        texts = wordings(session, who.firm, status.details, language) if reads and stage is Stage.ON else None
    return Standing(who, stage, status, edits, now, texts)


def _stage(firm: Firm, status: Status) -> Stage:
    if not firm.availability.allowed:
        return Stage.UNAVAILABLE
    if status.texting is None:
        return Stage.NEW
    if status.off:
        return Stage.OFF
    in_hand = status.order.number_id if status.order else None
    connected = any(number.state != NumberState.BOUGHT and number.id != in_hand for number in status.numbers)
    return Stage.COMING if status.being_set_up and not connected else Stage.ON


def _progress(order: Order) -> list[Progress]:
    """A firm that is taken over has its number: nothing is looked for or bought."""
    taken_over = order.by == audit.HOST and order.step not in (Step.CHOOSE, Step.BUY)
    steps = list(STEPS)[list(STEPS).index(Step.LINK) if taken_over else 0 :]
    here = steps.index(Step(order.step))
    places = ["done"] * here + ["now"] + ["later"] * (len(steps) - here - 1)
    return [Progress(_(STEPS[step]), place) for step, place in zip(steps, places, strict=True)]


def _line(number: Number, firm: Firm) -> Line:
    words = WORDS[NumberState(number.state)]
    leaves = _day(number.release_at, firm) if number.release_at else None
    return Line(display(number.e164), NumberState(number.state), _(words.label), _(words.meaning), number.why, leaves)


def _day(at: datetime, firm: Firm) -> str:
    return day(at, firmtext.clock.now(), firm.zone)


def _administrators(firm: str) -> Sequence[User]:
    """A page does not wait for names: without them it says the same."""
    try:
        return asked("Users.administrators", lambda: tenancy.administrators(firm))
    except Problem:
        return ()

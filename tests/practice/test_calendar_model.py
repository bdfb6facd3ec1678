"""A year of random events against a second opinion: plain rules that share nothing with the code that sends.

Every text about every event goes to the same contact, for the same purpose, at the same moment.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam, func, select, update

from calendar_year import BEGIN, END, PEOPLE, ZONES, Act, Choice, Entry, Year, year
from diary import DAY, HOUR, MINUTE, Diary
from flask_firmtext.clock import UTCDateTime
from flask_firmtext.current import firmtext
from flask_firmtext.firm import reminding
from flask_firmtext.store.models import CalendarEvent, Invitation, Message, Notice, Reminder, Texting
from flask_firmtext.store.transactions import own, reading

#: Event, contact, purpose, when it went.
Went = tuple[str, str, str, datetime]
WAKES, SLEEPS = time(8), time(21)


# --- The rules ---------------------------------------------------------------------------------------------------


def first_instant(day: date, clock: time, zone: str) -> datetime:
    """The first moment at which a clock there shows this or, in the hour that spring leaves out, more."""
    wall = datetime.combine(day, clock)
    moment = wall.replace(tzinfo=UTC) + 12 * HOUR + 30 * MINUTE  # no clock here is further behind
    found = None
    for _ in range(25 * 12):
        moment -= 5 * MINUTE
        if wall <= moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) <= wall + HOUR:
            found = moment
    assert found is not None
    return found


def sleeps(clock: time) -> bool:
    return clock >= SLEEPS or clock < WAKES


def wakes(moment: datetime, zone: str) -> datetime:
    """When somebody there who must not be disturbed may be; the moment itself by day."""
    there = moment.astimezone(ZoneInfo(zone))
    if not sleeps(there.time()):
        return moment
    return first_instant(there.date() + (DAY if there.time() >= SLEEPS else 0 * DAY), WAKES, zone)


@dataclass(frozen=True)
class Told:
    """An event as a client would read it."""

    title: str
    place: str
    when: tuple[Any, ...]
    begins: datetime
    day: date
    zone: str


def told(entry: Entry) -> Told:
    if entry.all_day:
        begins, first, last = first_instant(entry.start.date(), time(), entry.zone), entry.start, entry.end
        return Told(entry.title, entry.place, (first, last), begins, first.date(), entry.zone)
    start, end = (one.astimezone(ZoneInfo(entry.zone)) for one in (entry.start, entry.end))
    last = end if end == start else end - timedelta(microseconds=1)
    when = (start.date(), start.hour, start.minute, start.utcoffset(), last.date())
    return Told(entry.title, entry.place, when, entry.start, start.date(), entry.zone)


def reminder_due(event: Told, days: int, clock: time) -> datetime:
    """So many days before; what would wake the event's place waits for morning, or comes the evening before."""
    day = event.day - days * DAY
    if not sleeps(clock):
        return first_instant(day, clock, event.zone)
    morning = first_instant(day if clock < WAKES else day + DAY, WAKES, event.zone)
    if morning <= event.begins - HOUR:
        return morning
    return first_instant(day - DAY if clock < WAKES else day, SLEEPS, event.zone) - MINUTE


@dataclass
class Waiting:
    """A text that is made and has not gone."""

    purpose: str
    event: Told
    goes: datetime
    days: int = 0
    due: datetime | None = None

    def still_useful(self, at: datetime) -> bool:
        return self.event.begins > at


@dataclass
class Client:
    """One contact of one event, from its first moment to its last."""

    ref: str
    contact: str
    world: Year
    now: datetime = BEGIN
    event: Told | None = None
    takes_place: bool = False
    invited: bool = False
    ever: bool = False
    knows: Told | None = None
    notification: Waiting | None = None
    reminder: Waiting | None = None
    look_at: datetime | None = None
    plan: dict[int, datetime] = field(default_factory=dict)
    reminded_of: set[int] = field(default_factory=set)
    reminders_read: list[tuple[int, Any]] = field(default_factory=list)
    went: list[Went] = field(default_factory=list)

    # What the host does.

    def saved(self, act: Act) -> None:
        assert act.entry is not None
        before, self.event, at = self.event, told(act.entry), act.at
        restored = before is not None and not self.takes_place
        moved = before is not None and before.when != self.event.when
        changed = before is None or restored or read(before) != read(self.event)
        invited = self.invited if act.invite is None else self.contact in act.invite
        turned = invited is not self.invited
        self.takes_place, self.invited, self.ever = True, invited, self.ever or invited
        if not self.ever:
            return
        if changed or turned:
            self.notification = None
        if self.reminder and (changed or not invited):
            if not moved and not restored and invited:  # the same reminder, once the client knows what is new
                self.plan[self.reminder.days] = self.reminder.due or at
            self.reminded_of.discard(self.reminder.days)
            self.reminder = None
        if restored or moved or turned:
            self.plan = {} if not invited else self._coming(at)
        if restored or moved:
            self.reminded_of = set()
            self.plan = {} if not invited else self._coming(at)
        if moved and invited and not restored and not turned and self._known():
            self.plan |= self._nearest_that_is_over(at)
        if changed or turned:
            self._look(at)

    def cancelled(self, at: datetime) -> None:
        if not self.takes_place:
            return
        self.takes_place, self.plan, self.reminder = False, {}, None
        if self.notification and self.notification.purpose != "cancelled":
            self.notification = None
        self._look(at)

    def chosen(self, at: datetime) -> None:
        """The firm's reminders are others: what is due as before stays due, what was sent stays sent."""
        if self.event and self.takes_place and self.invited and self.event.begins > at:
            new, choice = self._coming(at), self._choice(at)
            for days, due in self.plan.items():
                if days in choice.days and reminder_due(self.event, days, choice.time) == due:
                    new[days] = due
            self.plan = new

    def _choice(self, at: datetime) -> Choice:
        return [one for one in self.world.choices if one.at <= at][-1]

    def _all(self, at: datetime) -> dict[int, datetime]:
        assert self.event is not None
        choice = self._choice(at)
        found = {days: reminder_due(self.event, days, choice.time) for days in choice.days}
        return {days: due for days, due in found.items() if at < self.event.begins and due < self.event.begins}

    def _coming(self, at: datetime) -> dict[int, datetime]:
        return {days: due for days, due in self._all(at).items() if due > at and days not in self.reminded_of}

    def _nearest_that_is_over(self, at: datetime) -> dict[int, datetime]:
        assert self.event is not None
        over = {days: due for days, due in self._all(at).items() if due <= at}
        if not over or any(days <= min(over) and when == self.event.when for days, when in self.reminders_read):
            return {}
        return {min(over): over[min(over)]}

    # What is to be told.

    def _known(self) -> Told | None:
        if self.notification:
            return None if self.notification.purpose == "cancelled" else self.notification.event
        return self.knows

    def _wanted(self, at: datetime) -> str | None:
        assert self.event is not None
        known = self._known()
        if not (self.takes_place and self.invited):
            return "cancelled" if known and known.begins > at else None
        if self.event.begins <= at:
            return None
        if known is None:
            return "created"
        return "updated" if read(known) != read(self.event) else None

    def _look(self, at: datetime) -> None:
        wanted, known = self._wanted(at), self._known()
        self.look_at = None if wanted is None else at
        if wanted == "updated" and known and self.event:
            soon = [one.begins for one in (known, self.event) if at < one.begins <= at + MINUTE]
            self.look_at = at if soon else at + MINUTE

    # What we do by ourselves.

    def until(self, end: datetime) -> None:
        while (at := self._next()) is not None and at < end:
            self.now = at
            self._step(at)
        self.now = max(self.now, end)

    def _next(self) -> datetime | None:
        moments = [one.goes for one in (self.notification, self.reminder) if one]
        moments += [self.look_at] if self.look_at else [*self.plan.values()]
        return min((self._working(max(one, self.now)) for one in moments), default=None)

    def _working(self, at: datetime) -> datetime:
        return next((up for down, up in self.world.outages if down <= at < up), at)

    def _step(self, at: datetime) -> None:
        self.notification = self.notification if self.notification and self.notification.still_useful(at) else None
        self.reminder = self.reminder if self.reminder and self.reminder.still_useful(at) else None
        if self.look_at and self.look_at <= at:
            self.look_at = None
            self._tell(at)
        if self.look_at is None:
            self._remind(at)
        for one in filter(None, (self.notification, self.reminder)):
            if one.goes <= at:
                self._goes(one, at)

    def _tell(self, at: datetime) -> None:
        wanted, known = self._wanted(at), self._known()
        if wanted and self.event:
            about = known if wanted == "cancelled" and known else self.event
            self.notification = Waiting(wanted, about, self._polite(at, about) or at)

    def _remind(self, at: datetime) -> None:
        over = sorted(days for days, due in self.plan.items() if due <= at)
        dues = {days: self.plan.pop(days) for days in over}
        if over and self.event and self.event.begins > at:
            goes = self._polite(at, self.event)
            if goes:
                self.reminder = Waiting("reminder", self.event, goes, over[0], dues[over[0]])
                self.reminded_of.add(over[0])

    def _polite(self, at: datetime, about: Told) -> datetime | None:
        """By day at once; by night in the morning, if that is an hour before the event; else None."""
        goes = wakes(at, PEOPLE[self.contact][1])
        return goes if goes == at or goes <= about.begins - HOUR else None

    def _goes(self, one: Waiting, at: datetime) -> None:
        self.went.append((self.ref, self.contact, one.purpose, at))
        if one.purpose == "reminder":
            self.reminder = None
            self.reminders_read.append((one.days, one.event.when))
        else:
            self.notification = None
            self.knows = None if one.purpose == "cancelled" else one.event


def read(event: Told) -> tuple[Any, ...]:
    return event.title, event.place, event.when


def expected(world: Year, acts: list[Act], contact: str) -> list[Went]:
    """What one contact is to get about one event."""
    client = Client(acts[0].ref, contact, world)
    steps: list[tuple[datetime, Act | None]] = [(act.at, act) for act in acts]
    steps += [(one.at, None) for one in world.choices]
    for at, act in sorted(steps, key=lambda step: step[0]):
        client.until(at)
        if act is None:
            client.chosen(at)
        elif act.entry is None:
            client.cancelled(at)
        else:
            client.saved(act)
    client.until(END + 90 * DAY)
    return client.went


# --- What really happens -------------------------------------------------------------------------------------------


@dataclass
class Practice:
    """The firm lives through a year; time goes from one moment at which something is due to the next."""

    diary: Diary
    world: Year
    went: list[Went] = field(default_factory=list)

    def lives(self) -> list[Went]:
        inputs: list[tuple[datetime, Any]] = [(one.at, one) for one in (*self.world.acts, *self.world.choices)]
        for at, one in sorted(inputs, key=lambda step: step[0]):
            self._works_until(at)
            self.diary.clock.at = at
            if isinstance(one, Choice):
                with own() as session:
                    reminding.change(session, "harbor", list(one.days), one.time, by="admin@harbor.example")
            else:
                self._does(one)
            if not self._down(at):
                self._works()
        self._works_until(END + 90 * DAY)
        return self.went

    def _does(self, act: Act) -> None:
        if act.entry is None:
            self.diary.cancels(act.ref)
            return
        entry = act.entry
        more = {"end": entry.end, "zone": entry.zone, "all_day": entry.all_day, "place": entry.place}
        self.diary.saves(entry.start, title=entry.title, ref=act.ref, invite=act.invite, **more)

    def _down(self, at: datetime) -> datetime | None:
        return next((up for down, up in self.world.outages if down <= at < up), None)

    def _works_until(self, end: datetime) -> None:
        while (at := self._next()) is not None:
            at = self._down(at) or at
            if at >= end:
                return
            self.diary.clock.at = at
            self._works()

    def _next(self) -> datetime | None:
        """The next moment for which something is noted; the end of an outage while there is one."""
        now = self.diary.clock.now()
        if up := self._down(now):
            return up
        with reading() as session:
            found = session.execute(NEXT, {"now": now}).one()
        return min((one for one in found if one), default=None)

    def _works(self) -> None:
        with reading() as session:
            due = session.scalar(DUE, {"now": self.diary.clock.now()})
        while due:
            self.diary.works()
            with reading() as session:
                before, due = due, session.scalar(DUE, {"now": self.diary.clock.now()})
            if due == before:
                break
        self._send()

    def _send(self) -> None:
        now = self.diary.clock.now()
        with own() as session:
            ids = session.scalars(SEND, {"now": now}).all()
            if ids:
                self.went += [(*row, now) for row in session.execute(SENT, {"ids": ids})]


now_ = bindparam("now", type_=UTCDateTime())


def first(column: Any, *conditions: Any) -> Any:
    return select(func.min(column)).where(column > now_, *conditions).scalar_subquery()


NEXT = select(
    first(Invitation.notice_at),
    first(Reminder.due_at, Reminder.state == "planned"),
    first(Message.not_before, Message.state == "queued"),
)
#: How much there is to be done; it may be for another moment.
DUE = select(
    select(func.count()).where(Invitation.notice_at <= now_).scalar_subquery()
    + select(func.count()).where(Reminder.state == "planned", Reminder.due_at <= now_).scalar_subquery()
    + select(func.count()).where(Message.state == "queued", Message.expires_at <= now_).scalar_subquery()
    + select(func.count())
    .where(CalendarEvent.plan != Texting.plan, CalendarEvent.state == "planned", CalendarEvent.starts_at > now_)
    .scalar_subquery()
)
SEND = (
    update(Message)
    .where(Message.state == "queued", Message.not_before <= now_)
    .values(state="delivered")
    .returning(Message.id)
    .execution_options(synchronize_session=False)
)
SENT = (
    select(CalendarEvent.event, Invitation.contact, Notice.purpose)
    .join(Invitation, Invitation.event_id == CalendarEvent.id)
    .join(Notice, Notice.invitation_id == Invitation.id)
    .where(Notice.message_id.in_(bindparam("ids", expanding=True)))
)


def history(world: Year, ref: str, went: list[Went], wanted: list[Went]) -> str:
    """Everything about one event, for whoever has to find out why."""
    lines: list[tuple[datetime, str]] = [(act.at, f"host      {act}") for act in world.acts if act.ref == ref]
    lines += [(one.at, f"chosen    {one.days} {one.time}") for one in world.choices]
    lines += [(down, f"down      until {up}") for down, up in world.outages]
    lines += [(one[3], f"went      {one[1:3]}") for one in went]
    lines += [(one[3], f"expected  {one[1:3]}") for one in wanted]
    return "\n".join(f"{at:%Y-%m-%d %H:%M:%S.%f}  {line}" for at, line in sorted(lines))


def waits_for_no_disk(engine: sa.Engine) -> None:
    """Nothing is to survive here, and SQLite would wait for the disk ten times an event."""

    def relax(connection: Any, record: object) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    if engine.dialect.name == "sqlite":
        engine.dispose()
        sa.event.listen(engine, "connect", relax)


def compare(app: Any, seed: int, events: int) -> int:
    world = year(seed, events)
    waits_for_no_disk(firmtext.engine)
    diary = Diary(app, BEGIN)
    for ref, (zone, _, number) in PEOPLE.items():
        diary.host.add_contact("harbor", ref.title(), number, ref=ref, zone=zone)
    world.choices.insert(0, Choice(BEGIN - DAY, tuple(reminding.DAYS), reminding.TIME))
    real, really = Practice(diary, Year(world.acts, world.choices[1:], world.outages)), Counter[Went]()
    really.update(real.lives())
    acts: dict[str, list[Act]] = {}
    for act in world.acts:
        acts.setdefault(act.ref, []).append(act)
    wanted = Counter(one for each in acts.values() for contact in PEOPLE for one in expected(world, each, contact))
    wrong = sorted((really - wanted) + (wanted - really))
    if wrong:
        ref = wrong[0][0]
        both = ([one for one in counter.elements() if one[0] == ref] for counter in (really, wanted))
        pytest.fail(f"seed {seed}: {len({one[0] for one in wrong})} events differ\n{history(world, ref, *both)}")
    return sum(wanted.values())


def test_a_season_of_random_events_is_told_as_the_rules_say(app: Any) -> None:
    """F77, F78 and R10, with outages and other choices in between."""
    assert compare(app, seed=7, events=60) > 100


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_a_year_of_random_events_is_told_as_the_rules_say(app: Any, database_url: str) -> None:
    """F77, F78 and R10; each zone, both changes of the clocks, every hour of the day. The engines share the verbs."""
    assert len(ZONES) == 5
    events = 5_000 if database_url.startswith("sqlite") else 500
    assert compare(app, seed=2031, events=events) > events * 2

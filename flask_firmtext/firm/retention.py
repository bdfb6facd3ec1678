"""A firm's rule: so many days after its newest text a conversation is erased, a little each night.

First it is counted. What is more than a fifth of the firm waits for a person who says yes: a wrong number in a form
must not empty an office before anybody looks.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, update

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy
from ..store import audit, erasure_queries, retention_queries
from ..store.models import Conversation, Retention
from ..store.retention_queries import Amount
from ..store.transactions import own, reading
from . import erasing, erasures, legal_holds
from .erasing import Terms

CAUSE = "retention"
LEAST, MOST = 30, 36_500
#: Percent of a firm that go in one night without a person's yes.
SHARE = 20
#: From hour to hour, the firm's time.
NIGHT = range(1, 5)
#: Two nights are at least so far apart.
APART = timedelta(hours=20)
AT_ONCE = 200
#: So often a run says that it goes on.
BEAT = timedelta(seconds=20)
WRONG = marked("Give a number of days from %(least)s to %(most)s, or leave it empty to keep everything.")

Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a night would erase, of what there is, after what the last hours have erased. ``held``: only a hold keeps
    so many conversations."""

    firm: str
    days: int | None
    before: datetime | None
    over: Amount
    all: Amount
    tonight: Amount
    held: int

    @property
    def share(self) -> int:
        """Percent of the firm, of its conversations or its texts, whichever is more; rounded up."""
        pairs = zip(
            (self.over.conversations + self.tonight.conversations, self.over.texts + self.tonight.texts),
            (self.all.conversations + self.tonight.conversations, self.all.texts + self.tonight.texts),
            strict=True,
        )
        return max(-(-100 * part // whole) if whole else 0 for part, whole in pairs)

    @property
    def is_too_much(self) -> bool:
        """Whether a person has to say yes."""
        return bool(self.over.conversations) and self.share > SHARE


@dataclass(slots=True)
class Ran:
    """What a run did: ``left`` counts by reason what was passed over, ``refused``: it was too much without a yes."""

    plan: Plan
    erased: int = 0
    left: dict[str, int] = field(default_factory=dict)
    refused: bool = False
    erasure: uuid.UUID | None = None


def set_rule(firm: str, days: str, *, by: str) -> None:
    """Let a firm's conversations go so many days after their newest text; empty: never.

    :raises FormRefused: that is no such number.
    """
    days = days.strip()
    wanted = int(days) if days.isascii() and days.isdigit() and len(days) < 9 else None
    if days and (wanted is None or not LEAST <= wanted <= MOST):
        raise FormRefused({"days": _(WRONG, least=LEAST, most=MOST)})
    with own() as session:
        legal_holds.take_turn(session, firm)
        was = retention_queries.rule(session, firm)
        told = {"was": str(was.days) if was and was.days else None, "became": str(wanted) if wanted else None}
        changed = {"days": wanted, "changed_by": by, "changed_at": firmtext.clock.now(), "refused": None}
        session.execute(
            update(Retention)
            .where(Retention.firm == firm)
            .values(**changed)
            .execution_options(synchronize_session=False)
        )
        audit.record(session, "retention.set", (Retention.__tablename__, firm), firm=firm, actor=by, **told)


def plan(firm: str) -> Plan:
    """What a night would erase now. The host is asked who is in the matters that are held."""
    legal_holds.refresh(firm)
    return counted(firm)


def counted(firm: str, *, without: Collection[str] = ()) -> Plan:
    """The same, as far as holds are known, as if there were no texts of the contacts ``without`` which it is."""
    which = retention_queries.is_of_nobody_in(without)
    with reading() as session:
        rule = retention_queries.rule(session, firm)
        days = rule.days if rule else None
        before = firmtext.clock.now() - timedelta(days=days) if days else None
        nothing = Amount(0, 0)
        everything = retention_queries.amount(session, firm, Conversation.erased_at.is_(None), *which)
        if before is None:
            return Plan(firm, None, None, nothing, everything, nothing, 0)
        over = retention_queries.amount(session, firm, *retention_queries.is_over(firm, before), *which)
        tonight = erasure_queries.since(session, firm, CAUSE, firmtext.clock.now() - APART, *which)
        held = retention_queries.held(session, firm, before, *which)
        return Plan(firm, days, before, over, everything, tonight, held)


def run(firm: str, by: str, tell: Tell, *, yes: bool = False, planned: Plan | None = None) -> Ran:
    """Erase what is over; ``tell`` hears how many conversations, and may raise to end it. ``yes``: however much it is.

    Ended at any moment, it goes on when it is called again.
    """
    found = Ran(planned or plan(firm))
    if found.plan.before is None or not found.plan.over.conversations:
        _note_look(firm, None)
        return found
    if found.plan.is_too_much and not yes:
        found.refused = True
        _note_look(firm, found.plan.share)
        return found
    erasure = erasures.night(firm, by, found.plan.over)
    found.erasure = erasure.id
    terms = Terms(before=found.plan.before)
    seen = firmtext.clock.now()
    for conversation in _over(firm, found.plan.before):
        why = erasing.take(erasure, conversation, terms)
        if why == erasing.OVER:
            erasure = erasures.night(firm, by, found.plan.over)
            why = erasing.take(erasure, conversation, terms)
        if firmtext.clock.now() - seen > BEAT:
            erasures.put_off(erasure)
            seen = firmtext.clock.now()
        if why is None:
            found.erased += 1
            erasures.empty_all(firm)
        else:
            found.left[why] = found.left.get(why, 0) + 1
        tell(1)
    erasures.finish(erasure, left=found.left)
    _note_look(firm, None)
    return found


def _over(firm: str, before: datetime) -> Iterator[uuid.UUID]:
    after: tuple[datetime, uuid.UUID] | None = None
    while True:
        with reading() as session:
            rows = retention_queries.over(session, firm, before, after, AT_ONCE)
        if not rows:
            return
        yield from (row.id for row in rows)
        after = rows[-1].last_at, rows[-1].id


def _note_look(firm: str, refused: int | None) -> None:
    noted = update(Retention).where(Retention.firm == firm).values(looked_at=firmtext.clock.now(), refused=refused)
    with own() as session:
        session.execute(noted.execution_options(synchronize_session=False))


def due() -> Sequence[str]:
    """The firms whose night has come and whose rule was not looked at yet."""
    now = firmtext.clock.now()
    with reading() as session:
        waiting = [
            rule.firm
            for rule in retention_queries.ruled(session)
            if rule.looked_at is None or rule.looked_at < now - APART
        ]
    return [firm for firm in waiting if _is_night(firm, now)]


def _is_night(firm: str, now: datetime) -> bool:
    found = tenancy.firm(firm)
    return found is not None and now.astimezone(ZoneInfo(found.zone)).hour in NIGHT


def tonight(firm: str, tell: Tell) -> None:
    """A night's work without anybody at a terminal: one sweep does it, whoever comes first."""
    now = firmtext.clock.now()
    with own() as session:
        early = or_(Retention.looked_at.is_(None), Retention.looked_at < now - APART)
        mine = update(Retention).where(Retention.firm == firm, Retention.days.is_not(None), early)
        taken = session.execute(
            mine.values(looked_at=now).returning(Retention.firm).execution_options(synchronize_session=False)
        ).first()
    if taken is not None:
        run(firm, audit.SWEEP, tell)

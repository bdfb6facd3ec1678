"""Where the firm stands with texting: its settings, its numbers, what stands still, and counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field
from sqlalchemy.orm import Session

from ...current import firmtext
from ...firm import details, explaining, reminding, texting
from ...firm.details import Details
from ...firm.verification import WORDS
from ...language import gettext as _
from ...messaging import held
from ...store import stats_queries
from ...store.models import Number as NumberRow
from ...store.states import NumberState
from ...store.transactions import own, reading
from ..standing import Stage, Standing, standing
from ..takeover import must_take_over, take_over
from .bearer import Bearer
from .operations import get, patch, post
from .problems import conflict, nothing
from .shapes import Answer, Asked, Given, Page


class Settings(Answer):
    """Where the firm stands, and what it has chosen."""

    stage: Stage = Field(description="`new`: texting was never turned on; `coming`: a number is being got.")
    trouble: str | None = Field(description="What went wrong with getting a number, for people.")
    email: str | None = Field(description="The alternative email address in automatic texts.")
    phone: str | None = Field(description="The alternative phone in automatic texts, E.164.")
    reminder_days: list[int] = Field(description="So many days before an event clients are reminded.")
    reminder_time: str | None = Field(description="At this time, like 09:00.")
    explains_refusals: bool = Field(description="Whether a client whose file was refused is told how to send it.")
    kept_until: datetime | None = Field(description="When a firm that has turned texting off loses its number.")


class Other(Given):
    """What is to be otherwise; what is left out stays."""

    email: str | None = Field(None, max_length=320)
    phone: str | None = Field(None, max_length=40)
    reminder_days: list[int] | None = Field(None, max_length=10)
    reminder_time: str | None = Field(None, max_length=8)
    explains_refusals: bool | None = None


class Reachable(Given):
    """Where clients reach the firm in another way. What is left out is as the firm gave it before."""

    may_be_left_out: ClassVar[bool] = True

    email: str | None = Field(None, max_length=320, description="The alternative email address in automatic texts.")
    phone: str | None = Field(None, max_length=40, description="The alternative phone in automatic texts.")


class Number(Answer):
    """A number of the firm."""

    number: str
    main: bool = Field(description="Whether the firm texts from it.")
    state: NumberState
    words: str
    meaning: str
    why: str | None = Field(description="What the carriers said.")


class Numbers(Page[Number]):
    """All of them, the main one first."""


class StandingHold(Answer):
    """Something that keeps the firm's texts back."""

    kind: str
    code: str
    since: datetime
    waiting: int = Field(description="So many texts of the firm wait.")
    words: str
    meaning: str
    next_step: str


class Stats(Answer):
    """Counts: texts by state, and what stands still."""

    since: datetime
    states: dict[str, int]
    holds: list[StandingHold]


class Since(Asked):
    """How far back."""

    days: int = Field(1, ge=1, le=31)


@get("/settings", "settings:read", version="show_settings")
def show_settings(who: Bearer) -> Settings:
    """Show where the firm stands with texting, and its settings"""
    take_over(who)
    return _shown(standing(who))


@patch("/settings", "settings:write", version="show_settings")
def change_settings(who: Bearer, given: Other) -> Settings:
    """Change the firm's details, reminders, and what clients are told"""
    now = _changing(who)

    def change(session: Session) -> None:
        if {"email", "phone"} & given.model_fields_set:
            found = details.check(session, who.firm.ref, *_contact(given, now))
            texting.change_details(session, who.firm.ref, found, by=who.user.ref)
        if {"reminder_days", "reminder_time"} & given.model_fields_set:
            chosen = now.reminder_days if given.reminder_days is None else given.reminder_days
            days, at = reminding.check(",".join(map(str, chosen)), given.reminder_time or now.reminder_time or "")
            reminding.change(session, who.firm.ref, days, at, by=who.user.ref)
        if given.explains_refusals is not None:
            explaining.change(session, who.firm.ref, given.explains_refusals, by=who.user.ref)

    return _changed(who, change)


@post("/settings/turn-on", "settings:write")
def turn_on(who: Bearer, given: Reachable) -> Settings:
    """Turn texting on, and order a number where the firm has none

    Turned on again, it needs no body: then the details are those that the firm gave before. While texting is on, it
    changes nothing.
    """
    _editing(who)
    must_take_over(who)
    shown = standing(who)
    if not given.model_fields_set:
        if not shown.status.reachable:
            raise conflict("no_details")
        return _changed(who, lambda session: texting.turn_on(session, who.firm, shown.details, by=who.user.ref))
    email, phone = _contact(given, shown.details)
    return _changed(who, lambda session: texting.turn_on_with(session, who.firm, email, phone, by=who.user.ref))


@post("/settings/turn-off", "settings:write")
def turn_off(who: Bearer) -> Settings:
    """Turn texting off

    Nothing is sent from then on, what waits for later is withdrawn, and after 30 days the number is given back.
    """
    _changing(who)
    return _changed(who, lambda session: texting.turn_off(session, who.firm.ref, by=who.user.ref))


@get("/numbers", "settings:read")
def list_numbers(who: Bearer) -> Numbers:
    """List the firm's numbers"""
    with reading() as session:
        found = texting.status(session, who.firm.ref).numbers
    return Numbers(items=[_number(one) for one in found], next=None)


@get("/stats", "settings:read")
def show_stats(who: Bearer, query: Since) -> Stats:
    """Count the firm's texts by state, and what stands still"""
    since = firmtext.clock.now() - timedelta(days=query.days)
    with reading() as session:
        states = stats_queries.states(session, since, who.firm.ref)
        holds = held.standing(session, who.firm.ref)
    return Stats(since=since, states=dict(states), holds=[_hold(one) for one in holds])


def _editing(who: Bearer) -> None:
    who.must("settings.edit")
    if not who.firm.availability.allowed:
        raise nothing()


def _changing(who: Bearer) -> Settings:
    """The settings of a firm that has turned texting on once. :raises Failure: it has not."""
    _editing(who)
    shown = standing(who)
    if shown.status.texting is None:
        raise conflict("never_on")
    return _shown(shown)


def _contact(given: Other | Reachable, now: Settings | Details) -> tuple[str, str]:
    """The alternative contact as a form has it: what is left out is as it is now."""
    email, phone = (
        getattr(given if name in given.model_fields_set else now, name) or "" for name in ("email", "phone")
    )
    return email, phone


def _changed(who: Bearer, change: Callable[[Session], None]) -> Settings:
    with own() as session:
        change(session)
    return _shown(standing(who))


def _shown(found: Standing) -> Settings:
    row = found.status.texting
    return Settings(
        stage=found.stage,
        trouble=found.trouble,
        email=found.details.email,
        phone=found.details.phone,
        reminder_days=list(row.reminder_days) if row else [],
        reminder_time=f"{row.reminder_time:%H:%M}" if row else None,
        explains_refusals=bool(row and row.explains_refusals),
        kept_until=found.status.kept_until,
    )


def _number(row: NumberRow) -> Number:
    state = NumberState(row.state)
    words = WORDS[state]
    return Number(
        number=row.e164, main=row.main, state=state, words=_(words.label), meaning=_(words.meaning), why=row.why
    )


def _hold(one: held.Held) -> StandingHold:
    return StandingHold(
        kind=one.kind,
        code=one.code,
        since=one.since,
        waiting=one.waiting,
        words=one.words.label,
        meaning=one.words.meaning,
        next_step=one.words.next_step,
    )

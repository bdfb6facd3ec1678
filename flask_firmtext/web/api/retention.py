"""What is kept: the firm's rule, and its legal holds."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import Field

from ...errors import FormRefused
from ...firm import legal_holds
from ...firm import retention as rules
from ...messaging import owners
from ...store import legal_hold_queries, retention_queries
from ...store.models import LegalHold
from ...store.transactions import reading
from .. import retention
from . import cursors
from .arguments import Key, as_id
from .bearer import Bearer
from .operations import get, post, put
from .problems import conflict, invalid, nothing
from .shapes import Answer, Given, Page, Paging

HOLDS = "legal-holds"
#: So often more holds are looked at to fill a page of which some may not be known.
ROUNDS = 8
Kind = Literal["contact", "matter", "firm"]
Why = Field(min_length=1, max_length=1000, pattern=r"\S", description="The reason; it is kept encrypted.")


class Rule(Answer):
    """How long texts are kept, and what the next night would erase."""

    days: int | None = Field(description="So many days after its newest text a conversation is erased; null: never.")
    over: int | None = Field(description="Conversations that are over; null while the practice system cannot say.")
    all: int | None
    held: int | None = Field(description="Conversations that only a legal hold keeps.")
    too_much: bool = Field(description="More than a fifth of the firm: an operator has to say yes.")


class Days(Given):
    """The rule."""

    days: int | None = Field(ge=30, le=36_500)


class Place(NamedTuple):
    """Where a page of holds begins: among those that stand or those that were lifted, after one of them."""

    lifted: bool = False
    after: tuple[datetime, uuid.UUID] | None = None


class NewHold(Given):
    """A hold on a contact, a matter (references) or the firm."""

    kind: Kind
    object: str = Field("", max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$", description="Empty for the firm.")
    why: str = Why


class Reason(Given):
    """Why a hold is lifted."""

    why: str = Why


class Hold(Answer):
    """A legal hold. Reasons are null where they cannot be read."""

    id: uuid.UUID
    kind: Kind
    object: str
    since: datetime
    by: str
    why: str | None
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_why: str | None


class Holds(Page[Hold]):
    """A page of them, those that stand first, then the newest."""


@get("/retention", "retention:read", version="show_retention")
def show_retention(who: Bearer) -> Rule:
    """Show how long texts are kept"""
    who.must("retention.set")
    plan = owners.shielded("Matters.contacts_of", lambda: rules.plan(who.firm.ref), None)
    with reading() as session:
        rule = retention_queries.rule(session, who.firm.ref)
        everybody = retention_queries.everybody(session, who.firm.ref) if plan and plan.days else ()
    plan = retention.as_known(who, plan, everybody)
    return Rule(
        days=rule.days if rule else None,
        over=plan.over.conversations if plan else None,
        all=plan.all.conversations if plan else None,
        held=plan.held if plan else None,
        too_much=bool(plan and plan.is_too_much),
    )


@put("/retention", "retention:write", version="show_retention")
def set_retention(who: Bearer, given: Days) -> Rule:
    """Set how long texts are kept"""
    who.must("retention.set")
    rules.set_rule(who.firm.ref, "" if given.days is None else str(given.days), by=who.user.ref)
    return show_retention(who)


@get("/legal-holds", "retention:read")
def list_legal_holds(who: Bearer, query: Paging) -> Holds:
    """List legal holds

    Those that stand first, then the newest. One that is lifted between two pages may come twice.
    """
    who.must("retention.set")
    place = _place(cursors.read(who, HOLDS, query.after)) if query.after else Place()
    found: list[LegalHold] = []
    for _round in range(ROUNDS):
        with reading() as session:
            rows = legal_hold_queries.listed(session, who.firm.ref, **place._asdict(), limit=query.limit + 1)
        found += _known(who, rows)
        following = _behind(rows[-1]) if len(rows) > query.limit else None if place.lifted else Place(lifted=True)
        if len(found) > query.limit or following is None:
            break
        place = following
    if len(found) > query.limit:
        following = _behind(found[query.limit - 1])
    items = [_hold(one) for one in legal_holds.read(found[: query.limit])]
    return Holds(items=items, next=_written(who, following) if following else None)


@post("/legal-holds", "retention:write")
def put_legal_hold(who: Bearer, given: NewHold, key: Key) -> Hold:
    """Set a legal hold"""
    who.must("retention.set")
    if (given.kind == "firm") is bool(given.object):
        raise invalid({"/object": "Name the contact or the matter; a hold on the firm names nothing."})
    who.must("legal_hold", retention.subject_of(who, given.kind, given.object))
    row = as_id(key)
    if _row(who, row) is None:
        try:
            legal_holds.put(who.firm.ref, given.kind, given.object, given.why, by=who.user.ref, row_id=row)
        except FormRefused as refusal:
            if _row(who, row) is None:  # nor has the same request been faster
                raise conflict("stands", " ".join(refusal.faults.values())) from None
    return _shown(who, row)


@post("/legal-holds/{hold}/lift", "retention:write")
def lift_legal_hold(who: Bearer, hold: uuid.UUID, given: Reason) -> Hold:
    """Lift a legal hold"""
    who.must("retention.set")
    found = _row(who, hold)
    if found is None:
        raise nothing()
    who.must("legal_hold", retention.subject_of(who, found.kind, found.object, there=False))
    if not legal_holds.lift(who.firm.ref, hold, given.why, by=who.user.ref):
        raise conflict("lifted")
    return _shown(who, hold)


def _known(who: Bearer, rows: Sequence[LegalHold]) -> list[LegalHold]:
    """Those of which the administrator may know."""
    allowed = who.may_each("legal_hold", [retention.about(who.firm.ref, one) for one in rows])
    return [one for one, yes in zip(rows, allowed, strict=True) if yes]


def _behind(row: LegalHold) -> Place:
    return Place(row.lifted_at is not None, (row.since, row.id))


def _place(values: list[Any]) -> Place:
    lifted, since, row_id = values
    return Place(lifted, (datetime.fromisoformat(since), uuid.UUID(row_id)) if since else None)


def _written(who: Bearer, place: Place) -> str:
    since, row_id = place.after or (None, None)
    return cursors.write(who, HOLDS, place.lifted, since and since.isoformat(), row_id and str(row_id))


def _row(who: Bearer, hold: uuid.UUID) -> LegalHold | None:
    with reading() as session:
        return legal_hold_queries.hold(session, who.firm.ref, hold)


def _shown(who: Bearer, hold: uuid.UUID) -> Hold:
    found = next((one for one in legal_holds.shown(who.firm.ref) if one.id == hold), None)
    if found is None:
        raise nothing()
    return _hold(found)


def _hold(one: legal_holds.Shown) -> Hold:
    names = ("id", "kind", "object", "since", "by", "why", "lifted_at", "lifted_by", "lifted_why")
    return Hold(**{name: getattr(one, name) for name in names})

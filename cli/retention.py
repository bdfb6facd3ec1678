"""``flask firmtext retention …``: what firms keep no longer, legal holds, and a contact's texts erased on request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..errors import where
from ..firm import retention as rules
from ..firm.retention import Plan, Ran
from ..store import legal_hold_queries, retention_queries
from ..store.transactions import reading
from .db import require_current
from .filters import firm_option
from .operator import actor
from .output import confirm, document, json_option, listing, say, yes_option
from .progress import progress
from .retention_erase import erase
from .retention_holds import hold, holds, lift

NONE = "No firm has a rule: everything is kept. A firm's administrators set one in the settings."
AWAY = "the practice system does not say who is in the matters that are held ({}); nothing was erased"


@click.group(cls=AppGroup)
def retention() -> None:
    """Erase what is kept no longer, and see what is."""


def ruled(firm: str | None) -> Sequence[str]:
    """The firms that have a rule, or the one that was named."""
    with reading() as session:
        known = [rule.firm for rule in retention_queries.ruled(session)]
    if firm is not None and firm not in known:
        raise click.BadParameter(f"a firm {firm!r} has no rule: everything of it is kept.", param_hint="--firm")
    return known if firm is None else [firm]


@retention.command()
@firm_option
@json_option
def status(firm: str | None, as_json: bool) -> None:
    """List the firms that have a rule: how much of each is over, what a hold keeps, when it was last looked at."""
    require_current(firmtext.engine)
    listing([_row(ref) for ref in ruled(firm)], as_json=as_json, nothing=NONE)


def _row(firm: str) -> Mapping[str, Any]:
    found = rules.plan(firm)
    with reading() as session:
        rule = retention_queries.rule(session, firm)
        standing = len(legal_hold_queries.holds(session, firm, standing=True))
    return {
        **_planned(found),
        "holds": standing,
        "looked_at": rule.looked_at if rule else None,
        "refused_percent": rule.refused if rule else None,
    }


def _planned(found: Plan) -> dict[str, Any]:
    return {
        "firm": found.firm,
        "days": found.days,
        "conversations": found.all.conversations,
        "texts": found.all.texts,
        "over": found.over.conversations,
        "over_texts": found.over.texts,
        "percent": found.share,
        "held": found.held,
    }


@retention.command()
@firm_option
@click.option("--dry-run", is_flag=True, help="Only say how much would be erased.")
@yes_option
@json_option
def run(firm: str | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase the conversations whose newest text is older than their firm's rule allows; the sweep does so each night.

    Never one with a text that waits, is being sent or is in doubt, and none under a legal hold. More than a fifth of a
    firm needs --yes. Safe to repeat, and to end at any moment.
    """
    require_current(firmtext.engine)
    plans, done = _plans(ruled(firm))
    for plan in plans:
        say(_says(plan))
    wanted = [plan for plan in plans if plan.over.conversations]
    if wanted and not dry_run:
        confirm("Erase them for good?", yes=yes)
        done["ran"] = [_ran(plan, yes=yes) for plan in plans]
    _tell(plans, done, dry_run=dry_run, as_json=as_json)


def _plans(firms: Sequence[str]) -> tuple[list[Plan], dict[str, list[Any]]]:
    plans: list[Plan] = []
    skipped: list[dict[str, str]] = []
    for ref in firms:
        try:
            plans.append(rules.plan(ref))
        except Exception as error:  # the host's own: what is held is not known then
            skipped.append({"id": ref, "why": AWAY.format(where(error))})
    return plans, {"ran": [], "skipped": skipped}


def _says(plan: Plan) -> str:
    over = f"{plan.over.conversations} of {plan.all.conversations} conversations, {plan.over.texts} texts"
    return f"{plan.firm}: {over}, are over ({plan.share} % with what went tonight); a hold keeps {plan.held}."


def _ran(plan: Plan, *, yes: bool) -> Ran:
    with progress(f"Erasing: {plan.firm}", plan.over.conversations) as advance:
        return rules.run(plan.firm, actor(), lambda count: advance(), yes=yes, planned=plan)


def _tell(plans: Sequence[Plan], done: dict[str, list[Any]], *, dry_run: bool, as_json: bool) -> None:
    refused = [
        {"id": one.plan.firm, "why": f"that is {one.plan.share} % of the firm: add --yes"}
        for one in done["ran"]
        if one.refused
    ]
    skipped = [*done["skipped"], *refused]
    erased = [{"firm": one.plan.firm, "conversations": one.erased, "erasure": one.erasure, "left": one.left}
              for one in done["ran"] if not one.refused]  # fmt: skip
    if as_json:
        document({"planned": [_planned(plan) for plan in plans], "erased": erased, "skipped": skipped})
    else:
        for one in skipped:
            say(f"{one['id']}: {one['why']}")
        for row in erased:
            say(f"{row['firm']}: {row['conversations']} conversations were erased.")
        if dry_run:
            say("Nothing was changed.")
    if skipped and not dry_run:
        raise click.exceptions.Exit(1)


for command in (erase, hold, lift, holds):
    retention.add_command(command)

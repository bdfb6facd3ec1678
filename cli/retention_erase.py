"""``flask firmtext retention erase``: the texts of one contact, because somebody asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import click
from flask.cli import with_appcontext

from ..current import firmtext
from ..firm import erasure_requests, erasures
from ..firm.erasure_requests import Plan
from ..messaging import tenancy
from . import firms
from .db import require_current
from .operator import actor
from .output import confirm, document, json_option, say, yes_option
from .retention_holds import firm_needed, why_needed


@click.command()
@firm_needed
@click.option("--contact", metavar="REF", required=True, help="The practice system's reference of the contact.")
@click.option("--also", metavar="REF", multiple=True, help="Another owner of these texts; name each of them.")
@why_needed
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@yes_option
@json_option
@with_appcontext
def erase(firm: str, contact: str, also: tuple[str, ...], why: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase the texts of one contact for good: their keys are destroyed, then their bytes are removed.

    What is also somebody else's stays, unless --also names each of them. Refused under a legal hold. What was filed
    with the practice system stays there; where it lies is said. Safe to repeat, and to end at any moment.
    """
    require_current(firmtext.engine)
    firms.known(firm)
    found = tenancy.contact(firmtext.host.for_firm(firm), contact)
    if found is None:
        raise click.BadParameter(f"the firm has no contact {contact!r}.", param_hint="--contact")
    plan = erasure_requests.plan(firm, found)
    for sentence in _sentences(plan, also):
        say(sentence)
    if dry_run:
        if as_json:
            document({"planned": _planned(plan)})
        return
    confirm("Erase all of this for good?", yes=yes)
    for begun in erasure_requests.finish_begun(firm, contact):
        say(f"What was begun before is over now. Proof: {begun}.")
    erasure = erasure_requests.begin(firm, found, why, by=actor(), others=also)
    over = erasure_requests.go_on(erasure)
    _tell(firm, erasure.id, over=over, as_json=as_json)


def _sentences(plan: Plan, also: tuple[str, ...]) -> list[str]:
    said = [f"{plan.amount.conversations} conversations, {plan.amount.texts} texts."]
    if plan.shared:
        stays = "go, too" if set(plan.others) <= set(also) else "stay, unless --also names each of them"
        said.append(f"{plan.shared} conversations are also those of {', '.join(plan.others)}: these {stays}.")
    said += [f"A legal hold stands since {one.since:%Y-%m-%d}: nothing can be erased." for one in plan.holds]
    said += [f"Filed with the practice system, and left there: {one} in matter {matter}."
             for matter, one in plan.documents]  # fmt: skip
    said += [f"{count} {name}." for name, count in plan.rest.items() if count]
    return said


def _planned(plan: Plan) -> Mapping[str, Any]:
    return {
        "contact": plan.contact,
        "conversations": plan.amount.conversations,
        "texts": plan.amount.texts,
        "shared": plan.shared,
        "others": plan.others,
        "holds": [one.id for one in plan.holds],
        "documents": [{"matter": matter, "document": one} for matter, one in plan.documents],
        **plan.rest,
    }


def _tell(firm: str, erasure: uuid.UUID, *, over: bool, as_json: bool) -> None:
    proof = erasures.proof(firm, erasure)
    gone, left = (proof.row.gone, proof.row.left) if proof else ({}, {})
    if as_json:
        document({"erasure": erasure, "done": over, "gone": gone, "left": left})
    elif not over:
        say("Something is being sent or filed at this moment; the sweep goes on in a minute.")
    else:
        say(f"Erased: {', '.join(f'{count} {name}' for name, count in gone.items())}. Proof: {erasure}.")
        for why, count in left.items():
            say(f"Left as they are, {count} conversations: {why}.")
    if left:
        raise click.exceptions.Exit(1)

"""A contact's texts are erased on request: what would go, the erasing, and the proof of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import Field

from ...firm import erasure_requests
from ...language import gettext as _
from ...language import marked
from ...store.models import Erasure
from .. import erased, erasing
from .arguments import Key
from .bearer import Bearer
from .operations import get, post
from .problems import Failure, conflict, invalid
from .retention import Why
from .shapes import Answer, Given, Page, Ref

LISTED = 50
NO_OWNER = marked("This contact has none of these texts.")
#: More contacts than share one number anywhere.
MOST_OTHERS = 100


class FiledDocument(Answer):
    """A file that was filed with the practice system, and stays there."""

    matter: str
    document: str


class ErasurePlan(Answer):
    """What would be erased. Nothing is named or counted where something stands against it that may not be known."""

    possible: bool = Field(description="False: there is nothing, or a hold or what may not be known stands against it.")
    conversations: int
    texts: int
    rest: dict[str, int] = Field(description="Counts of what belongs to no conversation, as drafts.")
    others: list[str] = Field(description="Other contacts (references) who have some of these texts, too.")
    holds: list[uuid.UUID] = Field(description="Legal holds that keep them.")
    documents: list[FiledDocument]


class NewErasure(Given):
    """Whose texts are to be erased, for good."""

    contact: Ref
    why: str = Why
    others: list[Ref] = Field(
        [],
        max_length=MOST_OTHERS,
        description="All `others` of the plan, to erase what is theirs, too; left out, shared conversations stay.",
    )


class Erased(Answer):
    """What was erased at one time."""

    id: uuid.UUID
    cause: str
    by: str
    begun_at: datetime
    done_at: datetime | None = Field(description="Null: some of it passes in a minute, and the sweep goes on.")
    conversations: int


class Erasures(Page[Erased]):
    """The newest 50."""


class ErasureProof(Erased):
    """The proof of an erasing."""

    contact: str | None
    shared: list[str] = Field(description="Other contacts whose texts went with it, because somebody said so.")
    why: str | None = Field(description="Null where it cannot be read; empty for the firm's rule.")
    gone: dict[str, int]
    left: dict[str, int] = Field(description="Conversations that stayed, by the reason.")
    documents: list[FiledDocument]
    recorded: bool = Field(description="Whether the record says the same.")


@get("/contacts/{contact}/erasure-plan", "retention:read")
def show_erasure_plan(who: Bearer, contact: str) -> ErasurePlan:
    """Show what would be erased of a contact, and what stands against it"""
    sheet = erasing.planned(who, erasing.contact_of(who, contact), "")
    hidden = sheet.refused
    return ErasurePlan(
        possible=not (hidden or sheet.plan.holds or sheet.is_empty),
        conversations=0 if hidden else sheet.plan.amount.conversations,
        texts=0 if hidden else sheet.plan.amount.texts,
        rest={} if hidden else dict(sheet.plan.rest),
        others=list(sheet.others),
        holds=[one.id for one in sheet.holds],
        documents=[FiledDocument(matter=matter, document=document) for matter, document in sheet.documents],
    )


@post("/erasures", "erasures:write")
def erase_contact(who: Bearer, given: NewErasure, key: Key) -> Erased:
    """Erase a contact's texts, for good

    Nobody brings back what is erased. Asked twice with one key, it is done once. The sweep goes on with what waits.
    """
    contact = erasing.contact_of(who, given.contact)
    begun = erasure_requests.begun(who.firm.ref, contact.ref, key)
    if begun is not None and sorted(begun.shared) != sorted(given.others):
        raise Failure("key-reused")
    if begun is None:
        sheet = erasing.planned(who, contact, key)
        if sheet.refused:
            raise conflict("not_here", _(erasing.NOT_HERE))
        if sheet.plan.holds:
            raise conflict("held", _(erasure_requests.UNDER_HOLD))
        if strangers := set(given.others) - sheet.others.keys():
            raise invalid({f"/others/{given.others.index(one)}": _(NO_OWNER) for one in strangers})
        if sheet.is_empty:
            raise conflict("nothing_to_erase")
        begun = erasing.begin(who, contact, given.why, given.others, key)
    return _erased(erasure_requests.begun(who.firm.ref, contact.ref, key) or begun)


@get("/erasures", "retention:read")
def list_erasures(who: Bearer) -> Erasures:
    """List what was erased"""
    who.must("retention.set")
    found, _more = erased.page(who, 1, LISTED)
    return Erasures(items=[_erased(one) for one in found], next=None)


@get("/erasures/{erasure}", "retention:read")
def show_erasure(who: Bearer, erasure: uuid.UUID) -> ErasureProof:
    """Show the proof of an erasing"""
    who.must("contact.erase")
    proof = erasing.proof_of(who, erasure)
    return ErasureProof(
        **dict(_erased(proof.row)),
        contact=proof.row.contact,
        shared=list(proof.row.shared),
        why=proof.why,
        gone=dict(proof.row.gone),
        left=dict(proof.row.left),
        documents=[FiledDocument(matter=one, document=two) for one, two in erasing.documents_of(who, proof)],
        recorded=proof.recorded is not None and proof.whole,
    )


def _erased(row: Erasure) -> Erased:
    return Erased(
        id=row.id,
        cause=row.cause,
        by=row.by,
        begun_at=row.begun_at,
        done_at=row.done_at,
        conversations=row.gone.get("conversations", 0),
    )

"""The texts of one contact are erased because somebody asks for it: counted first, and named where they are others'."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ..current import firmtext
from ..errors import FormRefused
from ..language import gettext as _
from ..language import marked
from ..messaging import tenancy
from ..ports.values import Contact
from ..store import erasure_queries, indexes, legal_hold_queries, retention_queries
from ..store.base import new_id
from ..store.ciphers import packed
from ..store.models import Conversation, Erasure
from ..store.retention_queries import Amount
from ..store.transactions import own, reading
from . import erasing, erasure_rest, erasures, legal_holds
from .erasing import PASSING, Terms
from .legal_holds import Shown

CAUSE = "request"
#: So long what passes by itself is waited for.
PATIENCE = timedelta(minutes=10)
UNDER_HOLD = marked("A legal hold stands on these texts: nothing is erased before it is lifted.")
CHANGED = marked("Other contacts than those that you have seen have these texts, too. Look again before you confirm.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go with a contact (reference). ``shared`` conversations are also those of ``others`` (references).

    ``documents`` are the host's, matter and reference: they stay. ``rest`` counts what belongs to no conversation.
    """

    contact: str
    amount: Amount
    shared: int
    others: tuple[str, ...]
    holds: tuple[Shown, ...] = field(repr=False)
    documents: tuple[tuple[str, str], ...]
    rest: Mapping[str, int]


def plan(firm: str, contact: Contact) -> Plan:
    """What would go; nothing is changed. What the host raises goes on to the caller."""
    legal_holds.refresh(firm)
    owners = _owners_now(firm, contact)
    with reading() as session:
        rows = retention_queries.of_contact(session, firm, contact.ref)
        whose = _others(rows, retention_queries.shown_under(session, firm, [row.id for row in rows]), owners, contact)
        ids = [row.id for row in rows]
        amount = retention_queries.amount(session, firm, Conversation.id.in_(ids))
        documents = tuple((one.matter, one.document) for one in erasure_queries.documents(session, firm, ids))
        alone = [index for index, some in owners.items() if not some]
        rest = erasure_rest.count(session, firm, contact.ref, alone)
    others = sorted({ref for some in whose for ref in some})
    holds = tuple(legal_holds.on_contacts(firm, {contact.ref}))
    return Plan(contact.ref, amount, sum(map(bool, whose)), tuple(others), holds, documents, rest)


def _owners_now(firm: str, contact: Contact) -> dict[bytes, frozenset[str]]:
    """Who else has the contact's numbers at this moment, by every index of each."""
    ports = firmtext.host.for_firm(firm)
    found = {}
    for number in contact.numbers:
        others = {one.ref for one in tenancy.by_number(ports, number.e164)} - {contact.ref}
        found.update(dict.fromkeys(indexes.all_of(firm, number.e164), frozenset(others)))
    return found


def _others(
    rows: Sequence[Conversation],
    shown: Mapping[uuid.UUID, frozenset[str]],
    owners: Mapping[bytes, frozenset[str]],
    contact: Contact,
) -> list[frozenset[str]]:
    """Of each conversation, who else it is shown under or has its number now."""
    nobody: frozenset[str] = frozenset()
    return [(shown.get(row.id, nobody) | owners.get(bytes(row.phone_index), nobody)) - {contact.ref} for row in rows]


def begun(firm: str, contact: str, token: str) -> Erasure | None:
    """What was begun with this token of a form, so that a second press leads to the first one's proof."""
    with reading() as session:
        return erasure_queries.erasure(session, firm, _id_of(firm, contact, token))


def _id_of(firm: str, contact: str, token: str) -> uuid.UUID:
    """Another firm's or contact's token makes another id, whatever somebody types."""
    return uuid.UUID(bytes=hashlib.sha256(packed("firmtext", "erasure token", firm, contact, token)).digest()[:16])


def begin(
    firm: str, contact: Contact, why: str, *, by: str, others: Collection[str] = (), token: str | None = None
) -> Erasure:
    """Note that a contact's texts are to go, those too that are ``others``' (references) as well: all of these were
    named to whoever said so. Without them, shared conversations stay. With a ``token`` that was used it is that one.

    :raises FormRefused: there is no reason, a hold stands, or somebody else has these texts as well.
    """
    if token and (first := begun(firm, contact.ref, token)):
        return first
    why = legal_holds.reason(why)
    found = plan(firm, contact)
    if found.holds:
        raise FormRefused({"": _(UNDER_HOLD)})
    if others and not set(found.others) <= set(others):
        raise FormRefused({"others": _(CHANGED)})
    told = f"{found.amount.conversations} conversations, {found.amount.texts} texts"
    with own() as session:
        legal_holds.take_turn(session, firm)
        row_id = _id_of(firm, contact.ref, token) if token else new_id()
        if first := erasure_queries.erasure(session, firm, row_id):
            return first
        if legal_hold_queries.standing_on(session, firm, {contact.ref}):
            raise FormRefused({"": _(UNDER_HOLD)})
        whose, shared = contact.ref, sorted(others)
        return erasures.begin(
            session, firm, CAUSE, row_id=row_id, by=by, told=told, why=why, contact=whose, shared=shared
        )


def finish_begun(firm: str, contact: str) -> Sequence[uuid.UUID]:
    """Go on with what was begun for a contact and ended half-way. Returns those that are over now."""
    with reading() as session:
        left = erasure_queries.open_of(session, firm, contact)
    return [one.id for one in left if go_on(one)]


def go_on(erasure: Erasure) -> bool:
    """Erase what is to go and can; False: some of it passes in a minute, and somebody is to call this again.

    Ended at any moment, it goes on when it is called again.
    """
    firm, contact = erasure.firm, erasure.contact or ""
    found = tenancy.contact(firmtext.host.for_firm(firm), contact)
    owners = _owners_now(firm, found) if found else {}
    legal_holds.refresh(firm)
    terms = Terms(owners={contact, *erasure.shared})
    with reading() as session:
        rows = retention_queries.of_contact(session, firm, contact)
    left: dict[str, int] = {}
    for row in rows:
        strange = owners.get(bytes(row.phone_index), frozenset()) - {*erasure.shared}
        why = erasing.SHARED if strange else erasing.take(erasure, row.id, terms)
        if why == erasing.OVER:
            return True
        if why is not None:
            left[why] = left.get(why, 0) + 1
    erasures.empty_all(firm)
    if left.keys() & PASSING and firmtext.clock.now() - erasure.begun_at < PATIENCE:
        erasures.put_off(erasure)
        return False
    alone = [index for index, some in owners.items() if some <= set(erasure.shared)]
    gone, held = ({}, False) if erasing.HELD in left else erasure_rest.erase(erasure, alone)
    if held:  # not of a conversation: what is beside them stays
        left[erasing.HELD] = 0
    erasures.finish(erasure, left=left, gone=gone)
    return True

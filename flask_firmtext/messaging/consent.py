"""Whether a firm may text a number. Who changes that locks every conversation of the pair first, as a claim does.

Later carrier time wins, and a tie is a stop: an old START that comes late changes nothing. Every word is kept as an
event, also one that changes nothing, so that what holds does not depend on the order in which webhooks come.
"""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..ports.values import User
from ..store import audit, consent_queries, indexes
from ..store.models import Conversation, Message, OptOut
from ..store.states import Change
from ..store.transactions import notes
from . import consent_rows

Sessions = Session | scoped_session[Any]
Said = consent_rows.Said

#: How the evidence of a word begins on which the carriers act by themselves.
NETWORK = "network:"
#: How staff may have heard that a client wants no texts: what an event's evidence says after ``staff:``.
WAYS = ("phone", "letter", "person", "wrong_number", "other")


def opt_out_of(session: Sessions, firm: str, phone_index: bytes) -> OptOut | None:
    """The standing opt-out of a number at a firm, or None."""
    row = consent_queries.standing(session, firm, phone_index)
    return row if row is not None and row.opted_out else None


def lock_pair(session: Sessions, firm: str, phone_index: bytes) -> list[uuid.UUID]:
    """Lock every conversation of a firm with a phone, in one order: else one number sends while another hears STOP."""
    indexes.must_stand(session, firm, phone_index)
    # Not FOR UPDATE, here or elsewhere: PostgreSQL's check of a foreign key would wait for it, against our order.
    conversations = list(
        session.scalars(
            select(Conversation.id)
            .where(Conversation.firm == firm, Conversation.phone_index == phone_index)
            .order_by(Conversation.id)
            .with_for_update(key_share=True)
        )
    )
    session.execute(
        update(Conversation)
        .where(Conversation.id.in_(conversations))
        .values(turn=Conversation.turn + 1)
        .execution_options(synchronize_session=False)
    )
    return conversations


def opt_out(session: Sessions, firm: str, phone_index: bytes, said: Said) -> bool:
    """Stop texting a number, and withdraw what is still queued for it. The caller holds :func:`lock_pair`.

    A standing opt-out keeps its date and its evidence: staff are told when and how the client said it. Only what the
    network acts upon replaces any other, because its block is lifted by UNSTOP alone. Returns whether the number was
    texted until now.
    """
    at = said.when()
    consent_rows.keep(session, firm, phone_index, Change.OPTED_OUT, said, at)
    started = consent_queries.last(session, firm, phone_index, Change.OPTED_IN)
    if started is not None and started > at:
        return False
    row = consent_queries.standing(session, firm, phone_index)
    if row is not None and row.opted_out:
        # What confirms the first STOP is not withdrawn by the second.
        consent_rows.withdraw(session, firm, phone_index, said, Message.answers.is_(None))
        if said.evidence.startswith(NETWORK) and not row.evidence.startswith(NETWORK):
            consent_rows.write(session, firm, phone_index, said, row, opted_out=True, since=at, evidence=said.evidence)
        return False
    consent_rows.withdraw(session, firm, phone_index, said)
    consent_rows.write(session, firm, phone_index, said, row, opted_out=True, since=at, evidence=said.evidence)
    consent_rows.tell(session, firm, phone_index, "consent.opt_out", said, opted_out=True)
    return True


def opt_in(session: Sessions, firm: str, phone_index: bytes, said: Said) -> bool:
    """Text a number again: a client's own word, and only a later one than every stop. Returns whether it lifts one.

    The caller holds :func:`lock_pair`.
    """
    at = said.when()
    stopped = consent_queries.last(session, firm, phone_index, Change.OPTED_OUT)
    row = consent_queries.standing(session, firm, phone_index)
    consent_rows.keep(session, firm, phone_index, Change.OPTED_IN, said, at)
    if row is None or (stopped is not None and stopped >= at) or (row.opted_out and row.since >= at):
        return False
    # What was asked after this START stays asked, whichever came first.
    asked = consent_queries.question(session, firm, phone_index, at)
    was_out = row.opted_out
    consent_rows.write(session, firm, phone_index, said, row, asked, opted_out=False, since=at, evidence=said.evidence)
    if not was_out:
        return False
    consent_rows.tell(session, firm, phone_index, "consent.opt_in", said, opted_out=False)
    return True


def ask(session: Sessions, firm: str, phone_index: bytes, said: Said) -> None:
    """A text plainly asks to stop: nothing automatic goes out until a person has decided. The caller holds the pair."""
    at = said.when()
    row = consent_queries.standing(session, firm, phone_index)
    started = consent_queries.last(session, firm, phone_index, Change.OPTED_IN)
    consent_rows.keep(session, firm, phone_index, Change.ASKED, said, at)
    if (row is not None and row.opted_out) or (started is not None and started > at):
        return
    asked = {"asked_at": (row.asked_at if row else None) or firmtext.clock.now(), "asked_by": said.message}
    # The newest of several such texts is the one to decide about.
    if row is not None and row.asked_by is not None:
        notes(session).show(firm, row.asked_by)
    values = {"opted_out": False, "since": at, "evidence": said.evidence}
    consent_rows.upsert(session, firm, phone_index, values | asked, asked)
    consent_rows.record(session, firm, phone_index, "consent.ask", said)
    notes(session).show(firm)


def found(session: Sessions, firm: str, phone_index: bytes, said: Said) -> None:
    """A stranger's text that asked when it came has its place now. The caller holds the pair."""
    asked = consent_queries.request(session, firm, phone_index, said.when())
    if asked is None:
        ask(session, firm, phone_index, said)
        return
    row = consent_queries.standing(session, firm, phone_index)
    newest = consent_queries.question(session, firm, phone_index, said.when())
    if row is not None and row.asked_at is not None and newest is asked:
        row.asked_by = said.message
        notes(session).show(firm)


def opt_out_as_asked(session: Sessions, conversation: Conversation, message: uuid.UUID | None, *, user: User) -> bool:
    """A person takes a client's text for an opt-out (None: one that is not shown).

    False: somebody, or the client, has decided before.
    """
    lock_pair(session, conversation.firm, conversation.phone_index)
    if not _is_asked(session, conversation, message):
        return False
    said = Said("asked", user.ref, conversation=conversation.id, message=message)
    return opt_out(session, conversation.firm, conversation.phone_index, said)


def not_an_opt_out(session: Sessions, conversation: Conversation, message: uuid.UUID | None, *, user: User) -> bool:
    """A person says that a client's text asks for nothing of the kind. False: as above."""
    lock_pair(session, conversation.firm, conversation.phone_index)
    row = _is_asked(session, conversation, message)
    if row is None:
        return False
    firm, index = conversation.firm, conversation.phone_index
    said = Said("asked", user.ref, conversation=conversation.id, message=message)
    consent_rows.keep(session, firm, index, Change.NOT_AN_OPT_OUT, said, said.when())
    consent_rows.write(session, firm, index, said, row, opted_out=False, since=row.since, evidence=row.evidence)
    consent_rows.record(session, firm, index, "consent.not_an_opt_out", said)
    return True


def leave_undecided(session: Sessions, conversation: Conversation) -> None:
    """A conversation ends: who asked in it has the phone no longer. The caller has changed the conversation's row."""
    firm, index = conversation.firm, conversation.phone_index
    row = consent_queries.standing(session, firm, index)
    if row is None or row.asked_at is None or row.asked_by is None:
        return
    if not consent_queries.texts(session, firm, conversation.id, [row.asked_by]):
        return
    said = Said("number_left", audit.HOST, conversation=conversation.id, message=row.asked_by)
    consent_rows.keep(session, firm, index, Change.UNDECIDED, said, said.when())
    consent_rows.write(session, firm, index, said, row, opted_out=False, since=row.since, evidence=row.evidence)
    consent_rows.record(session, firm, index, "consent.undecided", said)


def note_opt_out(session: Sessions, conversation: Conversation, way: str, *, user: User) -> bool:
    """A person was told, ``way`` says how, that the client wants no texts. Only the client's START lifts it."""
    lock_pair(session, conversation.firm, conversation.phone_index)
    if opt_out_of(session, conversation.firm, conversation.phone_index) is not None:
        return False
    said = Said(f"staff:{way if way in WAYS else 'other'}", user.ref, conversation=conversation.id)
    return opt_out(session, conversation.firm, conversation.phone_index, said)


def _is_asked(session: Sessions, conversation: Conversation, message: uuid.UUID | None) -> OptOut | None:
    row = consent_queries.standing(session, conversation.firm, conversation.phone_index)
    return row if row is not None and row.asked_at is not None and row.asked_by == message else None

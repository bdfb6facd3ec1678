"""Who may use the administration: an administrator, for the own firm, as far as the host lets them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import NoReturn

from flask import abort
from sqlalchemy.orm import Session

from ...messaging import owners
from ...messaging.owners import Known, Subject
from ...store import audit, inbox_queries
from ...store.models import Conversation
from ...store.transactions import own
from .. import sightings
from ..access import Visitor, visitor
from ..problems import Problem


def administrator() -> Visitor | None:
    """The signed-in administrator whom the host lets see texts; None for anybody else, also when it cannot say."""
    try:
        who = visitor()
        return who if who.user.administrator and who.may("conversation.list") else None
    except Problem:
        return None


def refuse() -> NoReturn:
    """401 where nobody is signed in, so that the host's own sign-in comes; 503 when the host cannot say; else 403."""
    try:
        who = visitor()
        who.may("conversation.list")
    except Problem as problem:
        abort(problem.code)
    sightings.refused(who.firm.ref, who.user.ref, "administration")
    abort(403)


def subject_of(session: Session, firm: str, conversation: uuid.UUID) -> Subject:
    """What the host is asked about before anything of this conversation is opened."""
    refs = inbox_queries.contacts(session, firm, [conversation])
    return Subject(firm, refs.get(conversation, ()), str(conversation))


def listed(who: Visitor, session: Session, conversations: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these conversations of which the host lets this administrator know."""
    firm, wanted = who.firm.ref, list(conversations)
    refs = inbox_queries.contacts(session, firm, wanted)
    try:
        answers = who.may_each("conversation.list", [Subject(firm, refs.get(one, ()), str(one)) for one in wanted])
    except Problem as problem:
        stop(problem)
    return {one for one, yes in zip(wanted, answers, strict=True) if yes}


def must(who: Visitor, action: str, subject: Subject | None = None) -> None:
    """Go on only if the host lets this administrator; 404 otherwise, as for what is not there."""
    try:
        who.must(action, subject)
    except Problem as problem:
        stop(problem)


def stop(problem: Problem) -> NoReturn:
    """Answer with the problem's code."""
    abort(problem.code)


def open_for_reading(who: Visitor, session: Session, conversation: uuid.UUID) -> Subject:
    """Go on only if the host lets this administrator read the conversation."""
    subject = subject_of(session, who.firm.ref, conversation)
    must(who, "conversation.read", subject)
    return subject


def record_view(who: Visitor, action: str, table: str, row: uuid.UUID) -> None:
    """Commit the audit row before anything is decrypted: what cannot be recorded is not shown."""
    record_views(who, action, table, [row])


def record_views(who: Visitor, action: str, table: str, rows: Sequence[uuid.UUID]) -> None:
    """The same for several rows on one page."""
    with own() as session:
        for row in rows:
            audit.record(session, action, (table, row), firm=who.firm.ref, actor=who.user.ref)


def contact_names(who: Visitor, conversation: Conversation, phone: str | None, subject: Subject) -> str:
    """The contacts who have this number (E.164) and under whom its texts were shown; empty when nobody can say."""
    if phone is None:
        return ""
    known = Known(phone, subject.contacts, conversation.closed_at is not None)
    whose = owners.of_conversation(who.firm.ref, known)
    return ", ".join(contact.name for contact in whose.contacts)

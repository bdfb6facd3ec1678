"""Answers that clients' texts are to get: put into the firm's words outside of any transaction, then queued once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence

from ..current import firmtext
from ..errors import where
from ..messaging import auto_replies, owners, tenancy
from ..ports.values import Firm
from ..store import consent_queries, counters, inbox_queries
from ..store.models import AnswerDue, Texting
from ..store.states import Answer
from ..store.transactions import own, reading
from . import details
from .details import Details
from .replies_words import REPLIES
from .templates_syntax import render
from .templates_values import ways_to_reach
from .templates_words import FALLBACK

log = logging.getLogger(__name__)

AT_ONCE = 20


def due(*, limit: int = AT_ONCE) -> Sequence[AnswerDue]:
    """Answers that are owed, the oldest first; one indexed look-up."""
    with reading() as session:
        return consent_queries.answers_due(session, limit=limit)


def write(owed: AnswerDue) -> uuid.UUID | None:
    """Write one answer; the id of its text, None when it is not sent. Run twice, or by two, it is written once.

    A host that cannot say who the firm is leaves it owed, until it would answer nothing any more.
    """
    if auto_replies.is_late(owed):
        with own() as session:
            auto_replies.forget(session, owed)
        return None
    text = _text(owed)
    if text is None:
        return None
    with own() as session:
        written = auto_replies.settle(session, owed, text)
        return written.id if written is not None else None


def _text(owed: AnswerDue) -> str | None:
    try:
        firm = tenancy.firm(owed.firm)
    except Exception as error:
        log.error("an automatic answer waits, because the host failed: %s", where(error))
        with own() as session:
            counters.count(session, "answer_waits")
        return None
    if firm is None:
        return None
    with reading() as session:
        row = session.get(Texting, owed.firm)
        known = details.of(session, row) if row else Details()
    return words(Answer(owed.answer), _language(owed), firm, known)


def _language(owed: AnswerDue) -> str:
    """That of the word which is answered; a file has none, so the host is asked for the contact's."""
    if owed.answer != Answer.REFUSED:
        return owed.language
    with reading() as session:
        refs = inbox_queries.contacts(session, owed.firm, [owed.conversation_id]).get(owed.conversation_id, ())
    ports = firmtext.host.for_firm(owed.firm)
    known = [owners.shielded("Contacts.get", lambda: tenancy.contact(ports, refs[0]), None)] if refs else []
    return next((contact.language[:2].lower() for contact in known if contact and contact.language), FALLBACK)


def words(answer: Answer, language: str, firm: Firm, known: Details) -> str:
    """What a client reads."""
    body = REPLIES.get((answer, language)) or REPLIES[answer, FALLBACK]
    return render(body, ways_to_reach(firm, known))

"""What a client's text does about texting, in the transaction that stores it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from ..current import firmtext
from ..ports.gateway import InboundText
from ..store import audit, reply_queries
from ..store.conversation_queries import OwnNumber
from ..store.models import ReplyDue
from ..store.states import Answer
from ..store.upsert import insert_once
from . import answer_words, auto_replies, consent, wishes
from .consent_words import Wish, network_acts
from .numbers import is_toll_free
from .wishes import Said

#: The evidence of what stands in a longer text.
TEXT = "client:text"


def listen(session: Session, number: OwnNumber, phone_index: bytes, text: str) -> Said:
    """What the text says. Where it says anything, every conversation of the pair is locked from here on."""
    said = wishes.of(text)
    if said.wish is not Wish.NOTHING:
        consent.lock_pair(session, number.firm, phone_index)
    return said


def heed(
    session: Session,
    said: Said,
    text: str,
    number: OwnNumber,
    phone_index: bytes,
    at: datetime,
    *,
    conversation: uuid.UUID | None = None,
    message: uuid.UUID | None = None,
) -> None:
    """Act upon what a stored text says; a stranger's has no conversation, and is heeded without an answer."""
    if said.wish is Wish.NOTHING:
        return
    network = is_toll_free(number.e164) and network_acts(text)
    evidence = f"{'network' if network else 'client'}:{said.word}" if said.word else TEXT
    how = consent.Said(evidence, audit.CLIENT, at, conversation, message)
    answer = _change(session, said, number.firm, phone_index, how)
    if answer is None or conversation is None or message is None or (network and answer is not Answer.HELP):
        return
    if firmtext.clock.now() - at > auto_replies.USEFUL:
        # The carrier brings it hours late, or it comes out of quarantine: nobody waits for an answer any more.
        return
    auto_replies.owe(
        session, answer, firm=number.firm, conversation=conversation, message=message, language=said.language
    )


def heed_late(
    session: Session,
    said: Said,
    text: str,
    number: OwnNumber,
    phone_index: bytes,
    at: datetime,
    *,
    conversation: uuid.UUID,
    message: uuid.UUID,
) -> None:
    """Act upon a stranger's text that has found its place: all but a HELP was heeded when it came."""
    if said.wish is Wish.ASKS:
        consent.found(session, number.firm, phone_index, consent.Said(TEXT, audit.CLIENT, at, conversation, message))
    if said.wish is Wish.HELP:
        heed(session, said, text, number, phone_index, at, conversation=conversation, message=message)


def _change(session: Session, said: Said, firm: str, phone_index: bytes, how: consent.Said) -> Answer | None:
    """The change that is wanted, and what is to be answered."""
    if said.wish is Wish.HELP:
        return Answer.HELP
    if said.wish is Wish.STOP:
        return Answer.STOPPED if consent.opt_out(session, firm, phone_index, how) else None
    if said.wish is Wish.START or (said.wish is Wish.YES and _means_start(session, firm, phone_index, how)):
        return Answer.STARTED if consent.opt_in(session, firm, phone_index, how) else None
    if said.wish is Wish.ASKS:
        consent.ask(session, firm, phone_index, how)
    return None


def _means_start(session: Session, firm: str, phone_index: bytes, how: consent.Said) -> bool:
    """YES is a start after an opt-out, unless it may as well be the answer to an invitation: then it is neither."""
    if consent.opt_out_of(session, firm, phone_index) is None:
        return False
    return how.conversation is None or not reply_queries.is_invited(session, firm, how.conversation, how.when())


def note_answer(
    session: Session,
    said: Said,
    event: InboundText,
    firm: str,
    phone_index: bytes,
    at: datetime,
    *,
    conversation: uuid.UUID,
    message: uuid.UUID,
) -> None:
    """Note that a stored text may answer an invitation. Which one it answers, if any, is found out after the commit."""
    if said.wish not in (Wish.NOTHING, Wish.YES) or answer_words.of(event.text) is None:
        return
    if event.media:  # what a file says nobody has read
        return
    if said.wish is Wish.YES and consent.opt_out_of(session, firm, phone_index) is not None:
        return
    if reply_queries.is_invited(session, firm, conversation, at):
        insert_once(session, ReplyDue, message_id=message, firm=firm, not_before=firmtext.clock.sql())

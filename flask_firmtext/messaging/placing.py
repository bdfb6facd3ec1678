"""Where a client's text goes: into its conversation with its files, or into quarantine. No host is asked here."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import signals
from ..current import firmtext
from ..ports.gateway import InboundText, Media, RawRequest
from ..store import cells, conversation_queries, counters, erasing, indexes, keys, queries, stranger_queries
from ..store.base import new_id
from ..store.conversation_queries import OwnNumber
from ..store.models import Attachment, Message, Number
from ..store.states import RANK, Direction, FileState, Kind, NumberState, State
from ..store.transactions import announce, notes
from ..store.upsert import insert_once
from . import conversations, hearing, quarantine
from .consent_words import Wish
from .media_claims import MISSING
from .moments import LATE
from .numbers import E164
from .wishes import Said

#: A client's clock, or a replay, never shows a text further away than this.
BACK, AHEAD = timedelta(hours=48), timedelta(minutes=5)
#: These are answered without a person. A YES may be the answer to anything, so somebody looks at it.
HEEDED = frozenset({Wish.STOP, Wish.START, Wish.HELP})
#: What a carrier calls a kind of file; no other word is kept in clear.
KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def number_of(session: Session, e164: str) -> Number | None:
    """A number that is ours now."""
    # A carrier's webhook may hold anything, and PostgreSQL cannot even compare a text with a zero in it.
    number = queries.number_by_e164(session, e164) if E164.fullmatch(e164) else None
    return None if number is None or number.state == NumberState.RELEASED else number


def store(session: Session, event: InboundText, request: RawRequest, *, received: datetime | None = None) -> None:
    """Store a client's text in its conversation, or keep it in quarantine; ``received`` is when it came, None: now."""
    to, body = event.to, quarantine.digests(request, kind="inbound")
    number, kept = stranger_queries.number_and_kept(session, to, body) if E164.fullmatch(to) else (None, False)
    if number is None or not number.firm:  # one of the pool is nobody's yet
        quarantine.keep(session, request, kind="inbound", reason="number_unknown", received=received)
        return
    index, came = indexes.standing(session, number.firm, event.sender), received or firmtext.clock.now()
    # What is kept is repeated; the firm may have written to its sender since.
    conversation = None if kept else _conversation(session, number, index, event)
    if conversation is not None and _placed(session, event, request, number, index, conversation, came):
        return
    if _first(session, event, number) is not None:  # its conversation has ended since
        _repeated(session, event, request, number)
        return
    _keep_strangers(session, event, request, number, index, came)


def _conversation(session: Session, number: OwnNumber, index: bytes, event: InboundText) -> uuid.UUID | None:
    """Where a text belongs. Whom the firm texts from another of its numbers is no stranger to this one."""
    found = conversation_queries.open_id(session, number, index)
    if found is not None:
        return found
    contacts = conversation_queries.contacts_with(session, number.firm, index)
    if contacts and _first(session, event, number) is None:  # a repeat begins nothing
        return conversations.open_with(session, number, event.sender, contact=contacts[0], owners=contacts).id
    return None


def _placed(
    session: Session,
    event: InboundText,
    request: RawRequest,
    number: OwnNumber,
    index: bytes,
    conversation: uuid.UUID,
    came: datetime,
) -> bool:
    """Store a text in its conversation with its files, and do what it says; False: the conversation has just ended."""
    said = hearing.listen(session, number, index, event.text)
    try:
        message_id = put(session, event, request, number, conversation, said, came=came)
    except Ended:
        return False
    if message_id is not None:
        where = {"conversation": conversation, "message": message_id}
        at = shown_at(event.at, came)
        hearing.note_answer(session, said, event, number.firm, index, at, **where)
        hearing.heed(session, said, event.text, number, index, at, **where)
        _attach(session, event.media, number.firm, keys.conversation_scope(conversation), message_id=message_id)
    return True


def _keep_strangers(
    session: Session, event: InboundText, request: RawRequest, number: OwnNumber, index: bytes, came: datetime
) -> None:
    said = hearing.listen(session, number, index, event.text)
    kept = quarantine.keep(
        session, request, kind="inbound", reason="stranger", firm=number.firm, phone_index=index, received=came
    )
    if kept is None:
        return
    # Somebody may have attached the number's texts while this one waited to be written. Who does so later waits for it.
    opened = _conversation(session, number, index, event)
    if opened is not None and _placed(session, event, request, number, index, opened, came):
        quarantine.forget(session, kept)
        return
    hearing.heed(session, said, event.text, number, index, shown_at(event.at, came))
    if event.media:
        state = quarantine.state_of_files(session, number.firm, index)
        _attach(session, event.media, number.firm, keys.quarantine_scope(kept), quarantine_id=kept, state=state)


class Ended(Exception):
    """The conversation has ended while this text waited for its turn: it is its next owner's."""


def put(
    session: Session,
    event: InboundText,
    request: RawRequest,
    number: OwnNumber,
    conversation: uuid.UUID,
    said: Said,
    *,
    came: datetime,
) -> uuid.UUID | None:
    """Store a client's text in this conversation, without its files; its id, None when it is there already.

    What ``said`` is for the carriers or for us to heed waits for no person's answer.

    :raises Ended: nothing was stored.
    """
    position = conversations.take_open_turn(session, conversation)
    if position is None:
        raise Ended
    message_id = _insert(session, event, number, conversation, position, came)
    if message_id is None:
        _repeated(session, event, request, number)
        return None
    at = shown_at(event.at, came)
    if _is_newest(session, conversation, at):
        awaits = None if said.wish in HEEDED else at
        conversations.note_in(session, conversation, position, awaits=awaits)
    else:
        conversations.note_late(session, conversation, position)
    notes(session).show(number.firm, message_id)
    here, text = str(conversation), str(message_id)
    announce(session, signals.text_received, firm=number.firm, conversation=here, message=text)
    return message_id


def _is_newest(session: Session, conversation_id: uuid.UUID, at: datetime) -> bool:
    """Whether no text that is shown later was there before: a stranger's may be attached days after it came."""
    if at >= firmtext.clock.now() - LATE:
        return True
    newer = select(Message.id).where(
        Message.conversation_id == conversation_id, Message.direction == Direction.OUT, Message.shown_at > at + LATE
    )
    return session.scalar(newer.limit(1)) is None


def _insert(
    session: Session, event: InboundText, number: OwnNumber, conversation: uuid.UUID, position: int, came: datetime
) -> uuid.UUID | None:
    row_id = new_id()
    now = firmtext.clock.now()
    where = cells.place(Message, "body", row_id, number.firm)
    stored = insert_once(
        session,
        Message,
        id=row_id,
        firm=number.firm,
        conversation_id=conversation,
        position=position,
        direction=Direction.IN,
        kind=Kind.STAFF,
        body=cells.seal(session, where, event.text, scope=keys.conversation_scope(conversation)),
        state=State.RECEIVED,
        rank=RANK[State.RECEIVED],
        state_at=now,
        carrier=firmtext.gateway.name,
        carrier_id=event.carrier_id,
        digest=indexes.digest_of(session, event.digest),
        shown_at=shown_at(event.at, came),
        created_at=now,
    )
    return row_id if stored else None


def shown_at(at: datetime | None, received: datetime) -> datetime:
    if at is None:
        return received
    return min(max(at, received - BACK), received + AHEAD)


def _repeated(session: Session, event: InboundText, request: RawRequest, number: OwnNumber) -> None:
    """The carrier repeats itself. Other words with the same id are kept, unless the first ones were erased."""
    if _first(session, event, number) not in (erasing.FORGOTTEN, *indexes.digests_of(event.digest)):
        quarantine.keep(session, request, kind="inbound", reason="conflict", firm=number.firm)
    else:
        counters.count(session, "webhook_repeated")


def _first(session: Session, event: InboundText, number: OwnNumber) -> bytes | None:
    """The digest of the firm's text that came with this id of the carrier's, None when none did."""
    return session.execute(
        select(Message.digest).where(
            Message.firm == number.firm,
            Message.carrier == firmtext.gateway.name,
            Message.carrier_id == event.carrier_id,
        )
    ).scalar_one_or_none()


def _attach(
    session: Session,
    media: Sequence[Media],
    firm: str,
    scope: str,
    *,
    message_id: uuid.UUID | None = None,
    quarantine_id: uuid.UUID | None = None,
    state: FileState = FileState.WANTED,
) -> None:
    """Note the files of a text, or of one in quarantine; they are fetched when somebody has time."""
    now = firmtext.clock.now()
    for n, one in enumerate(media, 1):
        row_id = new_id()
        session.add(
            Attachment(
                id=row_id,
                firm=firm,
                message_id=message_id,
                quarantine_id=quarantine_id,
                n=n,
                state=state if one.url else FileState.REFUSED,
                reason=None if one.url else MISSING,
                kind=one.kind if KIND.fullmatch(one.kind) else "file",
                url=cells.seal(session, cells.place(Attachment, "url", row_id, firm), one.url, scope=scope),
                name=cells.seal(session, cells.place(Attachment, "name", row_id, firm), one.name[:300], scope=scope),
                not_before=firmtext.clock.sql(),
                state_at=now,
                created_at=now,
            )
        )

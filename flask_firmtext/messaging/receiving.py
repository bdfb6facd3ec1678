"""A webhook becomes rows, committed, before anybody says 200. No host port, no Redis and no fetch before that."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .. import points, signals
from ..current import firmtext
from ..errors import WebhookDoubtful, WebhookForged, WebhookUnreadable
from ..ports.gateway import InboundText, Media, RawRequest, StatusEvent
from ..store import cells, counters, keys, queries
from ..store.base import new_id
from ..store.models import Attachment, Conversation, Message, Number
from ..store.states import RANK, Direction, FileState, Kind, NumberState, State
from ..store.transactions import notes, own, reading
from ..store.upsert import insert_once
from . import conversations, hearing, quarantine, statuses
from .numbers import E164

#: A client's clock, or a replay, never shows a text further away than this.
BACK, AHEAD = timedelta(hours=48), timedelta(minutes=5)
#: For one statement on PostgreSQL, in milliseconds.
PATIENCE = 5000
#: What a carrier calls a kind of file. Whatever is no such word is not kept in clear.
KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def receive(request: RawRequest, kind: str) -> None:
    """Verify, read and store a webhook of ``kind`` ``inbound`` or ``status``.

    :raises WebhookForged: answer 401; nothing was stored.
    :raises WebhookDoubtful: answer 503, the carrier comes again; nothing was stored.
    """
    _verify(request, kind)
    try:
        events = firmtext.gateway.parse(request, kind)
    except WebhookUnreadable as error:
        with _promptly() as session:
            quarantine.keep(session, request, kind=kind, reason=error.reason)
    else:
        for event in events:
            with _promptly() as session:
                if isinstance(event, InboundText):
                    store(session, event, request)
                else:
                    statuses.believe(session, event, request)
    points.reach("webhook.after_commit")


@contextmanager
def _promptly() -> Iterator[Session]:
    """A transaction that fails rather than keep the carrier waiting: it comes again. SQLite has its busy timeout."""
    with own() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection().exec_driver_sql(f"SET LOCAL statement_timeout = {PATIENCE}")
        yield session


def _verify(request: RawRequest, kind: str) -> None:
    try:
        firmtext.gateway.verify(request)
    except WebhookDoubtful as error:
        if error.reason == "unsigned" and not _is_about_us(request, kind, error.to):
            raise WebhookForged("unsigned") from None
        raise


def _is_about_us(request: RawRequest, kind: str, to: str | None) -> bool:
    """Whether an unsigned webhook names a number of ours or, where it tells of a status, a text of ours.

    The carrier itself calls unsigned after a fault of its own and signs the repeat.
    """
    with reading() as session:
        if to and _number(session, to):
            return True
        if kind != "status":
            return False
        try:
            events = firmtext.gateway.parse(request, kind)
        except WebhookUnreadable:
            return False
        return any(
            queries.attempt_for(session, carrier_id=event.carrier_id, reference=event.reference) is not None
            for event in events
            if isinstance(event, StatusEvent)
        )


def _number(session: Session, e164: str) -> Number | None:
    """A number that is ours now."""
    # A carrier's webhook may hold anything, and PostgreSQL cannot even compare a text with a zero in it.
    number = queries.number_by_e164(session, e164) if E164.fullmatch(e164) else None
    return None if number is None or number.state == NumberState.RELEASED else number


def store(session: Session, event: InboundText, request: RawRequest, *, received: datetime | None = None) -> None:
    """Store a client's text in its conversation, or keep it in quarantine when it has none.

    ``received`` is when it came, None for now.
    """
    number = _number(session, event.to)
    if number is None:
        quarantine.keep(session, request, kind="inbound", reason="number_unknown", received=received)
        return
    index = keys.index_of(number.firm, event.sender)
    conversation = queries.open_conversation(session, number, index)
    if conversation is None:
        _keep_strangers(session, event, request, number, index, received or firmtext.clock.now())
        return
    message_id = put(session, event, request, number, conversation, received=received)
    if message_id is not None:
        scope = keys.conversation_scope(conversation.id)
        _attach(session, event.media, number.firm, scope, message_id=message_id)


def _keep_strangers(
    session: Session, event: InboundText, request: RawRequest, number: Number, index: bytes, came: datetime
) -> None:
    firm = number.firm
    said = hearing.listen(session, number, index, event.text)
    kept = quarantine.keep(
        session, request, kind="inbound", reason="stranger", firm=firm, phone_index=index, received=came
    )
    if kept is None:
        return
    hearing.heed(session, said, event.text, number, index, _shown_at(event.at, came))
    if event.media:
        state = quarantine.state_of_files(session, firm, index)
        _attach(session, event.media, firm, keys.GENERAL, quarantine_id=kept, state=state)


def put(
    session: Session,
    event: InboundText,
    request: RawRequest,
    number: Number,
    conversation: Conversation,
    *,
    received: datetime | None = None,
) -> uuid.UUID | None:
    """Store a client's text in this conversation, without its files; its id, None when it is there already."""
    came = received or firmtext.clock.now()
    said = hearing.listen(session, number, conversation.phone_index, event.text)
    position = conversations.take_turn(session, conversation.id)
    message_id = _insert(session, event, number, conversation, position, came)
    if message_id is None:
        _repeated(session, event, request, number)
        return None
    where = {"conversation": conversation.id, "message": message_id}
    hearing.heed(session, said, event.text, number, conversation.phone_index, _shown_at(event.at, came), **where)
    conversations.note_last(session, conversation.id, position, last_in_position=position)
    notes(session).show(number.firm, message_id)
    values = {"firm": number.firm, "conversation": str(conversation.id), "message": str(message_id)}
    notes(session).signals.append((signals.text_received, values))
    return message_id


def _insert(
    session: Session, event: InboundText, number: Number, conversation: Conversation, position: int, came: datetime
) -> uuid.UUID | None:
    row_id = new_id()
    now = firmtext.clock.now()
    where = cells.place(Message, "body", row_id, number.firm)
    stored = insert_once(
        session,
        Message,
        id=row_id,
        firm=number.firm,
        conversation_id=conversation.id,
        position=position,
        direction=Direction.IN,
        kind=Kind.STAFF,
        body=cells.seal(session, where, event.text, scope=keys.conversation_scope(conversation.id)),
        state=State.RECEIVED,
        rank=RANK[State.RECEIVED],
        state_at=now,
        carrier=firmtext.gateway.name,
        carrier_id=event.carrier_id,
        digest=keys.digest_of(event.digest),
        shown_at=_shown_at(event.at, came),
        created_at=now,
    )
    return row_id if stored else None


def _shown_at(at: datetime | None, received: datetime) -> datetime:
    if at is None:
        return received
    return min(max(at, received - BACK), received + AHEAD)


def _repeated(session: Session, event: InboundText, request: RawRequest, number: Number) -> None:
    """The carrier repeats itself. The same id with other words is no repeat: the first stays, this one is kept."""
    first = session.execute(
        select(Message.digest).where(
            Message.firm == number.firm,
            Message.carrier == firmtext.gateway.name,
            Message.carrier_id == event.carrier_id,
        )
    ).scalar_one_or_none()
    if first != keys.digest_of(event.digest):
        quarantine.keep(session, request, kind="inbound", reason="conflict", firm=number.firm)
    else:
        counters.count(session, "webhook_repeated")


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
                state=state,
                kind=one.kind if KIND.fullmatch(one.kind) else "file",
                url=cells.seal(session, cells.place(Attachment, "url", row_id, firm), one.url, scope=scope),
                name=cells.seal(session, cells.place(Attachment, "name", row_id, firm), one.name[:300], scope=scope),
                not_before=now,
                state_at=now,
                created_at=now,
            )
        )

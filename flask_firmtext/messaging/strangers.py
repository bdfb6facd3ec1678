"""Texts of numbers that the firm has never texted: read, given to a contact, or discarded, by an administrator only.

A text in quarantine and the same text in a conversation are one row at every moment, with its files: each is moved in
a transaction of its own, so that whoever is interrupted goes on by doing it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Row, case, delete, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import DecryptError
from ..ports.gateway import InboundText
from ..store import audit, cells, erasing, keys, legal_hold_queries, queries, stranger_queries
from ..store.ciphers import Place
from ..store.models import Attachment, Conversation, File, FilePiece, Number, Quarantine
from ..store.states import FileState
from ..store.stranger_queries import STRANGER
from ..store.transactions import own, reading
from . import consent, conversations, hearing, placing, quarantine

#: More texts than these are not moved at one press: a page must answer.
MOST = 500
#: So many times as many are discarded at one press.
BATCHES = 40
#: The carrier keeps a file for 48 hours; the last one is for the way.
KEPT_BY_CARRIER = timedelta(hours=47)


@dataclass(frozen=True, slots=True)
class StrangersFile:
    """A file that came with a stranger's text; ``kind`` and ``name`` are the sender's words."""

    kind: str
    name: str = field(repr=False)
    state: FileState
    reason: str | None


@dataclass(frozen=True, slots=True)
class StrangersText:
    """A kept text (of ``id``) from ``sender`` to our number ``to``, both E.164; ``text`` is None when unreadable."""

    id: uuid.UUID
    received: datetime
    sender: str | None = field(default=None, repr=False)
    to: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    files: tuple[StrangersFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Moved:
    """How many texts were attached or discarded, and how many of the number are left."""

    done: int
    left: int


def read(session: Session, firm: str, rows: Sequence[Quarantine]) -> list[StrangersText]:
    """Kept texts, decrypted. Who reads them has been recorded."""
    bodies = cells.read(session, [(_place(row.id, firm), row.body) for row in rows])
    files = _files(session, firm, [row.id for row in rows])
    return [
        _text(row, None if isinstance(body, DecryptError) else _event(body), files.get(row.id, ()))
        for row, body in zip(rows, bodies, strict=True)
    ]


def _text(row: Quarantine, event: InboundText | None, files: tuple[StrangersFile, ...]) -> StrangersText:
    if event is None:
        return StrangersText(row.id, row.received_at, files=files)
    return StrangersText(row.id, row.received_at, event.sender, event.to, event.text, files)


def _files(session: Session, firm: str, kept: Collection[uuid.UUID]) -> dict[uuid.UUID, tuple[StrangersFile, ...]]:
    rows = stranger_queries.files(session, firm, kept)
    names = cells.read(session, [(cells.place(Attachment, "name", row.id, firm), row.name) for row in rows])
    found: dict[uuid.UUID, tuple[StrangersFile, ...]] = {}
    for row, name in zip(rows, names, strict=True):
        if row.quarantine_id is not None:
            words = "" if isinstance(name, DecryptError) else name
            file = StrangersFile(row.kind, words, FileState(row.state), row.reason)
            found[row.quarantine_id] = (*found.get(row.quarantine_id, ()), file)
    return found


def _event(body: str) -> InboundText | None:
    return next(iter(quarantine.texts_in(body)), None)


def _place(row: uuid.UUID, firm: str) -> Place:
    return cells.place(Quarantine, "body", row, firm)


def attach(firm: str, row: Quarantine, contact: str, *, owners: Collection[str], by: str) -> Moved:
    """Put the texts of this one's number into its conversation, shown under ``contact``, as if they came when they did.

    ``owners`` are the contacts (references) who have the number now, as the host has just said. Steps of our own, one
    a text; done twice, or by two at once, each text is moved once. What cannot be moved stays.
    """
    first = _oldest(firm, row)
    done = sum(_attached(row, kept, contact, owners, by) for kept in first)
    late = [kept for kept in _kept_meanwhile(firm, row) if kept not in first]
    done += sum(_attached(row, kept, contact, owners, by) for kept in late[: MOST - len(first)])
    return Moved(done, _left(firm, row))


def _kept_meanwhile(firm: str, row: Quarantine) -> Sequence[uuid.UUID]:
    """What is there once everybody is done who could not see the conversation yet. Whoever comes later sees it."""
    with own() as session:
        quarantine.wait_for_keepers(session)
        return stranger_queries.oldest_ids(session, firm, row, limit=MOST)


def _oldest(firm: str, row: Quarantine) -> Sequence[uuid.UUID]:
    with reading() as session:
        return stranger_queries.oldest_ids(session, firm, row, limit=MOST)


def _left(firm: str, row: Quarantine) -> int:
    with reading() as session:
        return stranger_queries.count(session, firm, row)


def _attached(row: Quarantine, kept: uuid.UUID, contact: str, owners: Collection[str], by: str) -> bool:
    firm = row.firm
    with own() as session:
        taken = _take(session, row, kept)
        body = None if taken is None else cells.read(session, [(_place(kept, firm), taken.body)])[0]
        event = _event(body) if isinstance(body, str) else None
        number = None if event is None else _number(session, firm, event.to)
        if taken is None or event is None or number is None:
            session.rollback()
            return False
        conversation = conversations.open_with(session, number, event.sender, contact=contact, owners=owners)
        try:
            message = _put(session, event, str(body), number, conversation, taken.received_at)
        except placing.Ended:
            session.rollback()
            return False
        _move_files(session, firm, kept, message, taken.received_at)
        keys.hand_over(session, firm, keys.quarantine_scope(kept), keys.conversation_scope(conversation.id))
        table = (Quarantine.__tablename__, kept)
        became = str(message) if message else "repeat"
        audit.record(session, "quarantine.attach", table, firm=firm, actor=by, became=became, evidence=contact)
        points.reach("attach.before_commit")
    return True


def _take(session: Session, row: Quarantine, kept: uuid.UUID) -> Row[bytes, datetime] | None:
    """Body and arrival of a kept text of the same number as ``row``'s, which is not kept any more."""
    if row.phone_index is not None:
        # First the pair and then the kept text, as the carrier's repeat of it does.
        consent.lock_pair(session, row.firm, row.phone_index)
    return session.execute(
        delete(Quarantine)
        .where(Quarantine.id == kept, Quarantine.firm == row.firm, Quarantine.reason == STRANGER)
        .returning(Quarantine.body, Quarantine.received_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _put(
    session: Session, event: InboundText, body: str, number: Number, conversation: Conversation, came: datetime
) -> uuid.UUID | None:
    said = hearing.listen(session, number, conversation.phone_index, event.text)
    message = placing.put(session, event, quarantine.request_of(body), number, conversation.id, said, came=came)
    if message is not None:
        where = {"conversation": conversation.id, "message": message}
        at = placing.shown_at(event.at, came)
        hearing.heed_late(session, said, event.text, number, conversation.phone_index, at, **where)
    return message


def _number(session: Session, firm: str, e164: str) -> Number | None:
    """The firm's number to which a text came, also when it was given back since."""
    number = queries.number_by_e164(session, e164)
    return number if number and number.firm == firm else None


def _move_files(session: Session, firm: str, kept: uuid.UUID, message: uuid.UUID | None, received: datetime) -> None:
    if message is None:  # the carrier repeated a text that is there with its files
        forget_files(session, firm, [kept])
        return
    now = firmtext.clock.now()
    parked = Attachment.state == FileState.PARKED
    becomes = FileState.WANTED if now - received < KEPT_BY_CARRIER else FileState.LATE
    session.execute(
        update(Attachment)
        .where(Attachment.firm == firm, Attachment.quarantine_id == kept)
        .values(
            message_id=message,
            quarantine_id=None,
            state=case((parked, becomes), else_=Attachment.state),
            state_at=case((parked, now), else_=Attachment.state_at),
            not_before=case((parked, firmtext.clock.sql()), else_=Attachment.not_before),
        )
        .execution_options(synchronize_session=False)
    )


def discard(firm: str, row: Quarantine, *, owners: Collection[str] = (), by: str) -> Moved:
    """Delete the texts of this one's number with their files, for good. A legal hold on one of ``owners`` (references),
    who have the number now, or on the firm keeps them."""
    done = 0
    for _ in range(BATCHES):
        if not (gone := _discarded(firm, _oldest(firm, row), owners, by)):
            break
        done += gone
    return Moved(done, _left(firm, row))


def _discarded(firm: str, kept: Collection[uuid.UUID], owners: Collection[str], by: str) -> int:
    with own() as session:
        erasing.take_turn(session, firm)
        if legal_hold_queries.standing_on(session, firm, owners):
            return 0
        gone = session.scalars(
            delete(Quarantine)
            .where(Quarantine.id.in_(kept), Quarantine.firm == firm, Quarantine.reason == STRANGER)
            .returning(Quarantine.id)
            .execution_options(synchronize_session=False)
        ).all()
        forget_files(session, firm, gone)
        for one in gone:
            audit.record(session, "quarantine.discard", (Quarantine.__tablename__, one), firm=firm, actor=by)
    return len(gone)


def forget_files(session: Session, firm: str, kept: Collection[uuid.UUID]) -> None:
    """One that is being fetched loses its row: whoever fetches it finds that out, and leaves its bytes to the sweep."""
    bytes_of = session.scalars(
        delete(Attachment)
        .where(Attachment.firm == firm, Attachment.quarantine_id.in_(kept))
        .returning(Attachment.file_id)
        .execution_options(synchronize_session=False)
    )
    keys.forget(session, firm, map(keys.quarantine_scope, kept))
    files = [file for file in bytes_of if file is not None]
    if files:
        session.execute(delete(FilePiece).where(FilePiece.file_id.in_(files)))
        session.execute(delete(File).where(File.firm == firm, File.id.in_(files)))

"""Who fetches a received file: a compare-and-set with a claim that ends by itself, as with orders for numbers.

wanted → fetching → stored | refused(reason) | gone | late. ``not_before`` is when the next try is due; while a file is
being fetched it is the end of the claim, so that one indexed condition finds new files, repeats and what a dead process
left.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import FormRefused
from ..store import audit, erasing, keys, media_queries
from ..store.models import Attachment
from ..store.states import FileState
from ..store.transactions import notes, own, reading

Sessions = Session | scoped_session[Any]

#: The gateway gives a file 300 seconds. Nobody else begins before that is over.
CLAIM = timedelta(seconds=360)
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 900.0
#: The carrier deletes a file 48 hours after its text; whoever asks for it later than this asks in vain.
KEPT = timedelta(hours=47)
#: A file of another kind is of that kind the next time, too.
FOR_GOOD = "type"
#: The carrier gave no address for it.
MISSING = "missing"
TOO_LATE = "The carrier no longer has this file. Ask the client to send it again."
OF_ANOTHER_KIND = "Files of this kind cannot be received by text. Ask the client to send it by e-mail or your portal."
ERASED_WITH_TEXT = "The texts of this conversation were erased, and their files with them."
NOTHING_THERE = "There is nothing to fetch here. Ask the client to send it again, or another way."
#: By the reason of a refusal: why it would be the same the next time.
IN_VAIN = {FOR_GOOD: OF_ANOTHER_KIND, MISSING: NOTHING_THERE, erasing.REASON: ERASED_WITH_TEXT}
NOT_NOW = "This file is on its way already, or it has arrived."


def pause_after(tries: int) -> timedelta:
    """How long the next try waits: 5 seconds after the first, twice as long after each, 15 minutes at most."""
    return timedelta(seconds=min(FIRST_PAUSE * 2.0 ** min(tries - 1, 20), LONGEST_PAUSE))


class ClaimLost(Exception):
    """Somebody else fetches the file by now, and what was to be written has been rolled back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file as it was when its claim was committed. ``came`` is when the carrier took its text.

    ``quarantine`` is the kept text that it belonged to then; ``conversation`` is None as long as it does.
    """

    id: uuid.UUID
    claim: uuid.UUID
    firm: str
    url: bytes
    reason: str | None
    tries: int
    quarantine: uuid.UUID | None
    conversation: uuid.UUID | None
    came: datetime

    @property
    def scope(self) -> str:
        """Whose key protects its bytes."""
        if self.conversation is not None:
            return keys.conversation_scope(self.conversation)
        assert self.quarantine is not None  # noqa: S101 - every file came with a text
        return keys.quarantine_scope(self.quarantine)


def claim(attachment_id: uuid.UUID) -> Claimed | None:
    """Take a file to fetch it. None: it is not due, or somebody has it."""
    mine = uuid.uuid4()
    end = firmtext.clock.sql(CLAIM)
    with own() as session:
        row = session.execute(
            update(Attachment)
            .where(
                Attachment.id == attachment_id,
                media_queries.to_fetch(),
                Attachment.not_before <= firmtext.clock.sql(),
            )
            .values(state=FileState.FETCHING, claim=mine, claimed_until=end, not_before=end, tries=Attachment.tries + 1)
            .returning(Attachment.firm, Attachment.url, Attachment.reason, Attachment.tries, Attachment.quarantine_id)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if row is None:
        return None
    with reading() as session:
        came = media_queries.came(session, row.firm, attachment_id)
    return None if came is None else Claimed(attachment_id, mine, *row, *came)


def write(session: Session, claimed: Claimed, state: FileState, **columns: Any) -> uuid.UUID | None:
    """Say what became of a claimed file and give it back. Returns the text whose file it is now, if it has one.

    :raises ClaimLost: it is somebody else's by now; the transaction must not be committed.
    """
    row = session.execute(
        update(Attachment)
        .where(Attachment.id == claimed.id, Attachment.claim == claimed.claim)
        .values(state=state, state_at=firmtext.clock.sql(), claim=None, claimed_until=None, **columns)
        .returning(Attachment.message_id, Attachment.reason)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise ClaimLost
    if state != FileState.WANTED:
        where = (Attachment.__tablename__, claimed.id)
        known = {"firm": claimed.firm, "actor": audit.WORKER, "evidence": row.reason}
        audit.record(session, "file.state", where, was=FileState.FETCHING, became=state, **known)
    if row.message_id is not None:
        notes(session).show(claimed.firm, row.message_id)
    message: uuid.UUID | None = row.message_id
    return message


def again(session: Sessions, attachment_id: uuid.UUID, *, by: str) -> None:
    """Let a file that was not had be fetched once more; joined. ``by`` is a user's reference.

    :raises FormRefused: with the sentence that says why this would be in vain.
    """
    row = session.execute(
        select(Attachment.firm, Attachment.state, Attachment.reason, Attachment.message_id).where(
            Attachment.id == attachment_id
        )
    ).one()
    sentence = _in_vain(session, row, attachment_id)
    if sentence is None:
        now = firmtext.clock.now()
        wanted = session.execute(
            update(Attachment)
            .where(Attachment.id == attachment_id, Attachment.state == row.state)
            .values(state=FileState.WANTED, state_at=now, not_before=now, tries=0, reason=None)
            .returning(Attachment.id)
            .execution_options(synchronize_session=False)
        ).first()
        sentence = None if wanted else NOT_NOW
    if sentence is not None:
        raise FormRefused({"file": sentence})
    where = (Attachment.__tablename__, attachment_id)
    audit.record(session, "file.again", where, firm=row.firm, actor=by, was=row.state, became=FileState.WANTED)
    if row.message_id is not None:
        notes(session).show(row.firm, row.message_id)


def _in_vain(session: Sessions, row: Any, attachment_id: uuid.UUID) -> str | None:
    if row.state in (FileState.FETCHING, FileState.STORED, FileState.PARKED):
        return NOT_NOW
    if row.state == FileState.REFUSED and row.reason in IN_VAIN:
        return IN_VAIN[row.reason]
    came = media_queries.came(session, row.firm, attachment_id)
    return TOO_LATE if came is None or firmtext.clock.now() - came[1] > KEPT else None

"""Where a received file belongs: the host is asked once, when the file is here, and the answer is written down.

It goes into every open matter of everybody under whom its conversation is shown, or was when it ended. A closed
matter gets nothing by itself: people file into it with a press, as they do into a matter that is opened later.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..errors import HostContractError, where
from ..messaging import owners, places
from ..messaging.owners import Known
from ..messaging.shown import read_phones
from ..store import attachment_queries, audit, inbox_queries
from ..store.attachment_queries import Received
from ..store.base import new_id
from ..store.models import Attachment, Filing
from ..store.states import FileState, FilingState
from ..store.transactions import notes, own, reading
from ..store.upsert import insert_once

log = logging.getLogger(__name__)

Sessions = Session | scoped_session[Any]

#: While the host cannot say, it is asked again after a pause that grows since the first time; then people decide.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
PATIENCE = timedelta(hours=24)


class NotTold(Exception):
    """The host could not say whose a number is."""


def plan(attachment_id: uuid.UUID, firm: str) -> bool:
    """Ask the host where a stored file belongs, and write that down. False: nothing was to be done, or not now."""
    with reading() as session:
        found = attachment_queries.received(session, firm, attachment_id)
        if found is None or found.file.state != FileState.STORED or found.file.planned_at is not None:
            return False
        refs = inbox_queries.contacts(session, firm, [found.conversation.id]).get(found.conversation.id, ())
        phone = read_phones(session, [found.conversation])[found.conversation.id]
    try:
        known = Known(phone, refs, found.conversation.closed_at is not None) if phone else None
        matters = open_matters(firm, known)
    except Exception as error:
        told = error if isinstance(error, HostContractError) else where(error)
        log.warning("the host could not say where a file belongs: %s", told)
        return _not_told(found)
    return _written(found, matters)


def open_matters(firm: str, known: Known | None) -> list[str]:
    """The open matters (references) of everybody under whom a conversation is shown, none for a host without documents.

    What the host raises goes on to the caller.
    """
    if known is None or places.documents(firm) is None:
        return []
    whose = owners.of_conversation(firm, known)
    if not whose.asked:
        raise NotTold
    # Until the host says that a number has moved on, what comes from it may be its next owner's: people look first.
    clients = whose.clients if known.ended or not whose.moved else ()
    return [matter.ref for matter in owners.matters_of(firm, clients) if matter.open]


def _not_told(found: Received) -> bool:
    now = firmtext.clock.now()
    # A file may lie here for days before anybody asks: our patience begins with the first question, which notes itself.
    since = found.file.state_at if found.file.claimed_until else now
    age = now - (since or now)
    if age >= PATIENCE:
        return _written(found, ())
    with own() as session:
        session.execute(
            update(Attachment)
            .where(Attachment.id == found.file.id, Attachment.planned_at.is_(None))
            .values(state_at=since, claimed_until=firmtext.clock.sql(min(max(age / 2, FIRST_PAUSE), LONGEST_PAUSE)))
            .execution_options(synchronize_session=False)
        )
    return False


def _written(found: Received, matters: Iterable[str]) -> bool:
    row, now = found.file, firmtext.clock.now()
    with own() as session:
        planned = session.execute(
            update(Attachment)
            .where(
                Attachment.id == row.id,
                Attachment.state == FileState.STORED,
                Attachment.planned_at.is_(None),
            )
            .values(planned_at=now, claimed_until=None, conversation_id=found.conversation.id)
            .returning(Attachment.id)
            .execution_options(synchronize_session=False)
        ).first()
        if planned is None:
            return False
        for matter in matters:
            _want(session, row.firm, row.id, matter, by=audit.WORKER, now=now)
        notes(session).show(row.firm, found.text.id)
    return True


def want(session: Sessions, firm: str, files: Collection[uuid.UUID], matter: str, *, by: str) -> int:
    """Let these files be filed into a matter, each once however often it is said; joined. Returns how many are new."""
    now = firmtext.clock.now()
    # In one order always, so that two presses never wait for each other.
    new = [one for one in sorted(files) if _want(session, firm, one, matter, by=by, now=now)]
    texts = attachment_queries.texts_of(session, firm, new)
    if texts:
        notes(session).show(firm, *texts)
    return len(new)


def _want(session: Sessions, firm: str, file: uuid.UUID, matter: str, *, by: str, now: datetime) -> bool:
    row_id = new_id()
    made = {"state": FilingState.WANTED, "tries": 0, "not_before": now, "created_at": now, "state_at": now}
    new = insert_once(session, Filing, id=row_id, firm=firm, attachment_id=file, matter=matter, by=by, **made)
    if new:
        table = (Filing.__tablename__, row_id)
        audit.record(session, "attachment.file", table, firm=firm, actor=by, became=FilingState.WANTED)
    return new

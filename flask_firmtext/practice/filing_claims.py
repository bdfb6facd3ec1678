"""Who files a document: a compare-and-set with a claim that ends by itself, as with orders for numbers.

wanted → filing → filed | not_filed. ``state_at`` is since when it is wanted, so that a day later people are asked.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import Session, scoped_session

from ..current import firmtext
from ..messaging.media_claims import pause_after
from ..store import attachment_queries, audit
from ..store.models import Filing
from ..store.queries import is_in
from ..store.states import FilingState
from ..store.transactions import notes, own

Sessions = Session | scoped_session[Any]

#: A host may send 50 MB on to a service of its own. Nobody else begins with a file before its claim is over.
CLAIM = timedelta(minutes=5)
#: So long it is tried without a person.
PATIENCE = timedelta(hours=24)
READ = ("firm", "attachment_id", "matter", "tries", "state_at")


class ClaimLost(Exception):
    """Somebody else files it by now, and what was done in this transaction has been rolled back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A filing as it was when its claim was committed. Only ``claim`` may write it."""

    id: uuid.UUID
    claim: uuid.UUID
    firm: str
    attachment_id: uuid.UUID
    matter: str
    tries: int
    state_at: datetime

    @property
    def token(self) -> str:
        """By which the host knows a repeat."""
        return f"firmtext:{self.attachment_id}:{self.matter}"


def claim(filing_id: uuid.UUID) -> Claimed | None:
    """Take a filing to work on it. None: it is done, waits, or somebody has it."""
    mine, now = uuid.uuid4(), firmtext.clock.sql()
    taken = {"claim": mine, "claimed_until": firmtext.clock.sql(CLAIM), "tries": Filing.tries + 1}
    with own() as session:
        row = session.execute(
            update(Filing)
            .where(
                Filing.id == filing_id,
                is_in(Filing.state, FilingState.WANTED, FilingState.FILING),
                Filing.not_before <= now,
                or_(Filing.claimed_until.is_(None), Filing.claimed_until <= now),
            )
            .values(state=FilingState.FILING, **taken)
            .returning(*(getattr(Filing, name) for name in READ))
            .execution_options(synchronize_session=False)
        ).one_or_none()
    return None if row is None else Claimed(filing_id, mine, **row._mapping)


def write(session: Sessions, claimed: Claimed, state: FilingState, **columns: Any) -> None:
    """Say what became of a claimed filing and give it back, in this transaction.

    :raises ClaimLost: it is somebody else's by now; the transaction must not be committed.
    """
    written = session.execute(
        update(Filing)
        .where(Filing.id == claimed.id, Filing.claim == claimed.claim)
        .values(state=state, claim=None, claimed_until=None, **columns)
        .returning(Filing.id)
        .execution_options(synchronize_session=False)
    ).first()
    if written is None:
        raise ClaimLost
    if state != FilingState.WANTED:
        _record(session, claimed.firm, claimed.id, audit.WORKER, was=FilingState.FILING, became=state)
    notes(session).show(claimed.firm, *attachment_queries.texts_of(session, claimed.firm, [claimed.attachment_id]))


def try_later(claimed: Claimed) -> None:
    """Again after a pause that doubles; after a day people are asked. :raises ClaimLost: as :func:`write`."""
    if firmtext.clock.now() - claimed.state_at >= PATIENCE:
        give_up(claimed)
        return
    pause = pause_after(claimed.tries)
    with own() as session:
        write(session, claimed, FilingState.WANTED, not_before=firmtext.clock.sql(pause))


def give_up(claimed: Claimed) -> None:
    """A person is needed. :raises ClaimLost: as :func:`write`."""
    with own() as session:
        write(session, claimed, FilingState.NOT_FILED, state_at=firmtext.clock.now())


def again(session: Sessions, firm: str, filing_id: uuid.UUID, *, by: str) -> bool:
    """Let a document that could not be filed be tried once more; joined. Returns whether it was one."""
    now = firmtext.clock.now()
    row = session.execute(
        update(Filing)
        .where(Filing.firm == firm, Filing.id == filing_id, Filing.state == FilingState.NOT_FILED)
        .values(state=FilingState.WANTED, tries=0, not_before=firmtext.clock.sql(), state_at=now)
        .returning(Filing.attachment_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return False
    _record(session, firm, filing_id, by, was=FilingState.NOT_FILED, became=FilingState.WANTED)
    notes(session).show(firm, *attachment_queries.texts_of(session, firm, [row.attachment_id]))
    return True


def _record(session: Sessions, firm: str, row: uuid.UUID, by: str, *, was: str, became: str) -> None:
    audit.record(session, "attachment.file", (Filing.__tablename__, row), firm=firm, actor=by, was=was, became=became)

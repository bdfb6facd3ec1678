"""Received files: fetched beside the texts that they came with, told by their content, and kept encrypted as they come.

A text never waits for its files. Whatever fails is tried again for as long as the carrier has the file; what can never
be had says so in the thread.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .. import points, signals
from ..current import firmtext
from ..errors import CarrierError, CarrierRefused, Scope, where
from ..store import cells, files, keys, media_queries, pieces
from ..store.files import FileWriter
from ..store.models import Attachment, Texting
from ..store.states import FileState
from ..store.transactions import announce, own, reading
from . import alarms, auto_replies, foreign_types, media_claims, media_types
from .media_claims import Claimed, ClaimLost, again, pause_after, write
from .media_types import MediaType

__all__ = ["again", "due", "fetch", "run_due"]

log = logging.getLogger(__name__)

#: So long after its text a file that is still not here is an operator's business, and so long after it is given up.
ALARM, LAST = timedelta(hours=24), timedelta(hours=44)
#: A carrier's store may lag behind its own webhook: only the third "no such file" in a row is believed.
GONE_TRIES = 3
#: Answers that say something about us. The next try has a fresh token; when that is refused, too, somebody must look.
DENIED = {"auth", "balance", "refused", "odd_4xx", "local"}
AT_ONCE = 20


class Unwanted(Exception):
    """A file that nobody may send; ``reason`` is a short code, ``media_type`` what it is where that is known."""

    def __init__(self, reason: str, media_type: str | None = None) -> None:
        self.reason = reason
        self.media_type = media_type
        super().__init__(reason)


class Interrupted(Exception):
    """This process is to stop: the file is given back for the next one."""


def due(limit: int) -> list[uuid.UUID]:
    """The files that are to be fetched now, the longest due first."""
    with reading() as session:
        return list(media_queries.due(session, limit=limit))


def run_due(stop: Callable[[], bool] = bool) -> int:
    """Fetch what is due, one after the other, until nothing is or ``stop`` says so. Returns how many were tried."""
    tried = 0
    while not stop() and (found := due(AT_ONCE)):
        taken = [one for one in found if not stop() and fetch(one, stop)]
        tried += len(taken)
        if not taken:  # others are at it
            break
    return tried


def fetch(attachment_id: uuid.UUID, stop: Callable[[], bool] = bool) -> bool:
    """Try to get one file. False: it is not due, or somebody else has it. What fails is written down, not raised."""
    claimed = media_claims.claim(attachment_id)
    if claimed is None:
        return False
    points.reach("media.claimed")
    try:
        _settle(claimed, stop)
    except ClaimLost:
        log.warning("a file took longer than its claim; somebody else fetches it")
    except SQLAlchemyError as error:
        log.warning("a file is tried again when its claim is over: the database is away (%s)", type(error).__name__)
    return True


def _settle(claimed: Claimed, stop: Callable[[], bool]) -> None:
    try:
        _bring(claimed, stop)
    except (ClaimLost, SQLAlchemyError):
        raise
    except Interrupted:
        with own() as session:
            columns = {"not_before": firmtext.clock.sql(), "tries": claimed.tries - 1}
            write(session, claimed, FileState.WANTED, **columns)
    except Unwanted as refusal:
        _refuse(claimed, refusal.reason, refusal.media_type)
    except CarrierRefused as error:
        # What refuses everything of ours, such as a key that we cannot read, says nothing about this file.
        if error.evidence == "gone" or error.scope is Scope.ACCOUNT:
            _try_later(claimed, error)
        else:
            _refuse(claimed, error.evidence)
    except Exception as error:
        if not isinstance(error, CarrierError):
            log.error("a file met a fault: %s", where(error))
        _try_later(claimed, error)


def _bring(claimed: Claimed, stop: Callable[[], bool]) -> None:
    with reading() as session:
        url = cells.unseal(session, cells.place(Attachment, "url", claimed.id, claimed.firm), claimed.url)
    with firmtext.gateway.fetch_media(url) as body:
        head = body.read(media_types.HEAD)
        found = media_types.sniff(head)
        if found is None:
            raise Unwanted(media_claims.FOR_GOOD if head else "empty", foreign_types.sniff(head))
        with files.writer(claimed.firm, claimed.scope) as out:
            out.write(head)
            _copy(body, out, stop)
    points.reach("media.complete")
    try:
        if not _is_clean(claimed.firm, out.file_id, found):
            files.forget(out.file_id)
            raise Unwanted("scanner")
        _keep(claimed, found, out)
    except ClaimLost:
        files.forget(out.file_id)
        raise


def _is_clean(firm: str, file_id: uuid.UUID, found: MediaType) -> bool:
    """What the host's scanner says, where there is one; only a plain True lets a file be seen."""
    scan = firmtext.scanner
    if scan is None:
        return True
    with files.reader(firm, file_id) as stream:
        return scan(stream, found.name) is True


def _copy(body: BinaryIO, out: FileWriter, stop: Callable[[], bool]) -> None:
    while piece := body.read(pieces.SIZE):
        if stop():
            raise Interrupted
        out.write(piece)


def _keep(claimed: Claimed, found: MediaType, out: FileWriter) -> None:
    columns = {"media_type": found.name, "size": out.size, "digest": out.digest, "file_id": out.file_id}
    with own() as session:
        message = write(session, claimed, FileState.STORED, reason=None, **columns)
        if message is not None:
            _follow(session, claimed)
            file = str(claimed.id)
            announce(session, signals.file_received, firm=claimed.firm, message=str(message), file=file)


def _follow(session: Session, claimed: Claimed) -> None:
    """Its text was attached while it was fetched, maybe before its key was made."""
    came = media_queries.came(session, claimed.firm, claimed.id)
    if claimed.conversation is None and came and came[0]:
        keys.hand_over(session, claimed.firm, claimed.scope, keys.conversation_scope(came[0]))


def _refuse(claimed: Claimed, reason: str, media_type: str | None = None) -> None:
    with own() as session:
        message = write(session, claimed, FileState.REFUSED, reason=reason[:32], media_type=media_type)
        if message is None or claimed.conversation is None or reason != media_claims.FOR_GOOD:
            return
        chosen = session.get(Texting, claimed.firm)
        if chosen is not None and chosen.explains_refusals:
            auto_replies.explain_refusal(session, claimed.conversation, message)


def _try_later(claimed: Claimed, error: Exception) -> None:
    """Again after a pause that doubles, the last time 44 hours after the text; then nobody tries any more."""
    evidence = error.evidence[:32] if isinstance(error, CarrierError) else "fault"
    age = firmtext.clock.now() - claimed.came
    tries = claimed.tries if evidence != "gone" or claimed.reason == "gone" else 1
    with own() as session:
        if evidence == "gone" and tries >= GONE_TRIES:
            write(session, claimed, FileState.GONE, reason=evidence)
            return
        if age >= LAST:
            write(session, claimed, FileState.LATE, reason=evidence)
        else:
            pause = max(pause_after(tries), getattr(error, "retry_after", None) or timedelta(0))
            not_before = firmtext.clock.sql(min(pause, LAST - age))
            write(session, claimed, FileState.WANTED, reason=evidence, tries=tries, not_before=not_before)
        if age >= ALARM:
            alarms.note(session, "media_late", str(claimed.id))
        elif evidence in DENIED and tries > 1:
            alarms.note(session, "media_denied", evidence)

"""Received files go into the host's documents, once for each matter, whatever dies or repeats half-way.

The host's verb and our row share one transaction; and because what a host's verb does may outlive that (a service
behind it, a commit of its own), each filing has one token for ever, by which the host knows a repeat.
"""

from __future__ import annotations

import io
import logging
import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, BinaryIO, cast

from .. import points, signals
from ..current import firmtext
from ..errors import DecryptError, HostContractError, where
from ..messaging import names_given, places, tenancy
from ..ports import promises
from ..ports.host import Documents
from ..store import attachment_queries, files
from ..store.states import FilingState
from ..store.transactions import announce, reading, shared
from . import filing_claims, filing_plans
from .filing_claims import Claimed, ClaimLost, claim, write

log = logging.getLogger(__name__)

AT_ONCE = 20


class Damaged(Exception):
    """The file cannot be read, which no repeat changes."""


class Away(Exception):
    """The host could not take or judge a document now; it is tried again by itself."""


class Watched(io.BufferedIOBase):
    """A file as a port gets it: to be read once, forwards. ``damaged`` stays when the port swallows what was raised."""

    def __init__(self, stored: BinaryIO) -> None:
        self.stored = stored
        self.damaged = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        try:
            return self.stored.read(-1 if size is None else size)
        except DecryptError:
            self.damaged = True
            raise

    def readinto(self, buffer: Any, /) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def run_due(stop: Callable[[], bool] = bool, beat: Callable[[], object] = bool) -> int:
    """Plan and file what is due, one after the other, with a ``beat`` before each. Returns how many were done.

    The documents of a firm that fail once are left alone for the rest of the round: others wait behind it.
    """
    with reading() as session:
        unplanned = attachment_queries.unplanned(session, limit=AT_ONCE)
    done = _each([(firm, partial(filing_plans.plan, row, firm)) for row, firm in unplanned], stop, beat)
    with reading() as session:
        due = attachment_queries.due_filings(session, limit=AT_ONCE)
    return done + _each([(firm, partial(file, row)) for row, firm in due], stop, beat)


def is_due() -> bool:
    """Whether there is anything to plan or to file."""
    with reading() as session:
        return bool(attachment_queries.unplanned(session, limit=1) or attachment_queries.due_filings(session, limit=1))


def _each(steps: Sequence[tuple[str, Callable[[], bool]]], stop: Callable[[], bool], beat: Callable[[], object]) -> int:
    done, away = 0, set[str]()
    for firm, step in steps:
        if stop():
            break
        if firm in away:
            continue
        beat()
        try:
            done += step()
        except Away:
            away.add(firm)
        except Exception as error:
            log.error("filing met a fault: %s", where(error))
    return done


def file(filing_id: uuid.UUID) -> bool:
    """Try to file one document. False: it is not due, or somebody has it.

    :raises Away: it failed, which is written down.
    """
    claimed = claim(filing_id)
    if claimed is None:
        return False
    points.reach("filing.claimed")
    try:
        _settle(claimed)
    except ClaimLost:
        log.warning("the host took longer than a claim; somebody else files the document")
    return True


def _settle(claimed: Claimed) -> None:
    try:
        _file(claimed)
    except ClaimLost:
        raise
    except Damaged:
        log.error("a received file cannot be read, so it cannot be filed")
        filing_claims.give_up(claimed)
    except Exception as error:
        told = error if isinstance(error, HostContractError) else where(error)
        log.warning("a document could not be filed: %s", told)
        filing_claims.try_later(claimed)
        raise Away from error


def _file(claimed: Claimed) -> None:
    """The host's verb, then our row, one commit."""
    with reading() as session:
        found = attachment_queries.received(session, claimed.firm, claimed.attachment_id)
    firm = tenancy.firm(claimed.firm)
    port = places.documents(claimed.firm)
    if found is None or found.file.file_id is None or firm is None or port is None:
        raise LookupError("the file, its firm or the firm's documents are not there")
    name, media_type = names_given.of(found, firm), found.file.media_type or ""
    try:
        stored = files.reader(claimed.firm, found.file.file_id)
    except DecryptError as error:
        raise Damaged from error
    with shared() as session, stored:
        begun = session().get_transaction() or session.begin()
        document = _asked(port, claimed, name, media_type, Watched(stored))
        points.reach("filing.filed")
        if session().get_transaction() is not begun:
            log.error("the host's Documents.file() ended the transaction; it must neither commit nor roll back")
        write(session, claimed, FilingState.FILED, document=document, state_at=firmtext.clock.now())
        whose, which, place = claimed.firm, str(claimed.attachment_id), claimed.matter
        announce(session, signals.file_filed, firm=whose, file=which, matter=place, document=document)
        points.reach("filing.written")
    points.reach("filing.committed")


def _asked(port: Documents, claimed: Claimed, name: str, media_type: str, stream: Watched) -> str:
    try:
        answer = port.file(claimed.matter, name, media_type, cast(BinaryIO, stream), token=claimed.token)
    except Exception as error:
        if stream.damaged:
            raise Damaged from error
        raise
    if stream.damaged:
        raise Damaged
    return promises.document("file", answer)

"""The witness: how far sending had come, kept outside the database, so that a restored backup is noticed.

Every claim raises a mark in the account's row. The sweep notes it in Redis and in a file. A database whose mark is
behind its witness has forgotten texts that were sent, and those that wait in it may be among them: sending stands
still until a person lets it go on. Marks count, and no clock has a say.
"""

from __future__ import annotations

import logging
import os
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import current_app
from redis import RedisError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..adapters import bell
from ..current import firmtext
from ..messaging import holds, pace
from ..store import audit, hold_queries
from ..store.models import Account
from ..store.queries import ACCOUNT
from ..store.states import HoldKind
from ..store.transactions import own, reading

log = logging.getLogger(__name__)

RESTORE = "restore"
#: What the hold is on: not the carrier's account, so that it stands beside one that a probe lifts.
DATABASE = "database"
#: What is larger was not written by us.
MOST = 2**62


@dataclass(frozen=True, slots=True)
class Seen:
    """The database's mark, and what each witness that can be asked tells."""

    line: uuid.UUID
    mark: int
    told: Sequence[int]

    @property
    def forgotten(self) -> int:
        """How many texts were sent of which this database knows nothing."""
        return max([0, *(told - self.mark for told in self.told)])


def prove() -> None:
    """Look, unless this process has: called before a text is claimed."""
    if not firmtext.witnessed:
        look()
        firmtext.witnessed = True


def forgets(session: Session) -> bool:
    """Whether a backup was restored and nobody has said yet that things may go on."""
    return hold_queries.stands(session, HoldKind.ACCOUNT, DATABASE)


def look() -> None:
    """Put sending on hold if the database is behind its witness, else bring the witness up to date."""
    seen = read()
    if seen is None:
        _begin()
    elif seen.forgotten:
        _hold(seen)
    elif seen.mark and [*seen.told] != [seen.mark] * (2 if firmtext.settings.redis_url else 1):
        _note(seen)


def read() -> Seen | None:
    """What database and witnesses say now; None for a database that has no name yet. Nothing is written."""
    with reading() as session:
        found = session.execute(select(Account.line, Account.mark).where(Account.id == ACCOUNT)).first()
    if found is None or found.line is None:
        return None
    return Seen(found.line, found.mark, [*_told(_name(found.line))])


def file_fault() -> str | None:
    """Why the file cannot be written; None if it can."""
    try:
        kept_in = folder()
        kept_in.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=kept_in):
            return None
    except OSError as error:
        return str(error)


def _begin() -> None:
    """Name this database's line of events: by chance and once, so that every copy and backup bears that name."""
    with own() as session:
        pace.ensure_account(session)
        session.execute(update(Account).where(Account.id == ACCOUNT, Account.line.is_(None)).values(line=uuid.uuid4()))


def _hold(seen: Seen) -> None:
    """Whoever raises the mark to what the witness tells puts the hold: once, whoever lifts it and however often."""
    with own() as session:
        told = max(seen.told)
        behind = update(Account).where(Account.id == ACCOUNT, Account.line == seen.line, Account.mark < told)
        raised = behind.values(mark=told).returning(Account.id).execution_options(synchronize_session=False)
        if session.execute(raised).first():
            log.warning("a backup was restored: %d texts were sent that this database does not know", seen.forgotten)
            holds.put(session, HoldKind.ACCOUNT, DATABASE, RESTORE, by=audit.SWEEP)


def _name(line: uuid.UUID) -> str:
    return f"firmtext-witness-{line.hex}"


def folder() -> Path:
    """Where witnesses are kept in files."""
    return Path(firmtext.settings.state_dir or Path(current_app.instance_path) / "firmtext")


def _told(name: str) -> Iterator[int]:
    """What each witness tells that can be asked."""
    texts: list[str | None] = []
    try:
        texts.append((folder() / name).read_text("ascii"))
    except (OSError, ValueError):
        log.debug("there is no witness in a file")
    if firmtext.settings.redis_url:
        try:
            texts.append(bell.recall(firmtext.settings.redis_url, name))
        except (RedisError, ValueError) as error:
            log.warning("the witness in Redis cannot be asked (%s)", type(error).__name__)
    for text in texts:
        if text and text.isascii() and text.strip().isdigit() and (mark := int(text[:20])) < MOST:
            yield mark


def _note(seen: Seen) -> None:
    """Whatever cannot be written keeps its older mark, which tells less and nothing wrong."""
    try:
        write(folder(), _name(seen.line), str(seen.mark))
    except OSError as error:
        log.debug("no witness in a file: %s", type(error).__name__)
    if firmtext.settings.redis_url:
        try:
            bell.remember(firmtext.settings.redis_url, _name(seen.line), str(seen.mark))
        except RedisError as error:
            log.debug("no witness in Redis: %s", type(error).__name__)


def write(to: Path, name: str, text: str) -> None:
    """The whole file or the one before, readable by us alone."""
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=to, prefix=f"{name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(to / name)
    except OSError:
        Path(made).unlink(missing_ok=True)
        raise

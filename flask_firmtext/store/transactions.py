"""Transactions of our own, and what waits for the end of any: bells and signals.

*Joined* verbs run in the caller's session and never commit. *Own* steps run here: ``own()``, and ``shared()`` for a
step with a port that writes, are the only places beside the edges where a commit is written. Nothing rings before the
outermost commit, and nothing that was rolled back rings.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from blinker import NamedSignal
from flask import current_app, has_app_context
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from .. import points
from ..current import firmtext
from ..errors import where
from . import changes, outbox

log = logging.getLogger(__name__)

FORGOTTEN = (
    "%s was called, and its transaction ended without a commit: nothing came of it. Call db.session.commit() after it."
)
NOTES = "firmtext_notes"
COMMITTED = "firmtext_committed"
BEFORE = "firmtext_before"
#: libpq's PQTRANS_INERROR, as psycopg tells it.
IN_ERROR = 3


class OwnSession(Session):
    """A session of ours on the host's engine."""


@dataclass
class Notes:
    """What is to happen once the transaction has been committed."""

    rings: list[str] = field(default_factory=list)
    signals: list[tuple[NamedSignal, dict[str, Any]]] = field(default_factory=list)
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    changed: dict[str, list[uuid.UUID]] = field(default_factory=dict)
    #: What the host has told us: it counts with the host's commit, and a forgotten one is said aloud.
    told: list[str] = field(default_factory=list)

    def show(self, firm: str, *messages: uuid.UUID) -> None:
        """Open pages of this firm have something new: these texts, or a count such as unread."""
        self.changed.setdefault(firm, []).extend(messages)

    def copy(self) -> Notes:
        changed = {firm: list(messages) for firm, messages in self.changed.items()}
        return Notes(list(self.rings), list(self.signals), list(self.afterwards), changed, list(self.told))


def notes(session: Session | scoped_session[Any]) -> Notes:
    """The notes of this session's transaction."""
    return session.info.setdefault(NOTES, Notes())  # type: ignore[no-any-return]


def announce(session: Session | scoped_session[Any], signal: NamedSignal, **values: Any) -> None:
    """Send ``signal`` once this transaction is committed; webhooks of it are written with it (``outbox.py``).

    What a signal carries stands in ``signals.TOLD``.
    """
    notes(session).signals.append((signal, values))


@contextmanager
def own() -> Iterator[Session]:
    """A transaction of ours that commits at the end. The first statement in it is a write.

    On PostgreSQL it runs under READ COMMITTED, whatever the host's engine says: the claim waits for a row lock and
    must then see what the other has committed. On SQLite it begins with the write lock, because a transaction that
    reads first and writes later fails at once when somebody else wrote meanwhile.
    """
    with OwnSession(firmtext.writing_engine, expire_on_commit=False) as session:
        connection = session.connection()  # begun, so that a roll-back also takes what was noted before any write
        if connection.dialect.name == "sqlite":
            _begin_writing(connection)
        yield session
        session.commit()


@contextmanager
def shared() -> Iterator[scoped_session[Any]]:
    """A transaction in the host's session, which commits at the end: for a step whose first half is the host's.

    A port that writes does so here, our row comes after it, and both are there or neither. It begins as the host's
    transactions do: how long its port takes is the host's affair, and on SQLite nobody else could write meanwhile. What
    a port leaves behind is rolled back, and the session is given back in any case.
    """
    session = cast(scoped_session[Any], firmtext.db.session)
    session.rollback()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.remove()


def _begin_writing(connection: Connection) -> None:
    if connection.engine.dispatch.begin:
        # The host begins its transactions itself (SQLAlchemy's recipe for savepoints), and has just begun this one.
        connection.exec_driver_sql("ROLLBACK")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def reading() -> Iterator[Session]:
    """A short look with a connection of our own; nothing is written and the host's session is left alone."""
    with OwnSession(firmtext.reading_engine, expire_on_commit=False, autoflush=False) as session:
        yield session


def give_back() -> None:
    """A step of ours that asked the host is over: the next one is to read what is so then, with a new transaction.

    Until then the host's session holds a connection and, where transactions see one moment only, that moment.
    """
    firmtext.db.session.remove()


def recover() -> None:
    """After a statement of a port failed, PostgreSQL answers nothing more in the host's transaction: begin a new one.

    For a page that only shows something. What was written in that transaction is lost either way, and who writes must
    hear of it.
    """
    session = firmtext.db.session()
    if not session.in_transaction():
        return
    info = getattr(session.connection().connection.dbapi_connection, "info", None)
    if getattr(info, "transaction_status", None) == IN_ERROR:
        session.rollback()


def _listen() -> None:
    """Attach the listeners to every session of this process: one without notes of ours is left alone.

    Not to a host's ``scoped_session``: SQLAlchemy knows by the ``id()`` of a target what it has attached there, and a
    new application's session may get the ``id()`` of one that is gone.
    """
    for name, listener in (
        ("after_transaction_create", _after_transaction_create),
        ("before_commit", _before_commit),
        ("after_commit", _after_commit),
        ("after_rollback", _after_rollback),
        ("after_transaction_end", _after_transaction_end),
        ("after_soft_rollback", _after_soft_rollback),
    ):
        event.listen(Session, name, listener)


def _after_transaction_create(session: Session, transaction: SessionTransaction) -> None:
    # What was noted before a SAVEPOINT stands when only the SAVEPOINT is rolled back.
    if transaction.nested and NOTES in session.info:
        session.info.setdefault(BEFORE, {})[transaction] = notes(session).copy()


def _before_commit(session: Session) -> None:
    if not session.in_nested_transaction() and NOTES in session.info:
        outbox.write(session, notes(session).signals)
        changes.write(session, notes(session).changed)


def _after_commit(session: Session) -> None:
    # Also fired when a SAVEPOINT is released: that is not yet a commit.
    if not session.in_nested_transaction() and NOTES in session.info:
        session.info[COMMITTED] = session.info.pop(NOTES)


def _after_rollback(session: Session) -> None:
    # Before the transaction ends: who rolls it back has not forgotten to commit.
    if not session.in_nested_transaction():
        session.info.pop(NOTES, None)


def _after_soft_rollback(session: Session, previous: SessionTransaction) -> None:
    before = session.info.get(BEFORE, {}).pop(previous, None)
    session.info.pop(NOTES, None)
    if before is not None and previous.nested:
        session.info[NOTES] = before


def _after_transaction_end(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is not None:
        return
    session.info.pop(BEFORE, None)
    left = session.info.pop(NOTES, None)  # of a transaction that was closed without an end
    for call in dict.fromkeys(left.told) if left else ():
        log.warning(FORGOTTEN, call)
    done = session.info.pop(COMMITTED, None)
    if done is not None:
        _deliver(done)


def _deliver(done: Notes) -> None:
    """Nothing here may fail: whoever committed would take the text for lost."""
    if not has_app_context():
        return
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    if done.rings:
        points.reach("accept.after_commit")
        try:
            firmtext.ring(done.rings)
        except Exception as error:
            app.logger.error("the bell could not be rung (%s); the sweep sends what is due", type(error).__name__)
    for signal, values in done.signals:
        for receiver in signal.receivers_for(app):
            try:
                receiver(app, **values)
            except Exception as error:
                # A receiver may have read the text, and its error may say it.
                app.logger.error("a receiver of %s failed; the text is not affected: %s", signal.name, where(error))
    for call in done.afterwards:
        call()


_listen()

"""How a conversation is emptied once its keys are destroyed: batch by batch, each in a transaction of its own.

From the moment in which the keys are gone nobody can read anything of it. What is left to do is to take away the bytes,
and whoever is killed meanwhile goes on by doing it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, delete, or_, select, update
from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from . import audit, files, keys
from .base import Base
from .models import Attachment, CalendarEvent, Erased, Invitation, Key, Message, Notice, Resolution, Retention
from .states import FileState, KeyState
from .transactions import own, reading
from .upsert import insert_once

AT_ONCE = 500
#: What stands in a column that cannot be NULL.
NOTHING = b""
#: In the place of the digest of a client's text: a repeat of it is recognised by the carrier's id alone.
FORGOTTEN = bytes(32)
#: Why a file of an erased text is not to be had.
REASON = "erased"
#: Lets something forget texts (ids) of a firm, in the transaction that empties them.
Forget = Callable[[Session, str, Sequence[uuid.UUID]], object]
UNSEEN = {"synchronize_session": False}


def take_turn(session: Session, firm: str) -> None:
    """Nobody sets a hold, and nobody erases anything of this firm, until the end of this transaction."""
    insert_once(session, Retention, firm=firm)
    turn = update(Retention).where(Retention.firm == firm).values(turn=Retention.turn + 1)
    session.execute(turn.execution_options(**UNSEEN))


def destroy_keys(session: Session, firm: str, scope: str, by: str) -> int:
    """Overwrite every key of a scope with zeros. Whoever wraps them anew at this moment waits, or is waited for."""
    living = select(Key).where(Key.firm == firm, Key.scope == scope, Key.state != KeyState.DESTROYED)
    rows = session.scalars(living.order_by(Key.id).with_for_update().execution_options(populate_existing=True)).all()
    for row in rows:
        gone = {"wrapped": bytes(len(row.wrapped)), "state": KeyState.DESTROYED, "destroyed_at": firmtext.clock.now()}
        session.execute(
            update(Key).where(Key.firm == firm, Key.id == row.id).values(**gone).execution_options(**UNSEEN)
        )
        audit.record_key(session, "destroy", row.id, firm=firm, actor=by, evidence=REASON)
    return len(rows)


def empty(one: Erased, others: Sequence[Forget] = ()) -> None:
    """Take away what the destroyed keys of a conversation protected. ``others`` forget its texts in the same steps."""
    after = -1
    while rows := _texts(one.firm, one.conversation_id, after):
        after = rows[-1].position
        ids = [row.id for row in rows]
        _forget_files(one.firm, ids)
        with own() as session:
            _empty_texts(session, one, ids)
            for forget in others:
                forget(session, one.firm, ids)
            points.reach("erase.emptying")
        points.reach("erase.emptied")
    with own() as session:
        # A rotation that had begun may have encrypted some of it under a key that was not there yet.
        destroy_keys(session, one.firm, keys.conversation_scope(one.conversation_id), one.by)
        done = update(Erased).where(Erased.firm == one.firm, Erased.conversation_id == one.conversation_id)
        session.execute(done.values(emptied_at=firmtext.clock.now()).execution_options(**UNSEEN))
    firmtext.unwrapped.forget()


def _texts(firm: str, conversation: uuid.UUID, after: int) -> Sequence[Any]:
    full = (Message.firm == firm, Message.conversation_id == conversation, Message.position > after)
    wanted = select(Message.id, Message.position).where(*full, Message.body != NOTHING)
    with reading() as session:
        return session.execute(wanted.order_by(Message.position).limit(AT_ONCE)).all()


def _forget_files(firm: str, texts: Sequence[uuid.UUID]) -> None:
    theirs = select(Attachment.file_id).where(Attachment.firm == firm, Attachment.message_id.in_(texts))
    with reading() as session:
        found = session.scalars(theirs.where(Attachment.file_id.is_not(None))).all()
    for file in found:
        if file is not None:
            files.forget(file)


def _empty_texts(session: Session, one: Erased, texts: Sequence[uuid.UUID]) -> None:
    now, firm = firmtext.clock.now(), one.firm
    inbound = (Message.firm == firm, Message.id.in_(texts), Message.digest.is_not(None))
    changed(session, update(Message).where(*inbound).values(digest=FORGOTTEN))
    here = (Message.firm == firm, Message.id.in_(texts), Message.body != NOTHING)
    gone = changed(session, update(Message).where(*here).values(body=NOTHING))
    changed(
        session, update(Resolution).where(Resolution.firm == firm, Resolution.message_id.in_(texts)).values(why=None)
    )
    changed(
        session,
        update(Notice).where(Notice.firm == firm, Notice.message_id.in_(texts), _is_past(firm, now)).values(facts=None),
    )
    names = {"url": NOTHING, "name": NOTHING, "digest": None, "file_id": None, "claim": None, "claimed_until": None}
    refused = {"state": FileState.REFUSED, "reason": REASON, "state_at": now, **names}
    there = or_(Attachment.reason.is_(None), Attachment.reason != REASON)
    emptied = changed(
        session,
        update(Attachment).where(Attachment.firm == firm, Attachment.message_id.in_(texts), there).values(**refused),
    )
    counted = update(Erased).where(Erased.firm == firm, Erased.conversation_id == one.conversation_id)
    more = {"texts": Erased.texts + gone, "files": Erased.files + emptied}
    session.execute(counted.values(**more).execution_options(**UNSEEN))


def _is_past(firm: str, now: datetime) -> Any:
    """What a client knows of an event that is still to come is needed to tell them what changes."""
    past = select(Invitation.id).join(CalendarEvent, CalendarEvent.id == Invitation.event_id)
    return Notice.invitation_id.in_(past.where(CalendarEvent.firm == firm, CalendarEvent.starts_at < now))


def changed(session: Session, statement: Update) -> int:
    """Change rows; how many those were."""
    done: Any = session.execute(statement.execution_options(**UNSEEN))
    return int(done.rowcount)


def remove(session: Session, model: type[Base], *which: Any) -> int:
    """Delete rows; how many those were."""
    done: Any = session.execute(delete(model).where(*which).execution_options(**UNSEEN))
    return int(done.rowcount)

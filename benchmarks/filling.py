"""Many texts at once: rows as our verbs would have written them, every one sealed under a key of its own thread."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Connection, Table, insert, update
from sqlalchemy.orm import Session

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import pace
from flask_firmtext.store import cells, ciphers, keys
from flask_firmtext.store.base import Base, new_id
from flask_firmtext.store.models import (
    Attempt,
    Conversation,
    ConversationContact,
    Firm,
    Key,
    Message,
    Number,
    ReadMark,
)
from flask_firmtext.store.transactions import own, reading
from flask_firmtext.store.upsert import insert_once
from rows import STAFF, verified_number

FIRM = "harbor"
AREAS = (312, 646, 206, 415, 213)
#: The newest threads; the host knows who they are.
KNOWN = 50
A_THREAD = 20
#: The newest of all that the user has not read.
UNREAD = 10
AT_ONCE = 1_000
WORDS = "Please bring the signed lease and two letters from your bank when you come on Tuesday at ten."


#: What the text at this position of this thread says.
Says = Callable[[int, int], str]


def the_same(thread_: int, position: int) -> str:
    return WORDS


def phone(n: int) -> str:
    return f"+1{AREAS[n // 10_000]}777{n % 10_000:04d}"


def thread(n: int) -> uuid.UUID:
    return uuid.UUID(int=(2 << 64) + n)


def client(n: int) -> str:
    return f"client-{n}"


def acquaint(app: Any) -> None:
    """Tell the host who the newest threads are with."""
    for n in range(KNOWN):
        app.extensions["memory_host"].add_contact(FIRM, f"Client {n}", phone(n), ref=client(n))


def open_office() -> None:
    """A number that sends, the account's row, the firm's key."""
    verified_number()
    with own() as session:
        pace.ensure_account(session)
        insert_once(session, Firm, firm=FIRM, changes=0)
    with own() as session:
        keys.to_encrypt(session, FIRM, keys.FIRM)


def fill(texts: int, have: int = 0, *, a_thread: int = A_THREAD, says: Says = the_same) -> None:
    """Threads with ``texts`` texts in all where there are ``have`` already; thread 0 is the newest."""
    with reading() as session:
        number = session.query(Number.id).filter_by(firm=FIRM).scalar()
        parent = keys.to_encrypt(session, FIRM, keys.FIRM)
    now = firmtext.clock.now().replace(microsecond=0)
    for start in range(have // a_thread, texts // a_thread, AT_ONCE):
        these = range(start, min(start + AT_ONCE, texts // a_thread))
        made = [row for n in these for row in _thread(n, a_thread, number, parent, now, says)]
        with firmtext.engine.begin() as connection:
            for model in (Key, Conversation, ConversationContact, ReadMark, Message, Attempt):
                load(connection, model, [values for kind, values in made if kind is model])
    if firmtext.engine.dialect.name == "postgresql":
        with firmtext.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def load(connection: Connection, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """COPY on PostgreSQL."""
    if not rows:
        return
    table = cast(Table, model.__table__)
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), list(rows))
        return
    names = list(rows[0])
    quoted = ", ".join(f'"{name}"' for name in names)
    cursor = cast(Any, connection.connection.driver_connection).cursor()
    with cursor.copy(f"COPY {table.name} ({quoted}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])


Made = tuple[type[Base], dict[str, Any]]


def _thread(
    n: int, texts: int, number: uuid.UUID, parent: tuple[str, bytes], now: datetime, says: Says
) -> Iterator[Made]:
    row, at = thread(n), now - timedelta(minutes=n)
    scope, key_id, key = keys.conversation_scope(row), ciphers.new_key_id(), ciphers.new_key()
    wrapped = ciphers.wrap(parent[1], key, key_id=key_id, parent_id=parent[0], scope=scope, firm=FIRM)
    yield Key, {"id": key_id, "parent": parent[0], "firm": FIRM, "scope": scope, "state": "active", "wrapped": wrapped,
                "created_at": at}  # fmt: skip
    sealed = ciphers.seal(key, key_id, cells.place(Conversation, "phone", row, FIRM), phone(n))
    yield Conversation, {
        "id": row, "firm": FIRM, "number_id": number, "phone_index": keys.index_of(FIRM, phone(n)), "phone": sealed,
        "epoch": 1, "turn": texts, "last_at": at, "last_position": texts, "last_in_position": texts,
        "last_out_position": texts - 1, "waiting_since": at, "created_at": at - timedelta(days=30),
    }  # fmt: skip
    yield ConversationContact, {"conversation_id": row, "contact": client(n), "firm": FIRM, "since": at}
    if n >= UNREAD:
        yield ReadMark, {"conversation_id": row, "user": STAFF.ref, "firm": FIRM, "position": texts, "left_unread": 0,
                         "read_at": at}  # fmt: skip
    for position in range(1, texts + 1):
        said = says(n, position)
        yield from _text(row, position, texts, key_id, key, at - timedelta(hours=texts - position), said)


def _text(row: uuid.UUID, position: int, last: int, key_id: str, key: bytes, at: datetime, said: str) -> Iterator[Made]:
    """Every other one is the client's, the last one, too."""
    text, incoming = new_id(), (last - position) % 2 == 0
    attempt = None if incoming else uuid.uuid4()
    yield Message, {
        "id": text, "firm": FIRM, "conversation_id": row, "position": position,
        "direction": "in" if incoming else "out", "kind": "staff", "priority": 0,
        "author": None if incoming else STAFF.ref, "client_token": None if incoming else text.hex,
        "body": ciphers.seal(key, key_id, cells.place(Message, "body", text, FIRM), said), "segments": 1,
        "state": "received" if incoming else "delivered", "rank": 0 if incoming else 5, "state_at": at,
        "partly": False, "not_before": None if incoming else at, "expires_at": None if incoming else at, "tries": 0,
        "current_attempt": attempt, "rings": 0, "carrier": "vonage" if incoming else None,
        "carrier_id": str(uuid.uuid4()) if incoming else None, "part": 0, "shown_at": at, "created_at": at,
        "changed": 0,
    }  # fmt: skip
    if attempt:
        yield Attempt, {"id": attempt, "firm": FIRM, "message_id": text, "n": 1, "claimed_at": at, "claimed_by": "x",
                        "deadline": at, "outcome": "accepted", "evidence": "receipt", "carrier_id": str(uuid.uuid4()),
                        "closed_at": at}  # fmt: skip


def queued(threads: Iterable[int], *, kind: str, priority: int, not_before: datetime | None = None) -> None:
    """A text each as the next of these threads, due now unless told otherwise."""
    ids, due = [thread(n) for n in threads], not_before or firmtext.clock.now()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with own() as session:
            free = {one: _positions(session, one, count) for one, count in Counter(some).items()}
            texts = [_due(session, one, next(free[one]), kind, priority, due) for one in some]
        with firmtext.engine.begin() as connection:
            load(connection, Message, texts)


def _positions(session: Session, conversation: uuid.UUID, count: int) -> Iterator[int]:
    turn = (
        update(Conversation)
        .where(Conversation.id == conversation)
        .values(turn=Conversation.turn + count)
        .returning(Conversation.turn)
        .execution_options(synchronize_session=False)
    )
    last = session.execute(turn).scalar_one()
    return iter(range(last - count + 1, last + 1))


def _due(
    session: Session, conversation: uuid.UUID, position: int, kind: str, priority: int, due: datetime
) -> dict[str, Any]:
    row_id, now = new_id(), firmtext.clock.now()
    where = cells.place(Message, "body", row_id, FIRM)
    body = cells.seal(session, where, WORDS, scope=keys.conversation_scope(conversation))
    return {
        "id": row_id, "firm": FIRM, "conversation_id": conversation, "position": position, "direction": "out",
        "kind": kind, "priority": priority, "author": STAFF.ref, "client_token": row_id.hex, "body": body,
        "segments": 1, "state": "queued", "rank": 0, "state_at": now, "partly": False, "not_before": due,
        "expires_at": now + timedelta(days=3), "tries": 0, "rings": 0, "part": 0, "shown_at": now, "created_at": now,
        "changed": 0,
    }  # fmt: skip

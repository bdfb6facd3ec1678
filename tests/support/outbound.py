"""Texts on their way out, as the tests of sending look at them. Everything needs an application context."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from flask_firmtext.current import firmtext
from flask_firmtext.signals import alarm
from flask_firmtext.store import cells
from flask_firmtext.store.models import Account, Attempt, Audit, Counter, Hold, Message, Number
from flask_firmtext.store.transactions import own, reading
from rows import accepted

#: As fast as the machine is: for tests that are not about the pace.
FAST = {"FIRMTEXT_REQUESTS_PER_SECOND": "100000", "FIRMTEXT_NUMBER_SEGMENTS_PER_SECOND": "100000"}
HARBOR, SUMMIT = "+18335550100", "+18335550101"


def people(app: Any, count: int, *, firm: str = "harbor", area: int = 312) -> list[str]:
    """References of new contacts, each with a phone of its own."""
    host = app.extensions["memory_host"]
    return [
        host.add_contact(firm, f"Client {n}", f"+1{area}555{n:04d}", ref=f"{firm}-{area}-{n}").ref
        for n in range(120, 120 + count)
    ]


def texts(count: int, *, contact: str = "rosa") -> list[uuid.UUID]:
    return [accepted(f"Text {n}", contact=contact) for n in range(count)]


def message(message_id: uuid.UUID) -> Message:
    with reading() as session:
        return session.get_one(Message, message_id)


def words(message_id: uuid.UUID) -> str:
    """What a text says."""
    with reading() as session:
        row = session.get_one(Message, message_id)
        return cells.unseal(session, cells.place(Message, "body", row.id, row.firm), row.body)


def state(message_id: uuid.UUID) -> str:
    return str(message(message_id).state)


def states() -> dict[str, int]:
    with reading() as session:
        found: dict[str, int] = {}
        for name in session.scalars(select(Message.state).where(Message.direction == "out")):
            found[name] = found.get(name, 0) + 1
        return found


def attempts(message_id: uuid.UUID) -> Sequence[Attempt]:
    with reading() as session:
        return session.scalars(select(Attempt).where(Attempt.message_id == message_id).order_by(Attempt.n)).all()


def attempt(message_id: uuid.UUID) -> Attempt:
    """The only attempt."""
    (only,) = attempts(message_id)
    return only


def history(message_id: uuid.UUID) -> list[tuple[str | None, str | None, str | None, str]]:
    """Every state change as (was, became, evidence, actor), in order."""
    with reading() as session:
        rows = session.scalars(
            select(Audit)
            .where(Audit.object_id == str(message_id), Audit.action.in_(["message.accept", "message.state"]))
            .order_by(Audit.at, Audit.id)
        ).all()
    return [(row.was, row.became, row.evidence, row.actor) for row in rows]


def actions(message_id: uuid.UUID) -> list[tuple[str, str, str | None]]:
    with reading() as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == str(message_id)).order_by(Audit.at, Audit.id))
        return [(row.action, row.actor, row.evidence) for row in rows]


def holds() -> list[tuple[str, str, str]]:
    """Standing holds as (kind, object, code)."""
    with reading() as session:
        return [
            (row.kind, row.object, row.code) for row in session.scalars(select(Hold).where(Hold.lifted_at.is_(None)))
        ]


def counted(name: str) -> int:
    with reading() as session:
        row = session.get(Counter, name)
        return row.count if row else 0


def due_now(message_id: uuid.UUID) -> None:
    """Do not wait for a text's back-off."""
    rewrite(Message, Message.id == message_id, not_before=firmtext.clock.now() - timedelta(seconds=1))


def older(seconds: float, *message_ids: uuid.UUID) -> None:
    """Let texts have been due for so long already."""
    then = firmtext.clock.now() - timedelta(seconds=seconds)
    rewrite(Message, Message.id.in_(message_ids), not_before=then)


def rewrite(model: type[Any], which: Any, **columns: object) -> None:
    with own() as session:
        session.execute(update(model).where(which).values(**columns).execution_options(synchronize_session=False))


def slots_free() -> None:
    """Let the carrier take a text of every number at once."""
    now = firmtext.clock.now()
    rewrite(Number, Number.id.is_not(None), next_free_at=now)
    rewrite(Account, Account.id.is_not(None), next_free_at=now)


@contextmanager
def alarms() -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_: object, kind: str, detail: str) -> None:
        heard.append(kind)

    with alarm.connected_to(hear):
        yield heard

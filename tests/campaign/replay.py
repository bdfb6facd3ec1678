"""R5: the webhooks that were believed come again, shuffled and three times each, and nothing changes."""

from __future__ import annotations

import contextvars
import random
from typing import Any

import sqlalchemy as sa

from flask_firmtext.store.models import (
    AnswerDue,
    Attachment,
    Attempt,
    ConsentEvent,
    Conversation,
    EventAnswer,
    Invitation,
    Message,
    Notice,
    OptOut,
    Quarantine,
    Reminder,
    StatusEvent,
)
from flask_firmtext.store.transactions import reading
from signing import Signer

from .stack import Stack
from .witnesses import SEEN, Ledger

MODELS = (
    AnswerDue,
    Attachment,
    Attempt,
    ConsentEvent,
    Conversation,
    EventAnswer,
    Invitation,
    Message,
    Notice,
    OptOut,
    Quarantine,
    Reminder,
    StatusEvent,
)
#: Who needs a conversation to himself raises this, also when nothing comes of it.
TURN = "turn"
#: Of many webhooks this many are tried.
AT_MOST = 100


def projection() -> dict[str, list[str]]:
    """Everything that webhooks decide."""
    with reading() as session:
        return {
            model.__tablename__: sorted(map(repr, session.execute(sa.select(*_columns(model))).all()))
            for model in MODELS
        }


def _columns(model: Any) -> list[Any]:
    return [column for column in model.__table__.columns if column.name != TURN]


def again(stack: Stack, carrier: Ledger) -> list[str]:
    """What is another after the repeats; no process of ours may run meanwhile."""
    dice = random.Random(stack.scale.seed)
    seen = {(hook["kind"], hook["body"]) for hook in carrier.webhooks if hook["http_status"] in SEEN}
    chosen = sorted(seen)
    dice.shuffle(chosen)
    repeats = chosen[:AT_MOST] * 3
    dice.shuffle(repeats)
    before, signer = projection(), Signer.of(stack.carrier)
    wrong = []
    for kind, body in repeats:
        answer: Any = contextvars.Context().run(signer.post, stack.app.test_client(), kind, body.encode())
        if answer.status_code not in SEEN:
            wrong.append(f"a repeated {kind} was answered {answer.status_code}")
    after = projection()
    return wrong + [f"{name}: {_first(before[name], after[name])}" for name in before if before[name] != after[name]]


def _first(before: list[str], after: list[str]) -> str:
    gone, come = sorted(set(before) - set(after)), sorted(set(after) - set(before))
    return f"{len(before)} → {len(after)} rows; first gone {gone[:1]}, first new {come[:1]}"

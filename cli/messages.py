"""``flask firmtext messages …``: texts that went wrong, and one text with everything that happened to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from ..current import firmtext
from ..errors import DecryptError
from ..store import cells, repeat_queries
from ..store import operator_queries as queries
from ..store.audit import record
from ..store.ciphers import Place
from ..store.models import Attempt, Conversation, Message, Number, Resolution
from ..store.states import Direction, State
from ..store.transactions import own, reading
from . import counts, explaining, unreadable
from .db import require_current
from .filters import firm_option, moment_of, reason_option, since_option
from .firms import named
from .operator import actor
from .output import Unreadable, json_option, listing, say, single
from .repeating import retry
from .resolving import resolve

Cell = str | Unreadable

_STATES = [state.value for state in State if state not in (State.QUEUED, State.RECEIVED)]


@click.group(cls=AppGroup)
def messages() -> None:
    """See what went wrong, what happened to a text, and put it right."""


messages.add_command(retry)
messages.add_command(resolve)


@messages.command()
@firm_option
@click.option("--state", "states", type=click.Choice(_STATES), multiple=True, help="In which state. Default: failed.")
@reason_option
@since_option
@json_option
def failed(
    firm: str | None, states: tuple[str, ...], reason: str | None, after: timedelta | datetime | None, as_json: bool
) -> None:
    """List texts that did not arrive, the latest first."""
    require_current(firmtext.engine)
    wanted = queries.Filters([State(state) for state in states or ("failed",)], named(firm), reason, moment_of(after))
    with reading() as session:
        found = queries.texts_that_went_wrong(session, wanted)
        contacts = queries.contacts_of(session, {conversation.id for _, conversation in found})
        numbers = cells.read(session, [_phone(conversation) for _, conversation in found])
        tries = counts.attempts(session, [message.id for message, _ in found])
        unread = unreadable.why(session, numbers)
    rows = [
        _failed_row(message, contacts.get(message.conversation_id), unreadable.shown(number), tries.get(message.id, 0))
        for (message, _), number in zip(found, numbers, strict=True)
    ]
    listing(rows, as_json=as_json, nothing="No such texts.")
    if not as_json:
        explaining.tell(message for message, _ in found)
    unreadable.fail_if(unread)


@messages.command()
@click.argument("message_id", metavar="ID", type=click.UUID)
@click.option("--firm", metavar="REF", help="Only if it is this firm's.")
@json_option
def show(message_id: uuid.UUID, firm: str | None, as_json: bool) -> None:
    """Show one text, decrypted, with every attempt to send it. Noted in the audit."""
    require_current(firmtext.engine)
    whose = named(firm)
    with reading() as session:
        found = queries.one_text(session, message_id)
        if found is None or whose not in (None, found[0].firm):
            raise click.ClickException(f"There is no text {message_id}. `flask firmtext messages failed` lists ids.")
        message, conversation, number = found
        attempts = queries.attempts_of(session, message_id)
        again = repeat_queries.made_of(session, message.firm, [message_id])
        said = session.get(Resolution, message_id)
        contact = queries.contacts_of(session, {conversation.id}).get(conversation.id)
        sealed = [_body(message), _phone(conversation), *([_why(said)] if said and said.why else [])]
        body, phone, *why = read = cells.read(session, sealed)
        unread = unreadable.why(session, read)
    with own() as session:
        record(session, "message.show", (Message.__tablename__, message.id), firm=message.firm, actor=actor())
    whole = _whole(message, number, contact, unreadable.shown(phone), unreadable.shown(body), len(attempts))
    after = {"retried_as": next((one.id for one in again), None), "resolution": _resolution(said, why)}
    single({**whole, **after, "attempts": [_attempt(post) for post in attempts]}, as_json=as_json)
    if message.state == State.UNKNOWN and not as_json:
        say(explaining.LOOK_IT_UP)
    unreadable.fail_if(unread)


def _failed_row(message: Message, contact: str | None, phone: Cell, tries: int) -> dict[str, Any]:
    return {
        "id": message.id,
        "firm": message.firm,
        "contact": contact,
        "to": phone,
        "state": message.state,
        "reason": message.reason,
        "code": message.code,
        "kind": message.kind,
        "created_at": message.created_at,
        "failed_at": message.state_at if message.state == State.FAILED else None,
        "retry_of": message.retry_of,
        "tries": tries,
    }


def _whole(
    message: Message, number: Number, contact: str | None, phone: Cell, body: Cell, tries: int
) -> dict[str, Any]:
    ends = (number.e164, phone) if message.direction == Direction.OUT else (phone, number.e164)
    return {
        **_failed_row(message, contact, ends[1], tries),
        "from": ends[0],
        "direction": message.direction,
        "author": message.author,
        "text": body,
        "segments": message.segments,
        "state_at": message.state_at,
        "not_before": message.not_before,
        "expires_at": message.expires_at,
        **explaining.explained(message),
    }


def _resolution(said: Resolution | None, why: Sequence[str | DecryptError]) -> dict[str, Any] | None:
    if said is None:
        return None
    return {
        "answer": said.answer,
        "by": said.by,
        "at": said.created_at,
        "why": unreadable.shown(why[0]) if why else None,
    }


def _why(said: Resolution) -> tuple[Place, bytes]:
    assert said.why is not None  # noqa: S101 - asked before
    return cells.place(Resolution, "why", said.message_id, said.firm), said.why


def _attempt(post: Attempt) -> dict[str, Any]:
    names = ("id", "n", "claimed_at", "claimed_by", "outcome", "evidence", "carrier_id", "closed_at")
    return {name: getattr(post, name) for name in names}


def _phone(conversation: Conversation) -> tuple[Place, bytes]:
    return cells.place(Conversation, "phone", conversation.id, conversation.firm), conversation.phone


def _body(message: Message) -> tuple[Place, bytes]:
    return cells.place(Message, "body", message.id, message.firm), message.body

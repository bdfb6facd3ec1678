"""The main job over real parts: accepted, claimed, posted over TLS, moved on by signed webhooks, answered."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select

from flask_firmtext.current import firmtext
from flask_firmtext.messaging import accepting
from flask_firmtext.store import cells
from flask_firmtext.store.models import Message
from flask_firmtext.store.states import Direction, State
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import drain
from rows import adopt
from servers import until


def _message(direction: Direction) -> Message | None:
    with reading() as session:
        return session.scalars(select(Message).where(Message.direction == direction)).one_or_none()


def _text(message: Message) -> str:
    with reading() as session:
        return cells.unseal(session, cells.place(Message, "body", message.id, message.firm), message.body)


def test_a_text_is_delivered_and_its_answer_arrives(carrier_app: Any, served: str, sandbox: Any) -> None:
    # Given a firm with a number
    adopt()
    host = carrier_app.extensions["memory_host"]
    rosa = host.for_firm("harbor").contacts.get("rosa")
    staff = host.users.all["staff@harbor.example"]

    # When a person sends a text and a worker drains what is due
    accepting.accept(firmtext.db.session, user=staff, contact=rosa, to=None, text="Hello", token=str(uuid.uuid4()))
    firmtext.db.session.commit()
    assert drain.run() == 1

    # Then the phone has it once and the carrier's webhooks say so
    until(lambda: _message(Direction.OUT).state == State.DELIVERED)
    assert [(post["to"], post["text"]) for post in sandbox.posts] == [("13125550100", "Hello")]

    # And what the phone answers is in the same conversation, encrypted
    sandbox.text("13125550100", "18335550100", "Hi, it is me")
    answer = until(lambda: _message(Direction.IN))
    assert _text(answer) == "Hi, it is me"
    assert answer.conversation_id == _message(Direction.OUT).conversation_id
    assert b"Hi, it is me" not in answer.body

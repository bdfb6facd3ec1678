"""A stranger who writes in the very moment in which an administrator attaches the number: no text stays behind."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import conversations, placing, receiving, strangers
from flask_firmtext.store.models import Conversation, Message, Number
from flask_firmtext.store.transactions import own
from rows import accepted, verified_number
from strange import HARBOR, SARA, texts
from strange import strangers as kept

SECOND = "+18335550102"
BY = "admin@harbor.example"


class Beside(threading.Thread):
    """Something that is done in a thread of its own, on a connection of its own."""

    def __init__(self, app: Any, step: Callable[[], Any]) -> None:
        super().__init__()
        self.app, self.step, self.error = app, step, None
        self.start()

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.step()
            except Exception as error:
                self.error = error  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def first(app: Any) -> None:
    """Sara has written once. Harbor has two numbers."""
    verified_number("harbor", SECOND)
    with own() as session:
        session.execute(update(Number).values(main=False))
    verified_number()
    texts("first")


def attach() -> strangers.Moved:
    return strangers.attach("harbor", kept()[0], "sara", owners=["sara"], by=BY)


def hold(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> tuple[threading.Event, threading.Event]:
    """Stop the thread that calls this function of a module: when it came there, and what lets it go on."""
    came, go_on, call = threading.Event(), threading.Event(), getattr(module, name)

    def held(*arguments: Any, **more: Any) -> Any:
        if threading.current_thread() is not threading.main_thread() and not came.is_set():
            came.set()
            assert go_on.wait(20)
        return call(*arguments, **more)

    monkeypatch.setattr(module, name, held)
    return came, go_on


@pytest.mark.parametrize("to", [HARBOR, SECOND])
def test_a_text_that_is_being_kept_while_its_number_is_attached_is_attached_too(
    app: Any, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    came, go_on = hold(monkeypatch, placing.hearing, "heed")  # it has looked for a conversation in vain
    writing = Beside(app, lambda: texts("in that moment", to=to))
    assert came.wait(20)
    attaching = Beside(app, attach)
    attaching.join(0.5)
    go_on.set()
    for thread in (writing, attaching):
        thread.join(20)
        assert thread.error is None
    assert (len(rows(Message)), kept()) == (2, [])


@pytest.mark.parametrize("to", [HARBOR, SECOND])
def test_a_text_that_is_kept_a_moment_after_its_number_was_attached_goes_to_its_conversation(
    app: Any, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("there, one writes at a time")
    came, go_on = hold(monkeypatch, placing.quarantine, "keep")  # it has looked once
    writing = Beside(app, lambda: texts("in that moment", to=to))
    assert came.wait(20)
    attach()
    go_on.set()
    writing.join(20)
    assert writing.error is None
    assert (len(rows(Message)), kept()) == (2, [])


def test_of_many_texts_that_come_meanwhile_none_stays_behind(app: Any) -> None:
    def write(n: int) -> None:
        for m in range(5):
            texts(f"{n} {m}", to=(HARBOR, SECOND)[m % 2])

    writing = [Beside(app, lambda n=n: write(n)) for n in range(4)]  # type: ignore[misc]
    moved = attach()
    for thread in writing:
        thread.join(60)
        assert thread.error is None
    assert moved.left == 0
    assert (len(rows(Message)), kept()) == (21, [])


def test_a_repeat_of_a_text_that_is_being_attached_waits_for_it_and_not_for_ever(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if firmtext.engine.dialect.name == "sqlite":
        pytest.skip("there, one writes at a time")
    accepted("Hello", contact="sara")
    with own() as session:
        conversations.close(session, session.scalars(select(Conversation)).one())
    make = firmtext.gateway.webhooks  # type: ignore[attr-defined]
    webhook = make.text(SARA, HARBOR, "END", carrier_id=str(uuid.uuid4()))
    receiving.receive(webhook, "inbound")
    came, go_on = hold(monkeypatch, placing.quarantine, "keep")  # it has locked the ended conversation
    repeating = Beside(app, lambda: receiving.receive(webhook, "inbound"))
    assert came.wait(20)
    attaching = Beside(app, attach)
    attaching.join(0.5)
    go_on.set()
    for thread in (repeating, attaching):
        thread.join(20)
        assert thread.error is None
    assert (len(rows(Message, Message.direction == "in")), kept()) == (2, [])

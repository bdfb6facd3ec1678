"""Keys are rotated and interrupted while another process reads and writes: the short walk.

The long one, with real processes and SIGKILL, is tests/faults/test_rotation_faults.py.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from evidence import rows
from flask_firmtext import points
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import drafts
from flask_firmtext.messaging.drafts import Place, Written
from flask_firmtext.store import rotating
from flask_firmtext.store.models import Draft, Key, Message
from flask_firmtext.store.transactions import own
from rows import accepted, verified_number
from sealed import contents, fill, forget_keys, named_keys, unreadable
from servers import until

MEMORY = {"FIRMTEXT_GATEWAY": "flask_firmtext.testing:MemoryGateway"}
#: Where whoever rotates is interrupted, once each.
POINTS = ("keys.begun", "keys.renewed", "keys.writing", "keys.cells", "keys.moved")


class Interrupted(BaseException):
    """As a power cut would: whatever is not committed is gone."""


class Traffic:
    """Steps of a process that remembers keys for itself, over and over again; what fails is noted and ends nothing."""

    def __init__(self, app: Any, *steps: Callable[[int], None]) -> None:
        self.app, self.steps, self.taken = app, steps, [0] * len(steps)
        self.failed: list[str] = []
        self.over = threading.Event()

    def _go_on(self, which: int) -> None:
        with self.app.app_context():
            for n in itertools.count():
                if self.over.wait(0.05):
                    return
                try:
                    self.steps[which](n)
                except Exception as error:
                    self.failed.append(repr(error)[:300])
                finally:
                    firmtext.db.session.remove()
                self.taken[which] += 1

    def goes_on(self) -> None:
        """Wait until every step was taken once more, from its beginning to its end."""
        before = list(self.taken)
        until(lambda: all(now > was + 1 for now, was in zip(self.taken, before, strict=True)))

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._go_on, args=(which,)) for which in range(len(self.steps))]
        for one in threads:
            one.start()
        try:
            yield
        finally:
            self.over.set()
            for one in threads:
                one.join()


def interrupting(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Interrupt who rotates at each point, the first time that he comes there; the list says where he was."""
    me, stopped = threading.get_ident(), list[str]()

    def reach(name: str) -> None:
        if threading.get_ident() == me and name in POINTS and name not in stopped:
            stopped.append(name)
            raise Interrupted

    monkeypatch.setattr(points, "reach", reach)
    return stopped


@pytest.mark.fault("F80")
def test_f80_keys_are_rotated_while_another_process_reads_and_writes(
    app: Any, new_app: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    verified_number()
    [conversation] = {row.conversation_id for row in rows(Message, Message.id == fill())}
    old = {row.id for row in rows(Key)}
    sent: list[str] = []
    edits: dict[str, str] = {}

    def send(n: int) -> None:
        accepted(f"sent {n}", contact="grace" if n % 2 else "rosa")
        sent.append(f"sent {n}")

    def edit(n: int) -> None:
        user, words = f"user {n % 3}", f"draft {n}"
        with own() as session:
            drafts.keep(session, place(user, conversation), Written(words, uuid.uuid4().hex, "w", n + 1))
        edits[user] = words

    def read(n: int) -> None:
        assert unreadable(contents()) == set()

    going = Traffic(new_app(**MEMORY), send, edit, read)
    stopped = interrupting(monkeypatch)
    with going.going():
        going.goes_on()
        while not rotated():
            going.goes_on()
    assert (going.failed, stopped) == ([], [*POINTS])
    rotating.rotate("harbor", "cli:test", lambda count: None)
    assert set().union(*named_keys().values()).isdisjoint(old)
    forget_keys()
    said = contents()
    assert unreadable(said) == set()
    texts = [text for name, text in said.items() if name.startswith("firmtext_message.body")]
    assert sorted(text for text in texts if text.startswith("sent")) == sorted(sent)
    kept = {row.user: said[f"firmtext_draft.body {row.id}"] for row in rows(Draft, Draft.user.like("user %"))}
    assert kept == edits


def place(user: str, conversation: uuid.UUID) -> Place:
    return drafts.place_of("harbor", user, contact="rosa", phone_index=b"", conversation=conversation)


def rotated() -> bool:
    """Whether nobody interrupted it."""
    try:
        rotating.rotate("harbor", "cli:test", lambda count: None)
    except Interrupted:
        return False
    return True

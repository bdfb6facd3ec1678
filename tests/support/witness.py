"""The carrier as a witness who outlives whoever posted, and what must be so of every text whatever went wrong."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine, event, true

from evidence import rows
from flask_firmtext.current import firmtext
from flask_firmtext.messaging import overdue
from flask_firmtext.ports.gateway import Outbound, Receipt
from flask_firmtext.store.models import Attempt, Message
from flask_firmtext.store.states import RANK, Outcome, State
from flask_firmtext.testing import MemoryGateway
from flask_firmtext.worker import sweep
from outbound import attempts, history, message, rewrite, slots_free

#: Only a certain "not sent" takes a text down again.
DOWN = {("sending", "queued"), ("unknown", "queued")}


class Counting(Protocol):
    """A carrier that tells how often each reference was ``posted`` or ``accepted``."""

    def count(self, what: str) -> Counter[str]: ...


class Witness(MemoryGateway):
    """Writes down in a file what is posted to it, and what of that it accepts."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        file.touch()

    def send(self, text: Outbound, *, seconds: float) -> Receipt:
        self._note("posted", text)
        before = len(self.sent)
        try:
            return super().send(text, seconds=seconds)
        finally:
            if len(self.sent) > before:
                self._note("accepted", text)

    def _note(self, what: str, text: Outbound) -> None:
        with self.file.open("a", encoding="ascii") as book:
            book.write(f"{what} {text.reference}\n")

    def count(self, what: str) -> Counter[str]:
        """How often each reference was ``posted`` or ``accepted``."""
        lines = (line.split() for line in self.file.read_text("ascii").splitlines())
        return Counter(reference for said, reference in lines if said == what)


def hurry(engine: Engine) -> None:
    """SQLite does not wait for the disk: processes die here, and nobody pulls a plug."""

    def no_wait(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", no_wait)


def swept() -> None:
    """All claims are long over, and the sweep has passed."""
    now = firmtext.clock.now()
    gone = now - overdue.GRACE - timedelta(seconds=1)
    rewrite(Attempt, Attempt.outcome == Outcome.OPEN, deadline=gone)
    rewrite(Message, Message.state == State.QUEUED, not_before=now - timedelta(seconds=31))
    slots_free()
    sweep.once()


def faults_of(text: uuid.UUID, witness: Counting) -> list[str]:
    """What is wrong with a text, by the carrier's book and our tables: R2, R3 and R6. Nothing, as a rule."""
    made = attempts(text)
    posted, accepted = witness.count("posted"), witness.count("accepted")
    told = history(text)
    wrong = [f"{one.id} was posted {posted[str(one.id)]} times" for one in made if posted[str(one.id)] > 1]
    if sum(accepted[str(one.id)] for one in made) > 1:
        wrong.append("the client has it twice")
    wrong += [f"attempt {one.n} was {one.outcome} and another came" for one in made[:-1] if one.outcome != "not_sent"]
    for was, became, evidence, actor in told:
        if was and became and RANK[State(became)] < RANK[State(was)] and (was, became) not in DOWN:
            wrong.append(f"it went from {was} down to {became} by {actor} ({evidence})")
    chain = [became for _, became, *_ in told]
    if [was for was, *_ in told] != [None, *chain[:-1]] or chain[-1] != message(text).state:
        wrong.append(f"its history has a gap: {told}")
    return wrong


def everybodys_attempts_are_posted_once(witness: Witness) -> bool:
    """No reference that the carrier knows is unknown to us, or was posted twice."""
    known = {str(one.id) for one in rows(Attempt, true())}
    posted = witness.count("posted")
    return set(posted) <= known and all(times == 1 for times in posted.values())

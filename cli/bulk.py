"""Many texts, each in a transaction of its own; what was done is said even when that is interrupted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from ..errors import DecryptError, TextRefused
from ..ports.values import User
from ..store import operator_queries
from ..store.operator_queries import Filters
from ..store.transactions import reading
from .operator import actor
from .output import document, say
from .progress import progress

#: A text that somebody else had at this moment is tried so often.
TRIES = 3
NOT_THERE = "There is no such text."
UNREADABLE = "It cannot be read: the key that protects it is missing. `flask firmtext doctor` says more."
BUSY = "The database was busy with it. Run the command again."


@dataclass(slots=True)
class Done:
    """What became of each text; ``said`` is in words what was done to those in ``ids``, if not ``what``."""

    what: str
    ids: list[uuid.UUID] = field(default_factory=list)
    skipped: list[tuple[uuid.UUID, TextRefused]] = field(default_factory=list)
    said: str = ""

    def tell(self, *, as_json: bool) -> None:
        """Say it."""
        if as_json:
            left = [{"id": text, "why": refusal.sentence} for text, refusal in self.skipped]
            document({self.what: self.ids, "skipped": left})
            return
        for text, refusal in self.skipped:
            say(f"{text}: {refusal.sentence}")
        say(f"{len(self.ids)} {self.said or self.what}, {len(self.skipped)} skipped.")

    def end(self, *, as_json: bool, fine: Collection[str]) -> None:
        """Say it; exit code 1 when one was not done. ``fine``: codes of refusals after which all is as it should be."""
        self.tell(as_json=as_json)
        if any(refusal.code not in fine for _, refusal in self.skipped):
            raise click.exceptions.Exit(1)


def operator(firm: str) -> User:
    """Whoever sits at this terminal, as somebody who acts for a firm."""
    return User(actor(), actor(), firm)


def chosen(ids: Sequence[uuid.UUID], wanted: Filters) -> Mapping[uuid.UUID, str | None]:
    """The texts that were named, or all that the filters leave, with their firms; None: there is no such text.

    :raises click.UsageError: texts were named, and a filter that goes by anything but the firm beside them.
    """
    if ids and (wanted.reason or wanted.since or wanted.until):
        raise click.UsageError("Name texts by their ids, or narrow them down: not both.")
    with reading() as session:
        found = [*dict.fromkeys(ids)] if ids else operator_queries.unrepeated(session, wanted)
        firms = operator_queries.firms_of(session, found)
    theirs = {text: firms.get(text) for text in found}
    return {text: firm if wanted.firm in (None, firm) else None for text, firm in theirs.items()}


def each(
    what: str, texts: Sequence[uuid.UUID], do: Callable[[uuid.UUID], object], *, label: str, as_json: bool
) -> Done:
    """Do it for every text. Interrupted, it says what was done until then: the rest is as it was."""
    done = Done(what)
    try:
        with progress(label, len(texts)) as one_more:
            for text in texts:
                _one(done, text, do)
                one_more()
    except KeyboardInterrupt:
        say(f"Interrupted after {len(done.ids) + len(done.skipped)} of {len(texts)}. Run the same command to go on.")
        done.tell(as_json=as_json)
        raise
    return done


def _one(done: Done, text: uuid.UUID, do: Callable[[uuid.UUID], object]) -> None:
    for left in reversed(range(TRIES)):
        try:
            do(text)
            done.ids.append(text)
            return
        except TextRefused as refusal:
            done.skipped.append((text, refusal))
            return
        except DecryptError:
            done.skipped.append((text, TextRefused("unreadable", UNREADABLE)))
            return
        except SQLAlchemyError:
            if not left:
                done.skipped.append((text, TextRefused("busy", BUSY)))


def nothing_there() -> NoReturn:
    """:raises TextRefused: always."""
    raise TextRefused("not_there", NOT_THERE)

"""What belongs to the application that is running now: settings, host, database, clock, carrier."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, cast

from flask import current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from werkzeug.local import LocalProxy
from werkzeug.utils import import_string

from .clock import Clock
from .memory import Memory
from .ports.gateway import Gateway
from .ports.host import Host
from .reserve import Lines, Reserve
from .settings import Settings
from .turnstile import Turnstile

KEY_SECONDS = 300
ACTIVE_SECONDS = 60
ALARM_SECONDS = 60
HOUR = 3600


Scanner = Callable[[BinaryIO, str], object]


@dataclass
class State:
    """One application's share of the extension; it lives in ``app.extensions["firmtext"]``.

    ``ring`` is called after a commit with the ids of texts that are due, ``unwrapped`` holds data keys in memory for
    five minutes, ``active`` which key encrypts for one. Neither is pickled, logged or shown. ``proven`` says that
    the configured keys were found to be those that wrote here in the last minute, ``witnessed`` that the database was
    found to be no older than its witness, ``secrets_noted`` that it is written down with which secrets webhooks may be
    signed here, ``alarmed`` which alarms sounded in the last minute,
    ``told_hourly`` which of the carrier's codes an operator heard of in the last hour, ``recorded`` and
    ``recorded_hourly`` what need not be recorded again in this minute and hour, ``turnstiles`` what people did lately,
    ``bell_failed_at`` and ``beaten_at`` when a bell failed and a kind of process gave a sign of life (monotonic).
    """

    settings: Settings
    host: Host
    db: SQLAlchemy
    clock: Clock
    ring: Callable[[list[str]], None]
    unwrapped: Memory[str, bytes] = field(default_factory=lambda: Memory(KEY_SECONDS), repr=False)
    active: Memory[tuple[str, str], str] = field(default_factory=lambda: Memory(ACTIVE_SECONDS), repr=False)
    alarmed: Memory[str, bool] = field(default_factory=lambda: Memory(ALARM_SECONDS), repr=False)
    told_hourly: Memory[str, bool] = field(default_factory=lambda: Memory(HOUR), repr=False)
    recorded: Memory[Hashable, bool] = field(default_factory=lambda: Memory(ALARM_SECONDS), repr=False)
    recorded_hourly: Memory[Hashable, bool] = field(default_factory=lambda: Memory(HOUR), repr=False)
    proven: Memory[str, bool] = field(default_factory=lambda: Memory(ACTIVE_SECONDS), repr=False)
    witnessed: bool = False
    secrets_noted: bool = False
    turnstiles: dict[str, Turnstile] = field(default_factory=dict, repr=False)
    bell_failed_at: float = -math.inf
    beaten_at: dict[str, float] = field(default_factory=dict)
    reserve: Reserve = field(default_factory=Reserve, repr=False)

    @property
    def engine(self) -> Engine:
        """The host's default engine; with connections of our own for what must not wait for the host's."""
        return self._lines.engine

    @property
    def reading_engine(self) -> Engine:
        """The same for looks of ours."""
        return self._lines.reading

    @property
    def writing_engine(self) -> Engine:
        """The same for transactions of ours."""
        return self._lines.writing

    @property
    def _lines(self) -> Lines:
        return self.reserve.lines(self.db.engine)

    @cached_property
    def gateway(self) -> Gateway:
        """The carrier, resolved when first used: importing its SDK takes longer than the rest together."""
        return cast(Gateway, import_string(self.settings.gateway)(self.settings))

    @cached_property
    def scanner(self) -> Scanner | None:
        """The host's virus scanner: whether people may see a file of this media type. None where there is none."""
        name = self.settings.media_scanner
        return cast(Scanner, import_string(name)) if name else None


@dataclass(frozen=True)
class Unconfigured:
    """What is there while a command that needs no settings has loaded an application whose settings are wrong."""

    db: SQLAlchemy
    host: Host
    faults: tuple[str, ...]


def _state() -> State:
    return cast(State, current_app.extensions["firmtext"])


firmtext: State = cast(State, LocalProxy(_state))

__all__ = ["State", "Unconfigured", "firmtext"]

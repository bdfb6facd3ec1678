"""Everything that takes part, put together and taken apart."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from carrier import Carrier
from flask_firmtext.current import firmtext
from flask_firmtext.sandbox import credentials
from flask_firmtext.store.models import Texting
from flask_firmtext.store.transactions import own
from hostapp import KEYS
from proxy import Proxy, tcp
from rows import adopt
from servers import answers, free_port, process, until

from . import practice, traps
from .processes import Crew, crew
from .scale import Scale
from .stores import Postgresql, Sqlite, Valkey, database

TESTS = Path(__file__).resolve().parents[1]
#: Under load nothing may happen while a fault lasts; one that is to happen once waits this long for it (seconds).
BITES = 12.0
OWNED = ("+18335550100", "+18335550101")


@dataclass
class Stack:
    """One campaign's parts. ``allowed`` are contradictions and their like that a fault has made on purpose."""

    scale: Scale
    folder: Path
    store: Sqlite | Postgresql
    valkey: Valkey
    carrier: Carrier
    to_carrier: Proxy
    to_valkey: Proxy
    to_web: Proxy
    crew: Crew
    app: Flask
    web: str
    numbers: dict[str, list[str]]
    bug: str
    allowed: Counter[str] = field(default_factory=Counter)
    forged: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    blocked: list[tuple[datetime, datetime]] = field(default_factory=list)
    bitten: Counter[str] = field(default_factory=Counter)
    says: Callable[[practice.Client, str], None] = field(default=lambda one, words: None)

    def spent(self, fault: str) -> bool:
        """Whether a fault of the carrier that happens so many times has done so; a moment is waited for that."""
        limit = time.monotonic() + BITES
        while time.monotonic() < limit:
            if fault not in [one["id"] for one in self.carrier.get("/_sandbox/faults")]:
                return True
            time.sleep(0.1)
        return False

    def clear(self, fault: str) -> None:
        """Switch off one fault of the carrier."""
        self.carrier.session.delete(f"{self.carrier.control}/_sandbox/faults/{fault}", timeout=10)

    @property
    def traps(self) -> Path:
        return self.folder / "traps"

    @property
    def firms(self) -> list[str]:
        return list(self.numbers)


@contextlib.contextmanager
def standing(scale: Scale, folder: Path, bug: str = "") -> Iterator[Stack]:
    """The whole house, with every process running."""
    (folder / "traps").mkdir()
    (folder / "sandbox").mkdir()
    (folder / "temporary").mkdir()
    with contextlib.ExitStack() as parts:
        store = database(scale.db, folder)
        parts.callback(store.close)
        valkey = Valkey(folder / "valkey")
        valkey.start()
        parts.callback(valkey.stop)
        port = free_port()
        to_web = _proxy(parts, port)
        carrier = parts.enter_context(_sandbox(folder / "sandbox", to_web.port, scale))
        to_carrier = _proxy(parts, int(carrier.settings["FIRMTEXT_VONAGE_API_HOST"].rpartition(":")[2]))
        to_valkey = _proxy(parts, valkey.port)
        environment = _environment(scale, folder, store.served, carrier, to_carrier, to_valkey, to_web)
        if bug:
            environment[practice.BUG] = bug
        app = _witness(environment, store.url)
        parts.enter_context(app.app_context())
        numbers = _numbers(scale, carrier)
        team = crew(environment, folder, port, store.engine, scale)
        parts.callback(team.stop)
        team.start()
        web = f"http://127.0.0.1:{port}"
        yield Stack(
            scale, folder, store, valkey, carrier, to_carrier, to_valkey, to_web, team, app, web, numbers, bug,
        )  # fmt: skip


def _proxy(parts: contextlib.ExitStack, port: int) -> Proxy:
    made = Proxy(tcp(port))
    parts.callback(made.close)
    return made


@contextlib.contextmanager
def _sandbox(folder: Path, web: int, scale: Scale) -> Iterator[Carrier]:
    port, tls = free_port(), free_port()
    command = [
        sys.executable, "-m", "flask_firmtext.sandbox", "--port", str(port), "--tls-port", str(tls), "--state-dir",
        str(folder), "--webhooks", f"http://127.0.0.1:{web}/texting/webhooks", "--end-with-parent",
        "--requests-per-second", "0", "--speed", "0.2" if scale.hasty else "1", "--retry-speed", "0.05",
    ]  # fmt: skip
    with process(command, env=os.environ, log=folder / "log", cwd=folder):
        until(lambda: answers(port) and answers(tls), seconds=60)
        hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{tls}")
        yield Carrier(f"http://127.0.0.1:{port}", folder, credentials(folder) | hosts)


def _environment(
    scale: Scale, folder: Path, url: str, carrier: Carrier, to_carrier: Proxy, to_valkey: Proxy, to_web: Proxy
) -> dict[str, str]:
    hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{to_carrier.port}")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("FIRMTEXT_", "FLASK_"))}
    return {
        **plain,
        **KEYS,
        **carrier.settings,
        **hosts,
        "SQLALCHEMY_DATABASE_URI": url,
        "FIRMTEXT_REDIS_URL": f"redis://127.0.0.1:{to_valkey.port}/0",
        "FIRMTEXT_PUBLIC_URL": f"http://127.0.0.1:{to_web.port}",
        "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed",
        "FIRMTEXT_REQUESTS_PER_SECOND": "100",
        "FIRMTEXT_NUMBER_SEGMENTS_PER_SECOND": "50",
        "FLASK_APP": str(TESTS / "campaign" / "practice.py") + ":create_app()",
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent), str(TESTS), str(TESTS / "support")]),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(folder / "temporary"),  # it is searched, too
        traps.FOLDER: str(folder / "traps"),
        practice.FOLDER: str(folder),
        practice.HASTE: "1" if scale.hasty else "",
        practice.BEGAN: str(time.time()),
        practice.EVENTS: str(scale.reminders),
        practice.MEDIA: carrier.settings["FIRMTEXT_VONAGE_API_HOST"],
    }


def _witness(environment: dict[str, str], url: str) -> Flask:
    """The same application in this process, which reads the tables and rings no bell."""
    names = ("FIRMTEXT_", "SQLALCHEMY_")
    ours: dict[str, Any] = {name: value for name, value in environment.items() if name.startswith(names)}
    os.environ[practice.EVENTS], os.environ[practice.BEGAN] = environment[practice.EVENTS], environment[practice.BEGAN]
    if environment[practice.HASTE]:
        practice.hurry()
    return practice.create_app({**ours, "SQLALCHEMY_DATABASE_URI": url, "FIRMTEXT_REDIS_URL": ""})


def _numbers(scale: Scale, carrier: Carrier) -> dict[str, list[str]]:
    """Each firm's numbers (E.164), the main one first; those beyond the carrier's two are bought."""
    owned = list(OWNED)
    for offer in firmtext.gateway.search("US", size=10)[: scale.numbers - len(owned)]:
        firmtext.gateway.buy(offer.e164, "US")
        firmtext.gateway.link(offer.e164, "US")
        carrier.post(f"/_sandbox/numbers/{offer.e164.removeprefix('+')}", verified=True)
        owned.append(offer.e164)
    firms = list(practice.FIRMS)[: 3 if scale.numbers > 2 else 2]
    shared: dict[str, list[str]] = {firm: owned[place :: len(firms)] for place, firm in enumerate(firms)}
    for firm, numbers in shared.items():
        for number in numbers:
            adopt(firm, number)
    with own() as session:
        for row in session.query(Texting):
            row.reminder_days = [1]
    return shared

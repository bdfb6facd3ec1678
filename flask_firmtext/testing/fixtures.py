"""Fixtures of pytest for a host's own tests. In your ``conftest.py``::

pytest_plugins = ["flask_firmtext.testing.fixtures"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from ..deferred import found
from .example import harbor_and_summit
from .gateway import MemoryGateway
from .host import MemoryHost

#: As fast as can be, and without a limit.
PACE = {"speed": 0.0, "retry_speed": 0.05, "requests_per_second": 0.0}


@dataclass(frozen=True)
class LocalCarrier:
    """A carrier on this machine, over HTTPS.

    ``settings`` are what an application needs to use it, ``control`` is the address of its phones page and control
    (``POST {control}/_sandbox/phones/…``), ``ledger()`` what it accepted and posted, as ``/_sandbox/ledger`` has it.
    """

    settings: Mapping[str, str]
    control: str
    carrier: Any

    def ledger(self) -> dict[str, list[dict[str, Any]]]:
        """``posts`` and ``webhooks``, oldest first."""
        shown: dict[str, list[dict[str, Any]]] = self.carrier.ledger.shown()
        return shown


@pytest.fixture
def memory_host() -> MemoryHost:
    """Two firms and their people in memory, for ``init_app(…, host=memory_host)``."""
    return harbor_and_summit()


@pytest.fixture
def memory_gateway() -> MemoryGateway:
    """A carrier in memory. An application uses it after ``app.extensions["firmtext"].gateway = memory_gateway``."""
    return MemoryGateway()


@pytest.fixture
def sandbox_webhooks() -> str:
    """Where the sandbox posts its webhooks. Override it with the address at which your test serves the application."""
    return "http://127.0.0.1:5000/texting/webhooks"


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCarrier]:
    """The sandbox of a whole run: its account takes longest to make. Needs the extra ``sandbox``."""
    state = tmp_path_factory.mktemp("sandbox")
    options = found("flask_firmtext.sandbox:Options")("", **PACE)
    with found("flask_firmtext.sandbox:Sandbox")(0, 0, state, options) as running:
        settings = {**running.settings, "FIRMTEXT_TOLL_FREE_VERIFICATION": "assumed"}
        yield LocalCarrier(settings, f"http://127.0.0.1:{running.port}", running.carrier)


@pytest.fixture
def sandbox(running_sandbox: LocalCarrier, sandbox_webhooks: str) -> LocalCarrier:
    """The sandbox as on its first day: no text, no fault, the numbers that it begins with."""
    running_sandbox.carrier.reset()
    running_sandbox.carrier.options.change({"webhooks": sandbox_webhooks})
    return running_sandbox

"""The SDK's client, one for each thread, with its traps closed; each of them has a test."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vonage_http_client import HttpClient, HttpClientOptions

from ..errors import Scope
from ..settings import Settings
from . import wires
from .vonage_answers import local
from .vonage_token import KeptAuth, Tokens
from .wires import ANSWER_SECONDS, Wire


def quiet() -> None:
    """Keep texts, numbers and tokens out of the logs: the SDK logs all three."""
    sdk = logging.getLogger("vonage")
    sdk.setLevel(logging.CRITICAL + 1)
    sdk.propagate = False
    wires.quiet()


@dataclass(frozen=True, slots=True)
class Line:
    """A client and the wire below it."""

    client: HttpClient
    wire: Wire


def connect(settings: Settings, tokens: Tokens) -> Line:
    """A new client. It opens no connection yet.

    :raises CarrierRefused: evidence ``local`` for the account: the settings do not make a client.
    """
    quiet()
    bundle = settings.vonage_ca_bundle
    if bundle and not Path(bundle).exists():
        raise local(f"FIRMTEXT_VONAGE_CA_BUNDLE names {bundle}, which is not there", Scope.ACCOUNT)
    if bool(settings.vonage_api_key) != bool(settings.vonage_api_secret):
        raise local("FIRMTEXT_VONAGE_API_KEY and FIRMTEXT_VONAGE_API_SECRET go together", Scope.ACCOUNT)
    auth = KeptAuth(settings.vonage_api_key, settings.vonage_api_secret, settings.vonage_application_id, tokens)
    options = HttpClientOptions(
        api_host=settings.vonage_api_host,
        rest_host=settings.vonage_rest_host,
        timeout=int(ANSWER_SECONDS),
        pool_connections=1,
        # The SDK repeats a POST as often as this says when the far end hangs up.
        pool_maxsize=1,
        max_retries=0,
    )
    client = HttpClient(auth, options, version("vonage"))
    wire = Wire(client._session, bundle)
    session: Any = client._session
    session.request = wire.request
    return Line(client, wire)


class Lines:
    """A line of its own for each thread: the SDK keeps the headers of a request, token and all, on its client.

    A process made by fork has new ones, too: two processes on one TLS connection would garble it.
    """

    def __init__(self, make: Callable[[], Line]) -> None:
        self._make = make
        self._local = threading.local()

    def mine(self) -> Line:
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.line = self._make()
            self._local.pid = os.getpid()
        line: Line = self._local.line
        return line

"""The sandbox as a running thing."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType

from .account import credentials
from .authority import Authority
from .carrier import Carrier
from .listeners import carrier_listener, control_listener
from .options import Options
from .server import Listener

_WHY = {errno.EADDRINUSE: "is in use by another program", errno.EACCES: "is not for this user to have"}


class Sandbox:
    """A carrier on 127.0.0.1; a context manager that ends it.

    `port` and `tls_port` 0 choose free ones. `webhooks` is the address under which the customer's `/inbound`,
    `/status` and `/answer` lie. `phones` maps the digits of a phone to its owner's name. Raises OSError, with a
    sentence for people, when a port cannot be had or another sandbox uses `state_dir`.
    """

    def __init__(
        self, port: int, tls_port: int, state_dir: Path, options: Options, phones: dict[str, str] | None = None
    ) -> None:
        self._state_dir = state_dir
        self.carrier = Carrier(state_dir, options, phones or {})
        try:
            self._control = _listening("--port", port, lambda: control_listener(self.carrier, port))
        except OSError:
            self.carrier.close()
            raise
        try:
            authority = Authority(state_dir)
            self._api = _listening("--tls-port", tls_port, lambda: carrier_listener(self.carrier, authority, tls_port))
        except OSError:
            self._control.server_close()
            self.carrier.close()
            raise
        self.port, self.tls_port = self._control.port, self._api.port
        self._threads = [
            threading.Thread(target=listener.serve_forever, args=(0.2,), daemon=True)
            for listener in (self._control, self._api)
        ]

    @property
    def settings(self) -> dict[str, str]:
        """The settings with which FirmText talks to this sandbox."""
        hosts = dict.fromkeys(("FIRMTEXT_VONAGE_API_HOST", "FIRMTEXT_VONAGE_REST_HOST"), f"127.0.0.1:{self.tls_port}")
        return {**credentials(self._state_dir), **hosts}

    def __enter__(self) -> Sandbox:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for listener, thread in zip((self._control, self._api), self._threads, strict=True):
            listener.shutdown()
            listener.server_close()
            thread.join()
        self.carrier.close()


def _listening(option: str, port: int, listen: Callable[[], Listener]) -> Listener:
    try:
        return listen()
    except (OSError, OverflowError) as error:
        why = _WHY.get(getattr(error, "errno", 0) or 0, "cannot be listened on")
        raise OSError(f"Port {port} {why}. Choose another one with {option}; 0 takes any that is free.") from error


def serve(
    port: int,
    tls_port: int,
    state_dir: Path,
    webhooks: str,
    *,
    speed: float = 1.0,
    retry_speed: float = 1.0,
    requests_per_second: float = 30.0,
    phones: Path | None = None,
    parent: int | None = None,
) -> None:
    """Run a sandbox until SIGTERM or SIGINT, or until the process `parent` has ended.

    Prints one line of JSON with the real ports when it is ready. Raises OSError as `Sandbox` does, and
    KeyboardInterrupt after SIGINT, when everything is closed.
    """
    ended, interrupted = _when_told()
    options = Options(webhooks.rstrip("/"), speed, retry_speed, requests_per_second)
    with Sandbox(port, tls_port, state_dir, options, named_phones(phones)) as sandbox:
        ready = {"port": sandbox.port, "tls_port": sandbox.tls_port, "pid": os.getpid()}
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
        while not ended.wait(0.5):
            if parent is not None and os.getppid() != parent:
                return
    if interrupted.is_set():
        raise KeyboardInterrupt


def _when_told() -> tuple[threading.Event, threading.Event]:
    """An event that SIGTERM and SIGINT set, and one that only SIGINT sets."""
    ended, interrupted = threading.Event(), threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT:
            interrupted.set()
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return ended, interrupted


def named_phones(path: Path | None) -> dict[str, str]:
    """The phones of a JSON file: a list of objects with `msisdn` (digits) and `name`.

    Raises ValueError with the place of a mistake.
    """
    if path is None:
        return {}
    listed = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(listed, list) or not all(isinstance(one, dict) and "msisdn" in one for one in listed):
        raise ValueError(f'{path}: write a list such as [{{"msisdn": "14155550123", "name": "Ada Flores"}}].')
    return {str(one["msisdn"]).lstrip("+"): str(one.get("name", "")) for one in listed}

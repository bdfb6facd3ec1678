"""Waiting for a condition, and asking over HTTP whether it holds. No proxy, no certificate of the environment's."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import requests


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition came to hold within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def session() -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    return made


def answers(url: str, status: int = 200) -> bool:
    try:
        return session().get(url, timeout=2, allow_redirects=False).status_code == status
    except requests.RequestException:
        return False


def listens(port: int) -> bool:
    """Whether somebody answers on this port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def bindable(port: int) -> bool:
    """Whether we could listen there; a port below 1024 may be free and still not ours to have."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

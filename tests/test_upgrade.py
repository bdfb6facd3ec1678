"""A new version takes over from an old one under traffic, on one database: nothing lost, nothing twice, no error."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests

from evidence import kept, rows
from flask_firmtext.store.models import Message
from rows import adopt
from servers import end, until

ROOT = Path(__file__).parent.parent
#: The first version that sent and received: it has the first migration only.
FIRST = "9a22a778"
OURS = "+18335550100"
ROSA = "13125550100"
UPGRADE = ("-m", "flask", "firmtext", "db", "upgrade")
#: The first version has no command for it.
ADOPTED = f"""
from hostapp import create_app
from flask_firmtext.firm import provisioning
from flask_firmtext.store.transactions import own
with create_app().app_context(), own() as session:
    provisioning.adopt(session, firm="harbor", number="{OURS}")
"""
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def old_tree(tmp_path: Path) -> Path:
    """The first version's files, laid out as a wheel installs them."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("no history here: nothing older to upgrade from")
    packed = subprocess.run(["git", "-C", ROOT, "archive", FIRST], capture_output=True)
    if packed.returncode:
        pytest.skip("this history does not reach back to the first version")
    folder = tmp_path / "old"
    with tarfile.open(fileobj=BytesIO(packed.stdout)) as tar:
        tar.extractall(folder, filter="data")
    for name in ("cli", "migrations"):
        shutil.copytree(folder / name, folder / "flask_firmtext" / name)
    return folder


@dataclass
class Version:
    """One version's processes on the shared database, behind the shared socket."""

    tree: Path
    environment: dict[str, str]
    folder: Path
    listener: socket.socket
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def python(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        descriptor = self.listener.fileno()
        web = [
            "gunicorn",
            "--bind",
            f"fd://{descriptor}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--graceful-timeout",
            "30",
        ]
        for name, arguments in (("web", [*web, "hostapp:create_app()"]), ("worker", ["flask", "firmtext", "worker"])):
            with (self.folder / f"{name}.log").open("ab") as log:
                started = subprocess.Popen(
                    [sys.executable, "-m", *arguments],
                    env=self.environment,
                    cwd=self.folder,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=[descriptor],
                    start_new_session=True,
                )
            self.running.append(started)

    def stop(self) -> None:
        """As a deployment does it: SIGTERM, and patience."""
        for process in self.running:
            process.terminate()
        assert [process.wait(120) for process in self.running] == [0, 0], self.log()

    def log(self) -> str:
        return "\n".join(file.read_text() for file in sorted(self.folder.glob("*.log")))


def version(tree: Path, settings: Mapping[str, str], folder: Path, listener: socket.socket) -> Version:
    known = set(re.findall(r'"(FIRMTEXT_\w+)"', (tree / "flask_firmtext/settings.py").read_text()))
    folder.mkdir()
    environment = {k: v for k, v in settings.items() if not k.startswith("FIRMTEXT_") or k in known}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, (tree, tree / "tests" / "support")))
    environment["FLASK_APP"] = str(tree / "tests" / "support" / "hostapp.py")
    return Version(tree, environment, folder, listener)


@dataclass
class Traffic:
    """Staff who write and read, and a client who answers, until told to stop."""

    address: str
    sandbox: Any
    over: threading.Event = field(default_factory=threading.Event)
    sent: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        person = requests.Session()
        person.headers["Connection"] = "close"
        person.get(f"{self.address}/sign-in/staff@harbor.example")
        while not self.over.wait(0.1):
            try:
                self._turn(person)
            except (requests.RequestException, LookupError) as error:
                self.wrong.append(f"{type(error).__name__}: {error}")

    def _turn(self, person: requests.Session) -> None:
        n = len(self.sent)
        page = person.get(f"{self.address}/texting/new?contact=rosa", timeout=30)
        form = {
            "contact": "rosa",
            "text": f"out {n}",
            "token": uuid.uuid4().hex,
            "csrf_token": TOKEN.findall(page.text)[0],
        }
        answer = person.post(f"{self.address}/texting/texts", data=form, timeout=30, allow_redirects=False)
        self.sent.append(f"out {n}")
        thread = person.get(f"{self.address}{answer.headers.get('Location', '/')}", timeout=30)
        self.said.append(f"in {n}")
        self.sandbox.text(ROSA, OURS[1:], f"in {n}")
        for got, wanted in ((page, 200), (answer, 303), (thread, 200)):
            if got.status_code != wanted:
                self.wrong.append(f"{got.request.method} {got.url}: {got.status_code}")

    def goes_on(self, turns: int = 10) -> None:
        wanted = len(self.sent) + turns
        until(lambda: len(self.sent) >= wanted or self.wrong, seconds=240)
        assert self.wrong == []


@pytest.fixture
def listener(public_url: str) -> Iterator[socket.socket]:
    """The socket that both versions answer: a load balancer without a seam."""
    with socket.create_server(("127.0.0.1", int(public_url.rpartition(":")[2])), backlog=256) as opened:
        opened.set_inheritable(True)
        yield opened


def test_a_new_version_takes_over_under_traffic(
    old_tree: Path,
    host_environment: dict[str, str],
    new_database: Any,
    new_app: Any,
    sandbox: Any,
    listener: socket.socket,
    public_url: str,
    tmp_path: Path,
) -> None:
    settings = host_environment | {"SQLALCHEMY_DATABASE_URI": new_database("postgresql")}
    old, new = (version(tree, settings, tmp_path / name, listener) for name, tree in (("was", old_tree), ("is", ROOT)))
    old.python(*UPGRADE)
    old.python("-c", ADOPTED)
    traffic = Traffic(public_url, sandbox)
    driver = threading.Thread(target=traffic.run)
    app = new_app(SQLALCHEMY_DATABASE_URI=settings["SQLALCHEMY_DATABASE_URI"])
    with contextlib.ExitStack() as stack:
        for one in (old, new):
            stack.callback(lambda one=one: [end(process) for process in one.running])
        stack.callback(driver.join)
        stack.callback(traffic.over.set)
        old.start()
        driver.start()
        traffic.goes_on()
        new.python(*UPGRADE)
        with app.app_context():
            adopt("harbor", OURS)  # what an administrator does who turns texting on: the first version had no switch
        traffic.goes_on()
        new.start()
        traffic.goes_on(20)
        old.stop()
        traffic.goes_on(20)
        traffic.over.set()
        driver.join()
        with app.app_context():
            until(lambda: everything_arrived(traffic), seconds=240)
            new.stop()
            texts = rows(Message)
            assert Counter(post["text"] for post in sandbox.posts) == Counter(traffic.sent)
            assert sum(text.direction == "in" for text in texts) == len(traffic.said)
            assert {text.state for text in texts} == {"delivered", "received"}
            assert kept() == []
    assert "Traceback" not in old.log() + new.log()


def everything_arrived(traffic: Traffic) -> bool:
    texts = rows(Message)
    into = sum(text.direction == "in" for text in texts)
    return into == len(traffic.said) and sum(text.state == "delivered" for text in texts) == len(traffic.sent)

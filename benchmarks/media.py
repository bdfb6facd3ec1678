"""P10: how much memory a 50 MiB file costs the process that fetches it, beside a plain streamed copy of it.

Each is the growth of a process that has fetched a small picture before, so that it has loaded what it needs; the peak
is the kernel's own mark (VmHWM), put back just before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from werkzeug.exceptions import NotFound
from werkzeug.middleware.shared_data import SharedDataMiddleware

from attached import JPEG, content
from carrier import Carrier
from flask_firmtext.store.models import Attachment, Heartbeat
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import heartbeats
from rows import accepted, adopt
from servers import free_port, until
from serving import serving
from workers import working

from .rounds import Figure, Pair, Scale, Target
from .stage import ENGINES, Stage, environment, host, settings_of

BASELINE = "a process that streams the same file to disk with requests"
TARGET = Target("< 20 MB", most=20, absolute=True)
MEBIBYTE = 1024 * 1024
ROSA, HARBOR = "13125550100", "18335550100"


def resident(pid: int, name: str) -> int:
    """A figure of a process's memory in bytes: ``VmRSS``, or ``VmHWM`` for the highest since it was put back."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


def put_back(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def fetched(sandbox: Carrier, data: bytes) -> uuid.UUID:
    """A picture that a phone sends, once it is here."""
    sandbox.text(ROSA, HARBOR, "Look", ("photo.jpg", "image/jpeg", data))
    return until(lambda: newest(len(data)), seconds=300, every=0.05)


def newest(size: int) -> uuid.UUID | None:
    with reading() as session:
        return session.scalar(select(Attachment.id).where(Attachment.state == "stored", Attachment.size == size))


def porter() -> int | None:
    with reading() as session:
        return session.scalar(select(Heartbeat.pid).where(Heartbeat.kind == heartbeats.MEDIA))


COPY = """
import sys, requests
def fetch(name):
    with requests.get(sys.argv[1] + name, stream=True, timeout=60) as answer, open(sys.argv[2], "wb") as out:
        for piece in answer.iter_content(65536):
            out.write(piece)
fetch("small"); print("ready", flush=True); sys.stdin.readline()
fetch("large"); print("done", flush=True); sys.stdin.readline()
"""


def run(stage: Stage, scale: Scale) -> Iterator[Figure]:
    """The kernel counts, so that one round says it; the baseline is read in the same minute."""
    size = 50 * MEBIBYTE
    for engine in ENGINES[: scale.of(2, 1)]:
        found = ours(stage, engine, size)
        pair = Pair([found.pop("growth")], [max(copied(stage, size), 0.1)])
        yield pair.figure("P10", "memory for a file of 50 MiB", TARGET, unit="MiB", db=engine, **found)


def ours(stage: Stage, engine: str, size: int) -> dict[str, Any]:
    """Fetched, checked, encrypted and filed by ``flask firmtext worker``."""
    port = free_port()
    public = f"http://127.0.0.1:{port}"
    with stage.database(engine) as url, stage.carrier(public) as sandbox:
        settings = settings_of(url, sandbox, FIRMTEXT_PUBLIC_URL=public, FIRMTEXT_REDIS_URL="")
        with host(settings), stage.web("hostapp:create_app()", settings, port=port):
            adopt()
            accepted("How are you?")
            with working(environment(settings), stage.new_folder()):
                return measured(sandbox, size)


def measured(sandbox: Carrier, size: int) -> dict[str, Any]:
    pid = until(porter)
    fetched(sandbox, JPEG + os.urandom(100_000))
    data = JPEG + os.urandom(size - len(JPEG))
    put_back(pid)
    before, began = resident(pid, "VmRSS"), time.monotonic()
    one = fetched(sandbox, data)
    seconds = time.monotonic() - began
    growth = (resident(pid, "VmHWM") - before) / MEBIBYTE
    if content(one) != data:
        raise AssertionError("the file that was read back is another one")
    return {"growth": growth, "seconds": round(seconds, 1), "rss_before_mib": round(before / MEBIBYTE, 1)}


def copied(stage: Stage, size: int) -> float:
    """MiB by which a process grows that copies as much."""
    folder = stage.new_folder()
    (folder / "small").write_bytes(os.urandom(100_000))
    (folder / "large").write_bytes(os.urandom(size))
    with serving(SharedDataMiddleware(NotFound(), {"/": str(folder)})) as address:
        command = [sys.executable, "-c", COPY, f"{address}/", str(folder / "copy")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as copying:
            assert copying.stdin  # noqa: S101
            assert copying.stdout  # noqa: S101
            copying.stdout.readline()
            put_back(copying.pid)
            before = resident(copying.pid, "VmRSS")
            copying.stdin.write("\n")
            copying.stdin.flush()
            copying.stdout.readline()
            growth = (resident(copying.pid, "VmHWM") - before) / MEBIBYTE
            copying.communicate("\n")
    return growth

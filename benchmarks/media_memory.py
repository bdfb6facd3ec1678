"""How much memory a 50 MiB file costs the process that fetches it; one JSON line, exit code 1 from 20 MiB on.

``python benchmarks/media_memory.py [--mebibytes 50] [--db sqlite|postgresql]``. Real parts: the sandbox carrier over
HTTPS, webhooks, a database, ``flask firmtext worker``. The baseline is the same process after it has fetched a small
picture, so that it has loaded what it needs; the peak is the kernel's own mark (VmHWM), put back just before.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from kill_run import carrier, database, environment_of, served
from sqlalchemy import select

from attached import JPEG, content
from carrier import Carrier
from flask_firmtext.store.models import Attachment, Heartbeat
from flask_firmtext.store.transactions import reading
from flask_firmtext.worker import heartbeats
from hostapp import create_app
from rows import accepted, adopt
from servers import folder_of_this_run_ends, forget_dead_runs, free_port, until
from workers import working

MEBIBYTE = 1024 * 1024
MOST = 20
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


def measured(sandbox: Carrier, size: int) -> dict[str, Any]:
    pid = until(porter)
    fetched(sandbox, JPEG + os.urandom(100_000))
    data = JPEG + os.urandom(size - len(JPEG))
    put_back(pid)
    before, began = resident(pid, "VmRSS"), time.monotonic()
    one = fetched(sandbox, data)
    seconds = time.monotonic() - began
    growth = (resident(pid, "VmHWM") - before) / MEBIBYTE
    whole = content(one) == data
    return {"mebibytes": size / MEBIBYTE, "rss_before_mib": round(before / MEBIBYTE, 1),
            "rss_growth_mib": round(growth, 1), "seconds": round(seconds, 1), "read_back_equal": whole}  # fmt: skip


def run(size: int, engine: str, folder: Path) -> dict[str, Any]:
    public = f"http://127.0.0.1:{free_port()}"
    (folder / "sandbox").mkdir()
    with database(engine, folder) as url, carrier(folder / "sandbox", public) as sandbox:
        environment = environment_of(url, "", public, sandbox, 100.0)
        ours = {name: value for name, value in environment.items() if name.startswith(("FIRMTEXT_", "SQLALCHEMY_"))}
        app = create_app(ours)
        with app.app_context(), served(app, public):
            adopt()
            accepted("How are you?")
            with working(environment, folder):
                return {"db": engine, **measured(sandbox, size)}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mebibytes", type=int, default=50)
    parser.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    forget_dead_runs()
    try:
        with tempfile.TemporaryDirectory(prefix="media-memory-") as folder:
            found = run(given.mebibytes * MEBIBYTE, given.db, Path(folder))
    finally:
        folder_of_this_run_ends()
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if found["rss_growth_mib"] < MOST and found["read_back_equal"] else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""What each process uses: memory, files and connections, early and at the end."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import psutil

from .processes import Crew

#: A survivor may use so much more at the end than early on; less than so many MB, files or connections is the warmth
#: of caches and pools.
FLAT, MEGABYTES, FILES, CONNECTIONS = 1.1, 25.0, 15, 15


@dataclass(frozen=True)
class Use:
    kind: str
    rss: float
    files: int
    connections: int


def measured(crew: Crew) -> dict[int, Use]:
    found = {}
    for kind, processes in crew.census().items():
        for one in processes:
            with contextlib.suppress(psutil.Error), one.oneshot():
                connections = len(one.net_connections(kind="inet"))
                found[one.pid] = Use(kind, one.memory_info().rss / 1e6, one.num_fds(), connections)
    return found


def compared(early: dict[int, Use], late: dict[int, Use]) -> dict[str, str]:
    """By kind, the largest then and now."""
    lines = {}
    for kind in sorted({one.kind for one in late.values()}):
        then = [one for one in early.values() if one.kind == kind]
        now = [one for one in late.values() if one.kind == kind]
        if then and now:
            lines[kind] = (
                f"{max(one.rss for one in then):.0f} → {max(one.rss for one in now):.0f} MB, "
                f"{max(one.files for one in then)} → {max(one.files for one in now)} files, "
                f"{max(one.connections for one in then)} → {max(one.connections for one in now)} connections"
            )
    return lines


def grown(early: dict[int, Use], late: dict[int, Use]) -> list[str]:
    """Those that lived through it all and use more than they may."""
    wrong = []
    for pid in early.keys() & late.keys():
        then, now = early[pid], late[pid]
        if now.rss > then.rss * FLAT and now.rss - then.rss > MEGABYTES:
            wrong.append(f"{now.kind} {pid}: {then.rss:.0f} → {now.rss:.0f} MB")
        if now.files > then.files * FLAT and now.files - then.files > FILES:
            wrong.append(f"{now.kind} {pid}: {then.files} → {now.files} files")
        if now.connections > then.connections * FLAT and now.connections - then.connections > CONNECTIONS:
            wrong.append(f"{now.kind} {pid}: {then.connections} → {now.connections} connections")
    return wrong

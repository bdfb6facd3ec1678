"""Whether the configured keys are those that wrote here."""

from __future__ import annotations

import resource
from collections.abc import Iterator

from ...store import configured
from ...store.transactions import reading
from .finding import Finding, doubtful, fine, wrong


def protection() -> Iterator[Finding]:
    """The keys' check values, and what else could spill a key."""
    with reading() as session:
        faults = configured.faults(session)
    for fault in faults:
        seen, _, cure = fault.rpartition("; ")
        yield wrong("keys", seen or fault, cure or "Put the right key back.")
    if not faults:
        yield fine("keys", "They are the ones that wrote here. Keep them in two places apart from the backups.")
    if resource.getrlimit(resource.RLIMIT_CORE)[0] != 0:
        yield doubtful(
            "keys.core_dumps",
            "A crashed process may write its memory, keys included, to disk.",
            "Start web server and workers with `ulimit -c 0` (systemd: LimitCORE=0).",
        )

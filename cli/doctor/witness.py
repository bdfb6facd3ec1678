"""Whether a restored backup would be noticed, and whether this database is one."""

from __future__ import annotations

from collections.abc import Iterator

from ...current import firmtext
from ...worker import witness as witnesses
from .finding import Finding, doubtful, fine, wrong

ID = "restore"


def witness() -> Iterator[Finding]:
    """The database against what is noted outside it."""
    seen = witnesses.read()
    if seen and seen.forgotten:
        sent = "1 text was sent" if seen.forgotten == 1 else f"{seen.forgotten} texts were sent"
        yield wrong(
            ID,
            f"An older backup was restored: {sent} of which this database knows nothing, perhaps some that wait in it.",
            "Start `flask firmtext worker`: it puts sending on hold first. Look through the waiting texts, then lift "
            "the hold with `flask firmtext holds lift`.",
        )
    elif seen and seen.mark and not seen.told:
        yield doubtful(
            ID,
            "Nothing outside the database tells how far sending has come: a restored backup would not be noticed.",
            "Run the sweep on this machine or set FIRMTEXT_REDIS_URL; let FIRMTEXT_STATE_DIR name a folder that it can "
            "write and that outlives it.",
        )
    elif not firmtext.settings.redis_url and (fault := witnesses.file_fault()):
        yield doubtful(
            ID,
            f"The folder of FIRMTEXT_STATE_DIR cannot be written ({fault}): a restored backup may not be noticed.",
            "Let it name a folder that the sweep can write and that outlives it.",
        )
    elif seen and seen.told:
        yield fine(ID, "A restored backup would be noticed.")

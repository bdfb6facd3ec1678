"""Texts that failed for a cause that only an operator can mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...current import firmtext
from ...messaging import troubles
from ...store.transactions import reading
from .finding import Finding, doubtful, wrong

#: Later than this a cause may have been mended: the texts stay failed.
GOES_ON = timedelta(hours=1)


def failures() -> Iterator[Finding]:
    """The carrier's codes of the last seven days, in the carrier's words, and what to mend for each."""
    with reading() as session:
        found = troubles.lately(session)
    for one in found:
        texts = "1 text has failed" if one.texts == 1 else f"{one.texts} texts have failed"
        code = f"the carrier's code {one.code}, {one.title}"
        seen = f"{texts} in the last 7 days with {code}; the last at {one.last:%Y-%m-%d %H:%M} UTC."
        goes_on = firmtext.clock.now() - one.last < GOES_ON
        yield (wrong if goes_on else doubtful)("texts.failed", seen, one.cure)

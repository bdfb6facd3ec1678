"""What the carrier's code of a failed text means, for pages that go on when the carrier's adapter cannot be asked."""

from __future__ import annotations

import logging

from ..current import firmtext
from ..ports.gateway import Again, Meaning, Reason

log = logging.getLogger(__name__)

#: Ours, of a text of which a person knows that it did not arrive.
LOST = "lost"
LOST_MEANS = Meaning(Reason.UNKNOWN_ERROR, Again.WORTH_IT, "A person knows that it did not arrive")
NOBODY_KNOWS = Meaning(Reason.UNKNOWN_ERROR, Again.UNSURE, "Unknown code")


def meaning(code: str | None) -> Meaning:
    """What a code means; one that cannot be read is as good as unknown."""
    if code == LOST:
        return LOST_MEANS
    try:
        return firmtext.gateway.meaning(code)
    except Exception as error:  # a page of texts is worth more than the carrier's exact words
        log.warning("the carrier's code could not be read: %s", type(error).__name__)
        return NOBODY_KNOWS

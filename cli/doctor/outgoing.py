"""Whether firms' webhooks go out: how their addresses stand, and what waits too long though nothing there fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...store import endpoint_queries, operator_queries
from ...store.transactions import reading
from ...worker import witness
from .finding import Finding, doubtful, fine, wrong

#: Webhooks that could go and have waited for longer say that nobody posts.
OVERDUE = timedelta(seconds=120)
_START = "Start `flask firmtext worker` beside the web server; one of its processes posts them."
_LIST = "`flask firmtext webhooks list` says which; a firm's administrators read why on their page."


def outgoing() -> Iterator[Finding]:
    """Firms' webhooks: nothing is said where no firm has any."""
    with reading() as session:
        now = operator_queries.now(session)
        due = None if witness.forgets(session) else endpoint_queries.oldest_due_at(session)
        standing = endpoint_queries.standing(session)
    if due is not None and now - due > OVERDUE:
        yield wrong("outgoing.due", f"A firm's webhook has waited for {round((now - due).total_seconds())} s.", _START)
    well, failing, off = (
        standing[kind] for kind in (endpoint_queries.WELL, endpoint_queries.FAILING, endpoint_queries.OFF)
    )
    if failing or off:
        seen = f"Of the addresses of firms' webhooks {failing} get nothing now, and {off} were turned off for it."
        yield doubtful("outgoing", seen, _LIST)
    elif well:
        yield fine("outgoing", "Firms' webhooks arrive where they go.")

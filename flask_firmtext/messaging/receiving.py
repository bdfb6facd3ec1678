"""A webhook becomes rows, committed, before anybody says 200. No host port, no Redis and no fetch before that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from .. import points
from ..current import firmtext
from ..errors import WebhookDoubtful, WebhookForged, WebhookUnreadable
from ..pipeline import UNANSWERED
from ..ports.gateway import InboundText, RawRequest, StatusEvent
from ..store import queries
from ..store.transactions import own, reading
from . import placing, quarantine, statuses

#: No statement takes longer on PostgreSQL, in milliseconds.
PROMPTLY = "SET LOCAL statement_timeout = 5000"


def receive(request: RawRequest, kind: str) -> None:
    """Verify, read and store a webhook of ``kind`` ``inbound`` or ``status``.

    :raises WebhookForged: answer 401; nothing was stored.
    :raises WebhookDoubtful: answer 503, the carrier comes again; nothing was stored.
    """
    _verify(request, kind)
    try:
        events = firmtext.gateway.parse(request, kind)
    except WebhookUnreadable as error:
        with _promptly() as session:
            quarantine.keep(session, request, kind=kind, reason=error.reason)
    else:
        for event in events:
            with _promptly() as session:
                if isinstance(event, InboundText):
                    placing.store(session, event, request)
                else:
                    statuses.believe(session, event, request)
    points.reach("webhook.after_commit")


@contextmanager
def _promptly() -> Iterator[Session]:
    """A transaction that fails rather than keep the carrier waiting: it comes again. SQLite has its busy timeout."""
    with own() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.connection().exec_driver_sql(PROMPTLY, execution_options={UNANSWERED: True})
        yield session


def _verify(request: RawRequest, kind: str) -> None:
    try:
        firmtext.gateway.verify(request)
    except WebhookDoubtful as error:
        if error.reason == "unsigned" and not _is_about_us(request, kind, error.to):
            raise WebhookForged("unsigned") from None
        raise


def _is_about_us(request: RawRequest, kind: str, to: str | None) -> bool:
    """Whether an unsigned webhook names a number of ours or, where it tells of a status, a text of ours.

    The carrier itself calls unsigned after a fault of its own and signs the repeat.
    """
    with reading() as session:
        if to and placing.number_of(session, to):
            return True
        if kind != "status":
            return False
        try:
            events = firmtext.gateway.parse(request, kind)
        except WebhookUnreadable:
            return False
        return any(
            queries.attempt_for(session, carrier_id=event.carrier_id, reference=event.reference) is not None
            for event in events
            if isinstance(event, StatusEvent)
        )

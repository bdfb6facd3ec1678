"""Who saw which conversation, and who was refused what, for the record.

Seen is once an hour for each user and conversation, in all processes together: an open page asks every second, and a
row for each look would bury the few that matter. The first look in an hour costs one insert, the others nothing.
"""

from __future__ import annotations

import logging
import uuid

from flask import Flask, Response, after_this_request, current_app
from sqlalchemy.exc import SQLAlchemyError

from ..current import firmtext
from ..store import audit
from ..store.models import Conversation, Firm
from ..store.transactions import own

log = logging.getLogger(__name__)


def seen(firm: str, user: str, conversation_id: uuid.UUID) -> None:
    """A page is about to show the conversation. What cannot be recorded hides no text: it may carry a court date."""
    hour = firmtext.clock.now().replace(minute=0, second=0, microsecond=0)
    key = (firm, user, conversation_id, hour)
    if firmtext.recorded_hourly.get(key):
        return
    try:
        with own() as session:
            row = (Conversation.__tablename__, conversation_id)
            audit.record_seen(session, row, firm=firm, user=user, hour=hour)
    except SQLAlchemyError as error:
        log.error("that a conversation was opened is not recorded: %s", type(error).__name__)
    else:
        firmtext.recorded_hourly.put(key, True)


def refused(firm: str, user: str, action: str, conversation: str | None = None) -> None:
    """The host has said no: recorded once a minute for each user and action, and once an hour for the same object.

    When the answer is out, because one that is refused must take no longer than one that finds nothing.
    """
    key = (firm, user, action)
    if firmtext.recorded_hourly.get((*key, conversation)) or not firmtext.recorded.first(key, True):
        return
    firmtext.recorded_hourly.put((*key, conversation), True)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    row = (Conversation.__tablename__, conversation) if conversation else (Firm.__tablename__, firm)
    request_id = audit.current_request()

    def write() -> None:
        try:
            with app.app_context(), own() as session:
                audit.record(
                    session, "permission.refuse", row, firm=firm, actor=user, evidence=action, request_id=request_id
                )
        except SQLAlchemyError as error:
            log.error("a refusal is not recorded: %s", type(error).__name__)

    @after_this_request
    def afterwards(response: Response) -> Response:
        response.call_on_close(write)
        return response

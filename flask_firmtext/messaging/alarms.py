"""Alarms: what needs an operator, told once a minute for each kind, however often it happens."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session, scoped_session

from .. import signals
from ..current import firmtext
from ..store.transactions import notes

log = logging.getLogger(__name__)


def note(session: Session | scoped_session[Any], kind: str, detail: str) -> None:
    """Tell of ``kind`` once this transaction is committed. One that is rolled back spends no minute."""
    notes(session).afterwards.append(partial(tell, kind, detail))


def tell(kind: str, detail: str) -> bool:
    """Tell of something that is not stored; False: it was told within the minute. A receiver that fails is harmless."""
    if not firmtext.alarmed.first(kind, True):
        return False
    sound(kind, detail)
    return True


def sound(kind: str, detail: str) -> None:
    """Tell at once, however lately it was told before."""
    log.warning("%s: %s; see `flask firmtext doctor`", kind, detail)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    for receiver in signals.alarm.receivers_for(app):
        try:
            receiver(app, kind=kind, detail=detail)
        except Exception as error:
            log.error("a receiver of the alarm %s failed: %s", kind, type(error).__name__)

"""How long a client has been waiting for an answer, as people say it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..current import firmtext
from ..language import gettext as _
from ..language import number

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def waiting(since: datetime) -> str:
    """ "Client waiting 3 h": the largest whole unit, which is what somebody who looks over a table wants to know."""
    passed = firmtext.clock.now() - since
    if passed < MINUTE:
        return _("Client waiting")
    if passed < HOUR:
        return _("Client waiting %(n)s min", n=number(passed // MINUTE))
    if passed < DAY:
        return _("Client waiting %(n)s h", n=number(passed // HOUR))
    return _("Client waiting %(n)s d", n=number(passed // DAY))

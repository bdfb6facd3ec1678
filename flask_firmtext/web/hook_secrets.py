"""Which secret signed a webhook, noted when the answer is out: the carrier waits for nothing of it."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from ..current import firmtext
from ..errors import KeyUnavailable
from ..messaging import hook_secrets
from ..reserve import reserved

log = logging.getLogger(__name__)


def noting(answer: Response) -> Response:
    """The same answer to a webhook that was believed; once a minute it is noted afterwards which secret signed it."""
    index = firmtext.gateway.secret_index
    if index is None or not hook_secrets.is_due(index):
        return answer
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def write() -> None:
        try:
            with app.app_context(), reserved():
                hook_secrets.signed(index)
        except (SQLAlchemyError, KeyUnavailable) as error:
            log.error("which secret signed a webhook is not noted: %s", type(error).__name__)

    answer.call_on_close(write)
    return answer

"""What every answer of our views carries, and what is said when the database or the keys are away."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, make_response
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response as Answer

from ...errors import KeyUnavailable
from .. import headers

log = logging.getLogger(__name__)


def attach(blueprint: Blueprint) -> None:
    """Let this blueprint's answers be ours."""
    blueprint.after_request(headers.protect)
    for trouble in (SQLAlchemyError, KeyUnavailable):
        blueprint.register_error_handler(trouble, _unavailable)


def _unavailable(error: Exception) -> Answer:
    # The error's own words hold the statement's values: only its type is told.
    log.error("a page of the administration could not be shown: %s", type(error).__name__)
    return make_response(current_app.handle_http_exception(ServiceUnavailable()))

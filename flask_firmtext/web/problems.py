"""What could not be shown, in words. A host's own pages for 401, 404 and 503 come first."""

from __future__ import annotations

import logging

from flask import current_app, make_response, render_template
from werkzeug.exceptions import HTTPException, NotFound, ServiceUnavailable, TooManyRequests, Unauthorized
from werkzeug.wrappers import Response

from .. import errors
from ..errors import HostContractError
from ..language import gettext as _
from .blueprint import OWN_BASE, wants_part

log = logging.getLogger(__name__)

HTTP: dict[int, type[HTTPException]] = {401: Unauthorized, 404: NotFound, 429: TooManyRequests, 503: ServiceUnavailable}


class Interruption(Exception):
    """Ends a request with an answer of its own."""

    def answer(self) -> Response:
        raise NotImplementedError


class Problem(Interruption):
    """A page that cannot be shown. ``code`` is 401, 404, 429 or 503, ``words`` say what to do."""

    def __init__(self, code: int, title: str, words: str) -> None:
        self.code, self.title, self.words = code, title, words
        super().__init__(title)

    def answer(self) -> Response:
        """The host's page for this code where it has one, else ours; into an open page goes neither."""
        if wants_part():
            return Response(status=self.code, headers={"HX-Reswap": "none"})
        error = HTTP[self.code]()
        answer = current_app.handle_http_exception(error)
        if answer is not error:
            return make_response(answer)
        return framed("firmtext/problem.html", self.code, problem=self)


def nothing_here() -> Problem:
    """The same for what does not exist and for what is another firm's."""
    return Problem(404, _("Nothing here"), _("It was removed, or the address is wrong."))


def signed_out() -> Problem:
    return Problem(401, _("You are signed out"), _("Sign in, then open this page again."))


def not_available() -> Problem:
    return Problem(503, _("Not available at the moment"), _("The texts cannot be reached. Try again in a minute."))


def answer(interruption: Interruption) -> Response:
    return interruption.answer()


def unavailable(error: Exception) -> Response:
    log.error("a page could not be shown: %s; `flask firmtext doctor` says what is wrong", where(error))
    return not_available().answer()


def where(error: Exception) -> str:
    """Type and place of an error, for a log: its own words may hold a text, a number or a statement's values.

    A host's broken promise is told in full: it names port, verb and what was expected.
    """
    return str(error) if isinstance(error, HostContractError) else errors.where(error)


def framed(template: str, code: int, **context: object) -> Response:
    """A page in the host's frame; in our own when that cannot be drawn either, because the database is away."""
    try:
        page = render_template(template, **context)
    except Exception as error:
        log.warning("the host's frame could not be drawn: %s", type(error).__name__)
        page = render_template(template, **(context | {"firmtext_base": OWN_BASE}))
    return make_response(page, code)

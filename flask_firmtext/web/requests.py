"""What a request of ours is called, in logs, in the record and in its answer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from .. import logs

HEADER = "X-Request-Id"
#: Where a request keeps its name.
KEPT = "firmtext.request_id"


def named(blueprint: Blueprint) -> None:
    """Each request of this blueprint has a name from its beginning to its end."""
    blueprint.before_request(_begin)
    blueprint.after_request(_tell)
    blueprint.teardown_request(_end)


def _begin() -> None:
    request.environ[KEPT] = logs.begin_request(request.headers.get(HEADER))


def _tell(response: Response) -> Response:
    if name := request.environ.get(KEPT):
        response.headers.setdefault(HEADER, name)
    return response


def _end(error: BaseException | None) -> None:
    logs.end_request()

"""Where the JSON API is found. The rest of this room is loaded with the first request: a host's start waits for none.

One address stands for all, and the operations are told apart behind it: so what does not exist and what may not be done
there is answered like everything else, and not with a page of the host's.
"""

from __future__ import annotations

from flask import Blueprint, Response
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter, Rule

from ...deferred import function_of
from .. import headers

ROOT = "/api/v1"
NAME = "firmtext_api"
ENDPOINT = f"{NAME}.answer"


class Anything(BaseConverter):
    """The rest of an address, whatever stands in it: also a slash or a line's end, which Werkzeug's own leaves out."""

    regex = r"[\s\S]+"
    weight = 200
    part_isolating = False


CONVERTERS = {"firmtext_anything": Anything}

blueprint = Blueprint(NAME, __name__)
blueprint.after_request(headers.protect)
_desk = function_of(f"{__package__}.desk:answer")


def answer(path: str = "") -> Response:
    """Answer whatever is asked below the root."""
    answered: Response = _desk(path)
    return answered


@blueprint.record
def _add_routes(state: BlueprintSetupState) -> None:
    root = f"{state.url_prefix or ''}{ROOT}"
    state.app.url_map.converters.update(CONVERTERS)
    for address in (f"{root}/", f"{root}/<firmtext_anything:path>"):
        # Without a list of methods, so that also a method that is nowhere allowed comes here.
        state.app.url_map.add(Rule(address, endpoint=ENDPOINT, strict_slashes=False, merge_slashes=False))
    state.app.view_functions[ENDPOINT] = answer

"""The blueprint of our pages, and what each of their answers carries."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_wtf.csrf import generate_csrf

from ..current import firmtext
from . import frames, headers, requests

OWN_BASE = frames.OWN
#: For our own frame; under a host's frame the policy is the host's.
POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'self'"

blueprint = Blueprint(
    "firmtext", __name__, template_folder="../templates", static_folder="../static/firmtext", static_url_path="/static"
)
requests.named(blueprint)


@blueprint.after_request
def protect(response: Response) -> Response:
    """Texts are kept by no cache, shown in no frame of another site, and a fragment is never taken for a page."""
    if request.endpoint == "firmtext.static":
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response
    headers.protect(response)
    response.vary.add("HX-Request")
    if firmtext.settings.base_template == OWN_BASE:
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


@blueprint.context_processor
def frame() -> dict[str, Any]:
    """What every page of ours can use."""
    base = frames.usable(current_app.jinja_env, firmtext.settings.base_template)
    return {"firmtext_base": base, "firmtext_csrf": generate_csrf}


def wants_part() -> bool:
    """Whether htmx asks, which puts a part into the page that is open."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers

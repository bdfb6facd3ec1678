"""What each answer of ours carries, so that no browser takes it for anything else or lends it to another site."""

from __future__ import annotations

from flask import Response

#: A host's own policy comes first: what it has said already is left as it is, and what it says later wins.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # For what has no policy of its own; a browser that knows ``frame-ancestors`` heeds that instead.
    "X-Frame-Options": "SAMEORIGIN",
}


def protect(response: Response) -> Response:
    """Kept by no cache, framed by no other site, taken for nothing but what it is."""
    if "no-store" not in response.headers.get("Cache-Control", ""):
        response.headers["Cache-Control"] = "no-store"
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    return response

"""Paths of the host's own pages, to which a form of ours leads back."""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from flask import request

#: A path of this site, with a query: two slashes, or a backslash, would lead to another.
PAGE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,2000}")


def local(given: str) -> str:
    """A path of this site as a browser will read it; nothing for what leads elsewhere."""
    if not given.startswith("/") or given.startswith("//") or not given.isprintable() or set(given) & set("\\?#"):
        return ""
    return given


def here(*without: str) -> str:
    """The address of this page without these words of its query: what it says was done."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in without]
    path = quote(request.script_root + request.path)
    return f"{path}?{urlencode(kept)}" if kept else path

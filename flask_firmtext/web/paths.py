"""Paths of the host's own pages, to which a form of ours leads back."""

from __future__ import annotations


def local(given: str) -> str:
    """A path of this site as a browser will read it; nothing for what leads elsewhere."""
    if not given.startswith("/") or given.startswith("//") or not given.isprintable() or set(given) & set("\\?#"):
        return ""
    return given

"""Flask-Admin for a firm's administrators (being written)."""

from typing import Any


def add_views(admin: Any) -> None:
    """Add our views."""

"""Who sits at the terminal, for the audit."""

from __future__ import annotations

import getpass
import os


def actor() -> str:
    """``cli:`` and the operating system's name for the user; a container may have only a number."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"

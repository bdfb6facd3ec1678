"""The pages of FirmText: importing this registers their routes on the blueprint."""

from __future__ import annotations

from flask import Flask

from . import composer, csrf, furniture, inbox, live, picker, registration, thread
from .blueprint import blueprint

VIEWS = (composer, inbox, live, picker, registration, thread)


def register(app: Flask) -> None:
    """What an application gets beside the blueprint: what templates use, and who checks forms."""
    furniture.register(app)
    csrf.stand_aside(app, "firmtext", "firmtext_webhooks")


__all__ = ["VIEWS", "blueprint", "register"]

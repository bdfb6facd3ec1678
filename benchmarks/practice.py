"""The host of the tests, which knows who the newest threads are with."""

from __future__ import annotations

from typing import Any

import hostapp

from . import filling


def create_app() -> Any:
    app = hostapp.create_app()
    filling.acquaint(app)
    return app

"""Migrations run one by one, on a database of their own with rows in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask_firmtext.migrations import migrating


def run(engine: sa.Engine, verb: Any, revision: str) -> None:
    """``verb`` is Alembic's ``upgrade`` or ``downgrade``."""
    with migrating(engine) as config:
        verb(config, revision)

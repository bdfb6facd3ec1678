"""Our tables in a test's database, made as in production: by the migrations."""

from __future__ import annotations

from alembic import command
from sqlalchemy import Engine

from ..migrations import migrating


def create_tables(engine: Engine) -> None:
    """Create the ``firmtext_*`` tables or bring them up to date; ``db.create_all()`` does not know them."""
    with migrating(engine) as config:
        command.upgrade(config, "head")

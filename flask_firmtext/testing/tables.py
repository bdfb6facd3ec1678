"""Our tables in a test's database, made as in production: by the migrations."""

from __future__ import annotations

from sqlalchemy import Engine

from ..deferred import found


def create_tables(engine: Engine) -> None:
    """Create the ``firmtext_*`` tables or bring them up to date; ``db.create_all()`` does not know them."""
    # Loaded when first used: a host's tests and examples import this package for other things, and Alembic is large.
    with found("flask_firmtext.migrations:migrating")(engine) as config:
        found("alembic.command:upgrade")(config, "head")

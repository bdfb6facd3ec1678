"""Databases in which a migration is run with rows present."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from flask_firmtext.testing.tables import create_tables


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, new_database: Callable[[str], str]) -> Iterator[sa.Engine]:
    """A new database with the newest tables."""
    if request.config.getoption("--db") not in ("both", request.param):
        pytest.skip(f"not {request.param}")
    made = sa.create_engine(new_database(request.param))
    create_tables(made)
    yield made
    made.dispose()

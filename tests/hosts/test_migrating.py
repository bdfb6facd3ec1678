"""A host's own migrations, its tables in a schema, beside ours: Flask-Migrate's autogenerate leaves ours alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from strangers import STRANGERS

(SCHEMA,) = (one for one in STRANGERS if one.package == "schema")


@pytest.fixture(scope="module")
def practice(make_practice: Callable[..., Any], engine_of_stranger: str) -> Any:
    if engine_of_stranger == "sqlite":
        pytest.skip("SQLite has no schemas")
    return make_practice(SCHEMA, engine_of_stranger)


def proposed(practice: Any, **changed: Any) -> list[str]:
    """What autogenerate would do, with the arguments that the host gave to Flask-Migrate."""
    arguments = {**practice.extensions["migrate"].configure_args, **changed}
    with practice.app_context():
        db = practice.extensions["sqlalchemy"]
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=arguments)
            differences = compare_metadata(context, db.metadatas[None])
    return [f"{one[0]} {getattr(one[1], 'fullname', one[1])}" for one in differences]


def test_autogenerate_sees_the_hosts_schema_and_none_of_our_tables(practice: Any) -> None:
    assert proposed(practice) == []
    without = [one for one in proposed(practice, include_object=None) if one.startswith("remove_table")]
    assert "remove_table firmtext_message" in without
    assert all(one.startswith("remove_table firmtext_") for one in without), without

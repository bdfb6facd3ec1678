"""A test's database is made by the migrations."""

from __future__ import annotations

import sqlalchemy as sa

from flask_firmtext.store.base import Base
from flask_firmtext.testing import create_tables


def test_tables_are_those_of_the_models_and_may_be_made_twice(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    for _ in range(2):
        create_tables(engine)
    names = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    assert names == {*Base.metadata.tables, "firmtext_alembic_version"}
    assert all(name.startswith("firmtext_") for name in names)

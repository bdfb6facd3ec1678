"""Whether the host's migrations leave our tables alone: Flask-Migrate's autogenerate drops what it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import ops
from flask import current_app
from sqlalchemy import MetaData, Table

from ...current import firmtext
from ...migrations import VERSION_TABLE
from ...store.base import Base
from .finding import Finding, wrong

#: What an ``env.py`` with a filter of its own has in it.
_FILTERS = ("include_object", "include_name", "firmtext")
_CURE = (
    "Write `from flask_firmtext.migrations import include_object` and "
    "`Migrate(app, db, include_object=include_object)` (docs/host.md)."
)


def migrations() -> Iterator[Finding]:
    """Nothing where the application has no Flask-Migrate, or a filter that keeps our tables out."""
    migrate = current_app.extensions.get("migrate")
    if migrate is None or _filtered_in_env(migrate):
        return
    dropped = _left(getattr(migrate, "configure_args", {}), _schema())
    if dropped:
        first = min(table.fullname for table in dropped)
        seen = f"Flask-Migrate would propose to drop our tables, {first} among them."
        yield wrong("migrations", seen, _CURE)


def _schema() -> str | None:
    """The schema to which the host's engine moves our tables; None where they lie in the default one."""
    engine = firmtext.db.engine
    with engine.connect():  # a dialect knows its default schema from its first connection on
        pass
    moved: str | None = (engine.get_execution_options().get("schema_translate_map") or {}).get(None)
    return None if moved == engine.dialect.default_schema_name else moved


def _left(arguments: Mapping[str, Any], schema: str | None) -> Sequence[Table]:
    """Our tables that no filter among these arguments keeps out of a migration. One that raises keeps none."""
    if schema is not None and not _looked_into(schema, arguments):
        return []
    tables = [*Base.metadata.sorted_tables, Table(VERSION_TABLE, MetaData())]
    if schema is not None:
        there = MetaData()
        tables = [table.to_metadata(there, schema=schema) for table in tables]
    left = [table for table in tables if not _kept_out(table, arguments)]
    directives = arguments.get("process_revision_directives")
    return _processed(left, directives) if left and directives else left


def _looked_into(schema: str, arguments: Mapping[str, Any]) -> bool:
    """Whether autogenerate looks into another schema than the default one at all."""
    names = arguments.get("include_name")
    try:
        return bool(arguments.get("include_schemas")) and (names is None or bool(names(schema, "schema", {})))
    except Exception:
        return True


def _kept_out(table: Table, arguments: Mapping[str, Any]) -> bool:
    objects, names = arguments.get("include_object"), arguments.get("include_name")
    inside = {"schema_name": table.schema, "schema_qualified_table_name": table.fullname}
    try:
        return (objects is not None and not objects(table, table.name, "table", True, None)) or (
            names is not None and not names(table.name, "table", inside)
        )
    except Exception:
        return False


def _processed(left: Sequence[Table], process: Any) -> Sequence[Table]:
    """What is left of a migration that would drop these tables."""
    dropping = ops.UpgradeOps([ops.DropTableOp(table.name, schema=table.schema) for table in left])
    directives = [ops.MigrationScript("firmtext", dropping, ops.DowngradeOps([]))]
    try:
        process(MigrationContext.configure(dialect_name="sqlite"), "head", directives)
    except Exception:
        return left
    steps = [step for script in directives for upgrade in script.upgrade_ops_list for step in upgrade.ops]
    dropped = {(step.schema, step.table_name) for step in steps if isinstance(step, ops.DropTableOp)}
    return [table for table in left if (table.schema, table.name) in dropped]


def _filtered_in_env(migrate: Any) -> bool:
    """Whether the host's ``env.py`` names a filter: what it does with it is seen only when it runs."""
    try:
        written = (Path(migrate.directory) / "env.py").read_text(encoding="utf-8")
    except (OSError, TypeError, ValueError, AttributeError):
        return False
    return any(word in written for word in _FILTERS)

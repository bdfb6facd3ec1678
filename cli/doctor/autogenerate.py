"""Whether the host's migrations leave our tables alone: Flask-Migrate's autogenerate drops what it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import ops
from flask import current_app
from sqlalchemy import MetaData, Table

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
    dropped = _left(getattr(migrate, "configure_args", {}))
    if dropped:
        seen = f"Flask-Migrate would propose to drop our tables, {min(dropped)} among them."
        yield wrong("migrations", seen, _CURE)


def _left(arguments: Mapping[str, Any]) -> Sequence[str]:
    """Our tables that no filter among these arguments keeps out of a migration. One that raises keeps none."""
    tables = [*Base.metadata.sorted_tables, Table(VERSION_TABLE, MetaData())]
    left = [table.name for table in tables if not _kept_out(table, arguments)]
    directives = arguments.get("process_revision_directives")
    return _processed(left, directives) if left and directives else left


def _kept_out(table: Table, arguments: Mapping[str, Any]) -> bool:
    objects, names = arguments.get("include_object"), arguments.get("include_name")
    inside = {"schema_name": None, "schema_qualified_table_name": table.name}
    try:
        return (objects is not None and not objects(table, table.name, "table", True, None)) or (
            names is not None and not names(table.name, "table", inside)
        )
    except Exception:
        return False


def _processed(left: Sequence[str], process: Any) -> Sequence[str]:
    """What is left of a migration that would drop these tables."""
    dropping = ops.UpgradeOps([ops.DropTableOp(name) for name in left])
    directives = [ops.MigrationScript("firmtext", dropping, ops.DowngradeOps([]))]
    try:
        process(MigrationContext.configure(dialect_name="sqlite"), "head", directives)
    except Exception:
        return left
    steps = [step for script in directives for upgrade in script.upgrade_ops_list for step in upgrade.ops]
    return [step.table_name for step in steps if isinstance(step, ops.DropTableOp)]


def _filtered_in_env(migrate: Any) -> bool:
    """Whether the host's ``env.py`` names a filter: what it does with it is seen only when it runs."""
    try:
        written = (Path(migrate.directory) / "env.py").read_text(encoding="utf-8")
    except (OSError, TypeError, ValueError, AttributeError):
        return False
    return any(word in written for word in _FILTERS)

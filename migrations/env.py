"""Run by Alembic on the connection we hand over. Logging belongs to the host."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask_firmtext.migrations import PREFIX, VERSION_TABLE, current, head, take_tables

from flask_firmtext.store.models import Message

attributes = context.config.attributes
connection = attributes["connection"]
on_sqlite = connection.dialect.name == "sqlite"


def ours(obj: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    return type_ != "table" or (name or "").startswith(PREFIX)


context.configure(
    connection=connection,
    target_metadata=Message.metadata,
    version_table=VERSION_TABLE,
    include_object=ours,
    render_as_batch=True,
    transactional_ddl=True,
    on_version_apply=attributes.get("tell"),
)
with context.begin_transaction():
    if on_sqlite:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif attributes.get("tell") and current(connection) != head():
        take_tables(connection)
    context.run_migrations()
    if on_sqlite and (orphans := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"a migration left rows without their parent: {orphans[:5]}")

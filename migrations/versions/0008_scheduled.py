"""Texts that are written for later."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "firmtext_scheduled_text"
#: By name: the columns and of which rows.
INDEXES = {
    "waiting": (["look_at"], "state = 'waiting'"),
    "listed": (["firm", "due_at", "id"], "away_at IS NULL"),
    "shown": (["firm", "phone_index", "due_at", "id"], "away_at IS NULL"),
}


def columns() -> list[sa.Column[Any]]:
    moment = sa.DateTime(timezone=True)
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("contact", sa.String(length=255), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("wall", sa.DateTime(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("look_at", moment, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("state_at", moment, nullable=False),
        sa.Column("away_at", moment, nullable=True),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        TABLE,
        *columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_scheduled_text")),
        sa.UniqueConstraint("firm", "author", "token", name=op.f("uq_firmtext_scheduled_text_firm_author_token")),
    )
    for name, (of, where) in INDEXES.items():
        rows = sa.text(where)
        op.create_index(f"ix_{TABLE}_{name}", TABLE, of, postgresql_where=rows, sqlite_where=rows)


def downgrade() -> None:
    op.drop_table(TABLE)

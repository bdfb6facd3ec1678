"""Search in texts: keyed marks of their words, and what was searched for today."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "firmtext_search_text",
        sa.Column("stamp", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("stamp", name=op.f("pk_firmtext_search_text")),
        sa.UniqueConstraint("message_id", name=op.f("uq_firmtext_search_text_message_id")),
    )
    op.create_index(
        op.f("ix_firmtext_search_text_conversation_id_stamp"), "firmtext_search_text", ["conversation_id", "stamp"]
    )
    op.create_table(
        "firmtext_search_mark",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stamp", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("mark", "stamp", name=op.f("pk_firmtext_search_mark")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "firmtext_search_progress",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("until", TIME, nullable=True),
        sa.Column("walked_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("firm", name=op.f("pk_firmtext_search_progress")),
    )
    op.create_table(
        "firmtext_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("contact", sa.String(length=255), nullable=True),
        sa.Column("matter", sa.String(length=255), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_search")),
    )
    op.create_index(op.f("ix_firmtext_search_firm_user_made_at"), "firmtext_search", ["firm", "user", "made_at"])
    op.create_index(op.f("ix_firmtext_search_made_at"), "firmtext_search", ["made_at"])


def downgrade() -> None:
    for table in ("firmtext_search", "firmtext_search_progress", "firmtext_search_mark", "firmtext_search_text"):
        op.drop_table(table)

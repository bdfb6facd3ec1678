"""The inbox: who waits for an answer, what is done, what failed, who wrote where, how users want to be told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

#: By name: the columns that are sorted by, and of which rows.
INDEXES = {
    "open": ("last_at", sa.text("done_at IS NULL")),
    "done": ("done_at", sa.text("done_at IS NOT NULL")),
    "unanswered": ("waiting_since", sa.text("waiting_since IS NOT NULL AND done_at IS NULL")),
}
TEXTS_OUT = (
    "SELECT max(position) FROM firmtext_message WHERE conversation_id = firmtext_conversation.id AND direction = 'out'"
)
#: What changed the consent was no question.
SINCE = (
    "SELECT min(shown_at) FROM firmtext_message WHERE conversation_id = firmtext_conversation.id AND direction = 'in'"
    " AND id NOT IN (SELECT message_id FROM firmtext_consent_event WHERE message_id IS NOT NULL"
    " AND change IN ('opted_out', 'opted_in'))"
)
UNANSWERED = f"{SINCE} AND position > coalesce(({TEXTS_OUT} AND kind = 'staff'), 0)"


def conversation_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("last_out_position", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(length=255), nullable=True),
    ]


def upgrade() -> None:
    for column in conversation_columns():
        op.add_column("firmtext_conversation", column)
    op.add_column(
        "firmtext_read_mark", sa.Column("left_unread", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "firmtext_author",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["firmtext_conversation.id"],
            name=op.f("fk_firmtext_author_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "author", name=op.f("pk_firmtext_author")),
    )
    op.create_table(
        "firmtext_failure",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["firmtext_conversation.id"],
            name=op.f("fk_firmtext_failure_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_firmtext_failure")),
    )
    op.create_table(
        "firmtext_user_choice",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("badge", sa.Boolean(), nullable=False),
        sa.Column("browser", sa.Boolean(), nullable=False),
        sa.Column("keys", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("firm", "user", name=op.f("pk_firmtext_user_choice")),
    )
    fill()
    op.create_index(
        op.f("ix_firmtext_author_firm_author_last_at_conversation_id"),
        "firmtext_author",
        ["firm", "author", "last_at", "conversation_id"],
    )
    op.create_index(
        op.f("ix_firmtext_failure_firm_at_conversation_id"),
        "firmtext_failure",
        ["firm", "at", "conversation_id"],
    )
    for name, (by, where) in INDEXES.items():
        op.create_index(
            f"ix_firmtext_conversation_{name}",
            "firmtext_conversation",
            ["firm", by, "id"],
            postgresql_where=where,
            sqlite_where=where,
        )


def fill() -> None:
    """What the texts that are there say."""
    op.execute(f"UPDATE firmtext_conversation SET last_out_position = coalesce(({TEXTS_OUT}), 0)")  # noqa: S608  # noqa: S608 - constants
    op.execute(f"UPDATE firmtext_conversation SET waiting_since = ({UNANSWERED}) WHERE closed_at IS NULL")  # noqa: S608 - constants
    op.execute(
        "INSERT INTO firmtext_author (conversation_id, author, firm, last_at)"
        " SELECT DISTINCT c.id, m.author, c.firm, c.last_at FROM firmtext_conversation AS c"
        " JOIN firmtext_message AS m ON m.conversation_id = c.id"
        " WHERE m.direction = 'out' AND m.kind = 'staff' AND m.author IS NOT NULL"
    )
    op.execute(
        "INSERT INTO firmtext_failure (conversation_id, firm, position, at)"
        " SELECT c.id, c.firm, m.position, m.state_at FROM firmtext_conversation AS c"
        " JOIN firmtext_message AS m ON m.conversation_id = c.id AND m.position = c.last_out_position"
        " WHERE m.direction = 'out' AND m.state IN ('failed', 'expired')"
    )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(f"ix_firmtext_conversation_{name}", table_name="firmtext_conversation")
    for table in ("user_choice", "failure", "author"):
        op.drop_table(f"firmtext_{table}")
    op.drop_column("firmtext_read_mark", "left_unread")
    for column in reversed(conversation_columns()):
        op.drop_column("firmtext_conversation", column.name)

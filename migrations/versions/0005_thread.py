"""Writing: drafts, and replies that are kept for again."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firmtext_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("place", sa.LargeBinary(length=16), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("writer", sa.String(length=36), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_draft")),
        sa.UniqueConstraint("firm", "user", "place", name=op.f("uq_firmtext_draft_firm_user_place")),
    )
    op.create_index(op.f("ix_firmtext_draft_conversation_id"), "firmtext_draft", ["conversation_id"])
    op.create_table(
        "firmtext_saved_reply",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_saved_reply")),
    )
    op.create_index(op.f("ix_firmtext_saved_reply_firm_user"), "firmtext_saved_reply", ["firm", "user"])


def downgrade() -> None:
    op.drop_table("firmtext_saved_reply")
    op.drop_table("firmtext_draft")

"""One repeat of a text at most; what a person says about an unknown text, and why.

No two rows can repeat one text: only an unknown text was ever repeated, once, by the move that makes it failed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ONCE = "uq_firmtext_message_retry_of"
OLD = "ix_firmtext_message_retry_of"
WHERE = sa.text("retry_of IS NOT NULL")


def upgrade() -> None:
    op.drop_index(op.f(OLD), table_name="firmtext_message")
    op.create_index(ONCE, "firmtext_message", ["retry_of"], unique=True, postgresql_where=WHERE, sqlite_where=WHERE)
    op.create_table(
        "firmtext_resolution",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_resolution_message_id")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_firmtext_resolution")),
    )


def downgrade() -> None:
    op.drop_table("firmtext_resolution")
    op.drop_index(ONCE, table_name="firmtext_message", postgresql_where=WHERE, sqlite_where=WHERE)
    op.create_index(op.f(OLD), "firmtext_message", ["retry_of"])

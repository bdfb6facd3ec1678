"""Seals of the record: a chain of each firm."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SEAL = "firmtext_audit_seal"


def upgrade() -> None:
    op.create_table(
        SEAL,
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("n", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("firm", "n", name=op.f("pk_firmtext_audit_seal")),
    )
    op.create_index(op.f("ix_firmtext_audit_seal_firm_last_at"), SEAL, ["firm", "last_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_firmtext_audit_seal_firm_last_at"), table_name=SEAL)
    op.drop_table(SEAL)

"""Tokens of the JSON API."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
REF = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "firmtext_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("by", REF, nullable=False),
        sa.Column("made_by", REF, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("revoked_by", REF, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_token")),
    )
    op.create_index(op.f("ix_firmtext_token_firm_created_at"), "firmtext_token", ["firm", "created_at"])
    op.create_table(
        "firmtext_token_key",
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["firmtext_token.id"], name=op.f("fk_firmtext_token_key_token_id")),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_firmtext_token_key")),
    )
    op.create_index(
        op.f("ix_firmtext_token_key_firm_token_id_created_at"),
        "firmtext_token_key",
        ["firm", "token_id", "created_at"],
    )


def downgrade() -> None:
    op.drop_table("firmtext_token_key")
    op.drop_table("firmtext_token")

"""Outgoing webhooks: addresses, and what became of each event there."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
REF, WORD = sa.String(length=255), sa.String(length=32)
ON, WAITING = sa.text("state = 'on'"), sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "firmtext_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", TIME, nullable=True),
        sa.Column("kinds", sa.String(length=512), nullable=False),
        sa.Column("content", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("why", WORD, nullable=True),
        sa.Column("failing_since", TIME, nullable=True),
        sa.Column("made_by", REF, nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_endpoint")),
    )
    op.create_index(op.f("ix_firmtext_endpoint_firm_made_at"), "firmtext_endpoint", ["firm", "made_at"])
    _partial("ix_firmtext_endpoint_on", "firmtext_endpoint", ["firm"], ON)
    op.create_table(
        "firmtext_delivery",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("state_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("evidence", WORD, nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["firmtext_endpoint.id"], name=op.f("fk_firmtext_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("event_id", "endpoint_id", name=op.f("pk_firmtext_delivery")),
    )
    op.create_index(op.f("ix_firmtext_delivery_endpoint_id_at"), "firmtext_delivery", ["endpoint_id", "at"])
    op.create_index(op.f("ix_firmtext_delivery_at"), "firmtext_delivery", ["at"])
    _partial("ix_firmtext_delivery_waiting", "firmtext_delivery", ["endpoint_id", "not_before"], WAITING)


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    op.drop_table("firmtext_delivery")
    op.drop_table("firmtext_endpoint")

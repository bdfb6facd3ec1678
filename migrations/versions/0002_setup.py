"""Setting up: a firm's switch and details, orders for numbers, registration, templates."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OPEN = sa.text("firm != '' AND state != 'done'")
WORKING = sa.text("state = 'working'")


def upgrade() -> None:
    op.create_table(
        "firmtext_texting",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("reminder_days", sa.JSON(), nullable=False),
        sa.Column("reminder_time", sa.Time(), nullable=False),
        sa.Column("on_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("firm", name=op.f("pk_firmtext_texting")),
    )
    op.add_column("firmtext_number", sa.Column("why", sa.Text(), nullable=True))
    op.add_column("firmtext_number", sa.Column("release_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "firmtext_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=True),
        sa.Column("passed_over", sa.JSON(), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=True),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=32), nullable=True),
        sa.Column("cause", sa.String(length=255), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("awaited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number_id"], ["firmtext_number.id"], name=op.f("fk_firmtext_order_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_order")),
    )
    op.create_index(
        "uq_firmtext_order_open", "firmtext_order", ["firm"], unique=True, postgresql_where=OPEN, sqlite_where=OPEN
    )
    op.create_index(
        "ix_firmtext_order_working", "firmtext_order", ["not_before"], postgresql_where=WORKING, sqlite_where=WORKING
    )
    op.create_index(op.f("ix_firmtext_order_firm_created_at_id"), "firmtext_order", ["firm", "created_at", "id"])
    op.create_table(
        "firmtext_registration",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("firm", name=op.f("pk_firmtext_registration")),
    )
    op.create_table(
        "firmtext_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_template")),
        sa.UniqueConstraint("firm", "kind", "language", name=op.f("uq_firmtext_template_firm_kind_language")),
    )


def downgrade() -> None:
    op.drop_table("firmtext_template")
    op.drop_table("firmtext_registration")
    op.drop_table("firmtext_order")
    op.drop_column("firmtext_number", "release_at")
    op.drop_column("firmtext_number", "why")
    op.drop_table("firmtext_texting")

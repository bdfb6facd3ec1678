"""Time and payment links: what was added or made from a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firmtext_time_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.String(length=255), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entry", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["firmtext_conversation.id"], name=op.f("fk_firmtext_time_entry_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_time_entry")),
        sa.UniqueConstraint("firm", "by", "token", name=op.f("uq_firmtext_time_entry_firm_by_token")),
    )
    op.create_index(
        op.f("ix_firmtext_time_entry_conversation_id_by_created_at"),
        "firmtext_time_entry",
        ["conversation_id", "by", "created_at"],
    )
    op.create_table(
        "firmtext_payment_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("address_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("bill", sa.String(length=255), nullable=True),
        sa.Column("contact", sa.String(length=255), nullable=True),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_payment_link")),
        sa.UniqueConstraint("address_index", "firm", name=op.f("uq_firmtext_payment_link_address_index_firm")),
    )
    _of_links()


def _of_links() -> None:
    op.create_table(
        "firmtext_sent_link",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_sent_link_message_id")),
        sa.ForeignKeyConstraint(["link_id"], ["firmtext_payment_link.id"], name=op.f("fk_firmtext_sent_link_link_id")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["firmtext_conversation.id"], name=op.f("fk_firmtext_sent_link_conversation_id")
        ),
        sa.PrimaryKeyConstraint("message_id", "link_id", name=op.f("pk_firmtext_sent_link")),
    )
    op.create_index(
        op.f("ix_firmtext_sent_link_link_id_conversation_id"), "firmtext_sent_link", ["link_id", "conversation_id"]
    )
    op.create_table(
        "firmtext_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("amount", sa.LargeBinary(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["firmtext_payment_link.id"], name=op.f("fk_firmtext_payment_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_payment")),
        sa.UniqueConstraint("link_id", "digest", name=op.f("uq_firmtext_payment_link_id_digest")),
    )


def downgrade() -> None:
    for table in ("payment", "sent_link", "payment_link", "time_entry"):
        op.drop_table(f"firmtext_{table}")

"""Receiving: files and where they are filed, consent with its history, strangers by their phone."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WANTED = sa.text("state = 'wanted' OR state = 'fetching'")
UNPLANNED = sa.text("state = 'stored' AND planned_at IS NULL")
TO_FILE = sa.text("state = 'wanted' OR state = 'filing'")


def attachment_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("quarantine_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("media_type", sa.String(length=64), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
    ]


def opt_out_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
    ]


def upgrade() -> None:
    for column in attachment_columns():
        op.add_column("firmtext_attachment", column)
    op.execute("UPDATE firmtext_attachment SET not_before = created_at, state_at = created_at")
    for name in ("quarantine_id", "file_id", "conversation_id"):
        op.create_index(op.f(f"ix_firmtext_attachment_{name}"), "firmtext_attachment", [name])
    op.create_index(
        "ix_firmtext_attachment_wanted",
        "firmtext_attachment",
        ["not_before"],
        postgresql_where=WANTED,
        sqlite_where=WANTED,
    )
    op.create_index(
        "ix_firmtext_attachment_unplanned",
        "firmtext_attachment",
        ["state_at"],
        postgresql_where=UNPLANNED,
        sqlite_where=UNPLANNED,
    )
    op.create_table(
        "firmtext_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_file")),
    )
    op.create_table(
        "firmtext_file_piece",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["firmtext_file.id"], name=op.f("fk_firmtext_file_piece_file_id")),
        sa.PrimaryKeyConstraint("file_id", "n", name=op.f("pk_firmtext_file_piece")),
    )
    op.create_table(
        "firmtext_filing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=255), nullable=True),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.Uuid(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["firmtext_attachment.id"], name=op.f("fk_firmtext_filing_attachment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_filing")),
        sa.UniqueConstraint("attachment_id", "matter", name=op.f("uq_firmtext_filing_attachment_id_matter")),
    )
    op.create_index(
        "ix_firmtext_filing_wanted", "firmtext_filing", ["not_before"], postgresql_where=TO_FILE, sqlite_where=TO_FILE
    )
    for column in opt_out_columns():
        op.add_column("firmtext_opt_out", column)
    op.create_table(
        "firmtext_consent_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("change", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_consent_event")),
    )
    op.create_index(
        op.f("ix_firmtext_consent_event_firm_phone_index_noted_at"),
        "firmtext_consent_event",
        ["firm", "phone_index", "noted_at"],
    )
    op.create_index(
        op.f("ix_firmtext_consent_event_firm_noted_at_id"), "firmtext_consent_event", ["firm", "noted_at", "id"]
    )
    op.create_table(
        "firmtext_answer_due",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "answer", name=op.f("pk_firmtext_answer_due")),
    )
    op.create_index(op.f("ix_firmtext_answer_due_created_at"), "firmtext_answer_due", ["created_at"])
    op.add_column("firmtext_message", sa.Column("answers", sa.Uuid(), nullable=True))
    op.add_column("firmtext_quarantine", sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True))
    op.create_index(
        op.f("ix_firmtext_quarantine_firm_phone_index_received_at"),
        "firmtext_quarantine",
        ["firm", "phone_index", "received_at"],
    )
    op.create_index(op.f("ix_firmtext_conversation_contact_contact"), "firmtext_conversation_contact", ["contact"])
    op.add_column(
        "firmtext_texting", sa.Column("explains_refusals", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("firmtext_texting", "explains_refusals")
    op.drop_index(op.f("ix_firmtext_conversation_contact_contact"), table_name="firmtext_conversation_contact")
    op.drop_index(op.f("ix_firmtext_quarantine_firm_phone_index_received_at"), table_name="firmtext_quarantine")
    op.drop_column("firmtext_quarantine", "phone_index")
    op.drop_column("firmtext_message", "answers")
    op.drop_table("firmtext_answer_due")
    op.drop_table("firmtext_consent_event")
    for column in reversed(opt_out_columns()):
        op.drop_column("firmtext_opt_out", column.name)
    op.drop_table("firmtext_filing")
    op.drop_table("firmtext_file_piece")
    op.drop_table("firmtext_file")
    for name in ("unplanned", "wanted", "quarantine_id", "file_id", "conversation_id"):
        op.drop_index(f"ix_firmtext_attachment_{name}", table_name="firmtext_attachment")
    for column in reversed(attachment_columns()):
        op.drop_column("firmtext_attachment", column.name)

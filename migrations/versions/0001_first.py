"""The first tables: keys, numbers, conversations, texts, attempts, evidence.

A migration imports nothing of ours: it is history, and the models move on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firmtext_account",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("next_free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slowed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run_of", sa.String(length=32), nullable=True),
        sa.Column("run_length", sa.Integer(), nullable=False),
        sa.Column("run_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_account")),
    )
    op.create_table(
        "firmtext_audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_table", sa.String(length=64), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("was", sa.String(length=64), nullable=True),
        sa.Column("became", sa.String(length=64), nullable=True),
        sa.Column("evidence", sa.String(length=64), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_audit")),
    )
    op.create_index(op.f("ix_firmtext_audit_firm_at"), "firmtext_audit", ["firm", "at"], unique=False)
    op.create_index(op.f("ix_firmtext_audit_object_id"), "firmtext_audit", ["object_id"], unique=False)
    op.create_table(
        "firmtext_counter",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_firmtext_counter")),
    )
    op.create_table(
        "firmtext_firm",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("firm", name=op.f("pk_firmtext_firm")),
    )
    op.create_table(
        "firmtext_heartbeat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_heartbeat")),
        sa.UniqueConstraint("kind", "host", "pid", "boot", name=op.f("uq_firmtext_heartbeat_kind_host_pid_boot")),
    )
    op.create_table(
        "firmtext_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("object", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_hold")),
    )
    op.create_index(
        "uq_firmtext_hold_standing",
        "firmtext_hold",
        ["kind", "object"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
        sqlite_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "firmtext_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("parent", sa.String(length=16), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_key")),
    )
    op.create_index(op.f("ix_firmtext_key_parent"), "firmtext_key", ["parent"], unique=False)
    op.create_index(
        "uq_firmtext_key_active",
        "firmtext_key",
        ["firm", "scope"],
        unique=True,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_table(
        "firmtext_key_check",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_firmtext_key_check")),
    )
    op.create_table(
        "firmtext_number",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("main", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("next_free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slowed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_number")),
        sa.UniqueConstraint("e164", name=op.f("uq_firmtext_number_e164")),
    )
    op.create_index(op.f("ix_firmtext_number_firm"), "firmtext_number", ["firm"], unique=False)
    op.create_table(
        "firmtext_opt_out",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_opt_out")),
        sa.UniqueConstraint("firm", "phone_index", name=op.f("uq_firmtext_opt_out_firm_phone_index")),
    )
    op.create_table(
        "firmtext_quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_quarantine")),
        sa.UniqueConstraint("digest", name=op.f("uq_firmtext_quarantine_digest")),
    )
    op.create_index(
        op.f("ix_firmtext_quarantine_firm_received_at_id"),
        "firmtext_quarantine",
        ["firm", "received_at", "id"],
        unique=False,
    )
    op.create_table(
        "firmtext_conversation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("number_id", sa.Uuid(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_position", sa.BigInteger(), nullable=False),
        sa.Column("last_in_position", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number_id"], ["firmtext_number.id"], name=op.f("fk_firmtext_conversation_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_conversation")),
        sa.UniqueConstraint(
            "number_id", "phone_index", "epoch", name=op.f("uq_firmtext_conversation_number_id_phone_index_epoch")
        ),
    )
    op.create_index(
        op.f("ix_firmtext_conversation_firm_last_at_id"),
        "firmtext_conversation",
        ["firm", "last_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_firmtext_conversation_firm_phone_index_last_at"),
        "firmtext_conversation",
        ["firm", "phone_index", "last_at"],
        unique=False,
    )
    op.create_table(
        "firmtext_conversation_contact",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.String(length=255), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["firmtext_conversation.id"],
            name=op.f("fk_firmtext_conversation_contact_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "contact", name=op.f("pk_firmtext_conversation_contact")),
    )
    op.create_index(
        op.f("ix_firmtext_conversation_contact_firm_contact"),
        "firmtext_conversation_contact",
        ["firm", "contact"],
        unique=False,
    )
    op.create_table(
        "firmtext_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=True),
        sa.Column("client_token", sa.String(length=64), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("partly", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("current_attempt", sa.Uuid(), nullable=True),
        sa.Column("rings", sa.Integer(), nullable=False),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_of", sa.Uuid(), nullable=True),
        sa.Column("carrier", sa.String(length=32), nullable=True),
        sa.Column("carrier_id", sa.String(length=64), nullable=True),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["firmtext_conversation.id"],
            name=op.f("fk_firmtext_message_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_message")),
        sa.UniqueConstraint("carrier", "carrier_id", "part", name=op.f("uq_firmtext_message_carrier_carrier_id_part")),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_firmtext_message_conversation_id_position")),
        sa.UniqueConstraint(
            "firm", "author", "client_token", name=op.f("uq_firmtext_message_firm_author_client_token")
        ),
    )
    op.create_index(
        op.f("ix_firmtext_message_conversation_id_changed"),
        "firmtext_message",
        ["conversation_id", "changed"],
        unique=False,
    )
    op.create_index(
        op.f("ix_firmtext_message_firm_state_state_at"), "firmtext_message", ["firm", "state", "state_at"], unique=False
    )
    op.create_index(
        op.f("ix_firmtext_message_firm_created_at_id"), "firmtext_message", ["firm", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_firmtext_message_queued",
        "firmtext_message",
        ["priority", "not_before", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
        sqlite_where=sa.text("state = 'queued'"),
    )
    op.create_index(op.f("ix_firmtext_message_retry_of"), "firmtext_message", ["retry_of"], unique=False)
    op.create_index(
        "ix_firmtext_message_submitted",
        "firmtext_message",
        ["state_at"],
        unique=False,
        postgresql_where=sa.text("state = 'submitted'"),
        sqlite_where=sa.text("state = 'submitted'"),
    )
    op.create_index(
        "ix_firmtext_message_unsettled",
        "firmtext_message",
        ["state_at"],
        unique=False,
        postgresql_where=sa.text("state = 'sending' OR state = 'unknown'"),
        sqlite_where=sa.text("state = 'sending' OR state = 'unknown'"),
    )
    op.create_index(
        "ix_firmtext_message_waiting",
        "firmtext_message",
        ["conversation_id", "position"],
        unique=False,
        postgresql_where=sa.text("state = 'queued' OR state = 'sending'"),
        sqlite_where=sa.text("state = 'queued' OR state = 'sending'"),
    )
    op.create_table(
        "firmtext_read_mark",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("user", sa.String(length=255), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["firmtext_conversation.id"],
            name=op.f("fk_firmtext_read_mark_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "user", name=op.f("pk_firmtext_read_mark")),
    )
    op.create_index(op.f("ix_firmtext_read_mark_firm_user"), "firmtext_read_mark", ["firm", "user"], unique=False)
    op.create_table(
        "firmtext_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("url", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_attachment_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_attachment")),
        sa.UniqueConstraint("message_id", "n", name=op.f("uq_firmtext_attachment_message_id_n")),
    )
    op.create_index(op.f("ix_firmtext_attachment_firm"), "firmtext_attachment", ["firm"], unique=False)
    op.create_table(
        "firmtext_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.String(length=128), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.String(length=32), nullable=True),
        sa.Column("carrier_id", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_attempt_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_attempt")),
        sa.UniqueConstraint("carrier_id", name=op.f("uq_firmtext_attempt_carrier_id")),
        sa.UniqueConstraint("message_id", "n", name=op.f("uq_firmtext_attempt_message_id_n")),
    )
    op.create_index(
        op.f("ix_firmtext_attempt_firm_claimed_at_id"), "firmtext_attempt", ["firm", "claimed_at", "id"], unique=False
    )
    op.create_index(
        "ix_firmtext_attempt_not_sent",
        "firmtext_attempt",
        ["evidence", "closed_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'not_sent'"),
        sqlite_where=sa.text("outcome = 'not_sent'"),
    )
    op.create_index(
        "ix_firmtext_attempt_open",
        "firmtext_attempt",
        ["deadline"],
        unique=False,
        postgresql_where=sa.text("outcome = 'open'"),
        sqlite_where=sa.text("outcome = 'open'"),
    )
    op.create_table(
        "firmtext_status_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("carrier_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("carrier_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["firmtext_attempt.id"], name=op.f("fk_firmtext_status_event_attempt_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_status_event_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_status_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_firmtext_status_event_digest")),
    )
    op.create_index(op.f("ix_firmtext_status_event_message_id"), "firmtext_status_event", ["message_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_firmtext_status_event_message_id"), table_name="firmtext_status_event")
    op.drop_table("firmtext_status_event")
    op.drop_index(
        "ix_firmtext_attempt_open",
        table_name="firmtext_attempt",
        postgresql_where=sa.text("outcome = 'open'"),
        sqlite_where=sa.text("outcome = 'open'"),
    )
    op.drop_index(
        "ix_firmtext_attempt_not_sent",
        table_name="firmtext_attempt",
        postgresql_where=sa.text("outcome = 'not_sent'"),
        sqlite_where=sa.text("outcome = 'not_sent'"),
    )
    op.drop_index(op.f("ix_firmtext_attempt_firm_claimed_at_id"), table_name="firmtext_attempt")
    op.drop_table("firmtext_attempt")
    op.drop_index(op.f("ix_firmtext_attachment_firm"), table_name="firmtext_attachment")
    op.drop_table("firmtext_attachment")
    op.drop_index(op.f("ix_firmtext_read_mark_firm_user"), table_name="firmtext_read_mark")
    op.drop_table("firmtext_read_mark")
    op.drop_index(
        "ix_firmtext_message_waiting",
        table_name="firmtext_message",
        postgresql_where=sa.text("state = 'queued' OR state = 'sending'"),
        sqlite_where=sa.text("state = 'queued' OR state = 'sending'"),
    )
    op.drop_index(
        "ix_firmtext_message_unsettled",
        table_name="firmtext_message",
        postgresql_where=sa.text("state = 'sending' OR state = 'unknown'"),
        sqlite_where=sa.text("state = 'sending' OR state = 'unknown'"),
    )
    op.drop_index(
        "ix_firmtext_message_submitted",
        table_name="firmtext_message",
        postgresql_where=sa.text("state = 'submitted'"),
        sqlite_where=sa.text("state = 'submitted'"),
    )
    op.drop_index(op.f("ix_firmtext_message_retry_of"), table_name="firmtext_message")
    op.drop_index(
        "ix_firmtext_message_queued",
        table_name="firmtext_message",
        postgresql_where=sa.text("state = 'queued'"),
        sqlite_where=sa.text("state = 'queued'"),
    )
    op.drop_index(op.f("ix_firmtext_message_firm_created_at_id"), table_name="firmtext_message")
    op.drop_index(op.f("ix_firmtext_message_firm_state_state_at"), table_name="firmtext_message")
    op.drop_index(op.f("ix_firmtext_message_conversation_id_changed"), table_name="firmtext_message")
    op.drop_table("firmtext_message")
    op.drop_index(op.f("ix_firmtext_conversation_contact_firm_contact"), table_name="firmtext_conversation_contact")
    op.drop_table("firmtext_conversation_contact")
    op.drop_index(op.f("ix_firmtext_conversation_firm_phone_index_last_at"), table_name="firmtext_conversation")
    op.drop_index(op.f("ix_firmtext_conversation_firm_last_at_id"), table_name="firmtext_conversation")
    op.drop_table("firmtext_conversation")
    op.drop_index(op.f("ix_firmtext_quarantine_firm_received_at_id"), table_name="firmtext_quarantine")
    op.drop_table("firmtext_quarantine")
    op.drop_table("firmtext_opt_out")
    op.drop_index(op.f("ix_firmtext_number_firm"), table_name="firmtext_number")
    op.drop_table("firmtext_number")
    op.drop_table("firmtext_key_check")
    op.drop_index(
        "uq_firmtext_key_active",
        table_name="firmtext_key",
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.drop_index(op.f("ix_firmtext_key_parent"), table_name="firmtext_key")
    op.drop_table("firmtext_key")
    op.drop_index(
        "uq_firmtext_hold_standing",
        table_name="firmtext_hold",
        postgresql_where=sa.text("lifted_at IS NULL"),
        sqlite_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("firmtext_hold")
    op.drop_table("firmtext_heartbeat")
    op.drop_table("firmtext_firm")
    op.drop_table("firmtext_counter")
    op.drop_index(op.f("ix_firmtext_audit_object_id"), table_name="firmtext_audit")
    op.drop_index(op.f("ix_firmtext_audit_firm_at"), table_name="firmtext_audit")
    op.drop_table("firmtext_audit")
    op.drop_table("firmtext_account")

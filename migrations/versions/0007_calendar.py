"""The calendar: events, who is notified of them, what they were told and what they answered, and reminders."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "firmtext_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("event", sa.String(length=255), nullable=False),
        sa.Column("matter", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_event")),
        sa.UniqueConstraint("firm", "event", name=op.f("uq_firmtext_event_firm_event")),
    )
    op.create_index(op.f("ix_firmtext_event_event"), "firmtext_event", ["event"], unique=False)
    op.create_index(
        "ix_firmtext_event_plan",
        "firmtext_event",
        ["firm", "plan", "starts_at"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
        sqlite_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "firmtext_invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("contact", sa.String(length=255), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("notice_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=32), nullable=True),
        sa.Column("answer_sequence", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["firmtext_event.id"], name=op.f("fk_firmtext_invitation_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_invitation")),
        sa.UniqueConstraint("event_id", "contact", name=op.f("uq_firmtext_invitation_event_id_contact")),
    )
    op.create_index(
        op.f("ix_firmtext_invitation_firm_contact"), "firmtext_invitation", ["firm", "contact"], unique=False
    )
    op.create_index(
        "ix_firmtext_invitation_due",
        "firmtext_invitation",
        ["notice_at"],
        unique=False,
        postgresql_where=sa.text("notice_at IS NOT NULL"),
        sqlite_where=sa.text("notice_at IS NOT NULL"),
    )
    op.create_table(
        "firmtext_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("why", sa.String(length=32), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["firmtext_invitation.id"], name=op.f("fk_firmtext_reminder_invitation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_reminder")),
        sa.UniqueConstraint(
            "invitation_id", "sequence", "days", name=op.f("uq_firmtext_reminder_invitation_id_sequence_days")
        ),
    )
    op.create_index(
        "ix_firmtext_reminder_due",
        "firmtext_reminder",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
        sqlite_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "firmtext_event_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["firmtext_invitation.id"], name=op.f("fk_firmtext_event_answer_invitation_id")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_event_answer_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_event_answer")),
        sa.UniqueConstraint("invitation_id", "n", name=op.f("uq_firmtext_event_answer_invitation_id_n")),
        sa.UniqueConstraint(
            "message_id", "invitation_id", name=op.f("uq_firmtext_event_answer_message_id_invitation_id")
        ),
    )
    op.create_index(
        "ix_firmtext_event_answer_untold",
        "firmtext_event_answer",
        ["not_before"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL AND not_before IS NOT NULL"),
        sqlite_where=sa.text("told_at IS NULL AND not_before IS NOT NULL"),
    )
    op.create_table(
        "firmtext_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.LargeBinary(), nullable=True),
        sa.Column("refused", sa.String(length=32), nullable=True),
        sa.Column("n", sa.SmallInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["firmtext_invitation.id"], name=op.f("fk_firmtext_notice_invitation_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_notice_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_notice")),
    )
    op.create_index(
        op.f("ix_firmtext_notice_invitation_id_created_at"),
        "firmtext_notice",
        ["invitation_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_firmtext_notice_message_id"), "firmtext_notice", ["message_id"], unique=False)
    op.create_table(
        "firmtext_reply_due",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["firmtext_message.id"], name=op.f("fk_firmtext_reply_due_message_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_firmtext_reply_due")),
    )
    op.create_index(op.f("ix_firmtext_reply_due_not_before"), "firmtext_reply_due", ["not_before"], unique=False)
    op.add_column("firmtext_message", sa.Column("quiet_zone", sa.String(length=255), nullable=True))
    op.add_column("firmtext_texting", sa.Column("plan", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column("firmtext_texting", sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("firmtext_texting", "chosen_at")
    op.drop_column("firmtext_texting", "plan")
    op.drop_column("firmtext_message", "quiet_zone")
    op.drop_index(op.f("ix_firmtext_reply_due_not_before"), table_name="firmtext_reply_due")
    op.drop_table("firmtext_reply_due")
    op.drop_index(op.f("ix_firmtext_notice_message_id"), table_name="firmtext_notice")
    op.drop_index(op.f("ix_firmtext_notice_invitation_id_created_at"), table_name="firmtext_notice")
    op.drop_table("firmtext_notice")
    op.drop_index(
        "ix_firmtext_event_answer_untold",
        table_name="firmtext_event_answer",
        postgresql_where=sa.text("told_at IS NULL AND not_before IS NOT NULL"),
        sqlite_where=sa.text("told_at IS NULL AND not_before IS NOT NULL"),
    )
    op.drop_table("firmtext_event_answer")
    op.drop_index(
        "ix_firmtext_reminder_due",
        table_name="firmtext_reminder",
        postgresql_where=sa.text("state = 'planned'"),
        sqlite_where=sa.text("state = 'planned'"),
    )
    op.drop_table("firmtext_reminder")
    op.drop_index(
        "ix_firmtext_invitation_due",
        table_name="firmtext_invitation",
        postgresql_where=sa.text("notice_at IS NOT NULL"),
        sqlite_where=sa.text("notice_at IS NOT NULL"),
    )
    op.drop_index(op.f("ix_firmtext_invitation_firm_contact"), table_name="firmtext_invitation")
    op.drop_table("firmtext_invitation")
    op.drop_index(
        "ix_firmtext_event_plan",
        table_name="firmtext_event",
        postgresql_where=sa.text("state = 'planned'"),
        sqlite_where=sa.text("state = 'planned'"),
    )
    op.drop_index(op.f("ix_firmtext_event_event"), table_name="firmtext_event")
    op.drop_table("firmtext_event")

"""What an operator asks of all firms: failures by time, the newest report, the newest text of a client."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

FAILED = sa.text("state = 'failed'")
INBOUND = sa.text("direction = 'in'")


def upgrade() -> None:
    op.create_index(
        "ix_firmtext_message_failed",
        "firmtext_message",
        ["state_at", "code"],
        postgresql_where=FAILED,
        sqlite_where=FAILED,
    )
    op.create_index(
        "ix_firmtext_message_inbound",
        "firmtext_message",
        ["created_at"],
        postgresql_where=INBOUND,
        sqlite_where=INBOUND,
    )
    op.create_index(op.f("ix_firmtext_status_event_received_at"), "firmtext_status_event", ["received_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_firmtext_status_event_received_at"), table_name="firmtext_status_event")
    op.drop_index(
        "ix_firmtext_message_inbound", table_name="firmtext_message", postgresql_where=INBOUND, sqlite_where=INBOUND
    )
    op.drop_index(
        "ix_firmtext_message_failed", table_name="firmtext_message", postgresql_where=FAILED, sqlite_where=FAILED
    )

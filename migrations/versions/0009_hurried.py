"""Whether a person wants a text about an event to go at once; nobody asks for events of all firms by reference."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("firmtext_invitation", sa.Column("hurried", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.drop_index(op.f("ix_firmtext_event_event"), table_name="firmtext_event")


def downgrade() -> None:
    op.create_index(op.f("ix_firmtext_event_event"), "firmtext_event", ["event"])
    op.drop_column("firmtext_invitation", "hurried")

"""How far sending has come, and in which database: a restored backup is noticed by it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("firmtext_account", sa.Column("mark", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("firmtext_account", sa.Column("line", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("firmtext_account", "line")
    op.drop_column("firmtext_account", "mark")

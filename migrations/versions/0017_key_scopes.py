"""A scope's keys are found by it, whatever became of them: whoever erases destroys every one."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEX = "ix_firmtext_key_firm_scope"


def upgrade() -> None:
    op.create_index(op.f(INDEX), "firmtext_key", ["firm", "scope"])


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="firmtext_key")

"""Keys that are replaced while everything goes on, and how far that has come."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
OPEN = sa.text("done_at IS NULL")
MOMENTS = ("replaced_at", "empty_at", "retired_at")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("firmtext_key", sa.Column(name, TIME, nullable=True))
    op.add_column("firmtext_key_check", sa.Column("since", TIME, nullable=True))
    op.add_column("firmtext_file", sa.Column("moved_to", sa.Uuid(), nullable=True))
    # So far the keys of strangers' files were called retired, and their files are still there.
    op.execute("UPDATE firmtext_key SET state = 'replaced' WHERE state = 'retired'")
    op.create_table(
        "firmtext_rotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_rotation")),
    )
    op.create_index(
        "uq_firmtext_rotation_open",
        "firmtext_rotation",
        ["firm"],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_table(
        "firmtext_moved_index",
        sa.Column("firm", sa.String(length=255), nullable=False),
        sa.Column("was", sa.LargeBinary(length=16), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.PrimaryKeyConstraint("firm", "was", name=op.f("pk_firmtext_moved_index")),
    )
    op.create_table(
        "firmtext_rotation_step",
        sa.Column("rotation_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("unreadable", sa.BigInteger(), nullable=False),
        sa.Column("passed_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["rotation_id"], ["firmtext_rotation.id"], name=op.f("fk_firmtext_rotation_step_rotation_id")
        ),
        sa.PrimaryKeyConstraint("rotation_id", "step", name=op.f("pk_firmtext_rotation_step")),
    )


def downgrade() -> None:
    op.execute("DELETE FROM firmtext_key_check WHERE name LIKE 'index %'")
    op.drop_table("firmtext_moved_index")
    op.drop_table("firmtext_rotation_step")
    op.drop_index("uq_firmtext_rotation_open", table_name="firmtext_rotation", postgresql_where=OPEN, sqlite_where=OPEN)
    op.drop_table("firmtext_rotation")
    op.execute("UPDATE firmtext_key SET state = 'retired' WHERE state = 'replaced'")
    # The bytes of a file that was moved are where it leads to; its own row has none, and nobody knew that once.
    moved = "SELECT id FROM firmtext_file WHERE moved_to IS NOT NULL"
    op.execute("DELETE FROM firmtext_file_piece WHERE file_id IN (" + moved + ")")  # noqa: S608 - our own words
    op.execute("DELETE FROM firmtext_file WHERE moved_to IS NOT NULL")
    op.drop_column("firmtext_file", "moved_to")
    op.drop_column("firmtext_key_check", "since")
    for name in reversed(MOMENTS):
        op.drop_column("firmtext_key", name)

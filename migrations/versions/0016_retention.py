"""Rules of retention, legal holds, and what was erased."""

import sqlalchemy as sa
from alembic import op
from alembic.util.exc import CommandError

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
REF = sa.String(length=255)
STANDING, OPEN, FULL = (sa.text(f"{name} IS NULL") for name in ("lifted_at", "done_at", "emptied_at"))


def upgrade() -> None:
    op.add_column("firmtext_conversation", sa.Column("erased_at", TIME, nullable=True))
    op.create_table(
        "firmtext_retention",
        sa.Column("firm", REF, nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("turn", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("changed_by", REF, nullable=True),
        sa.Column("changed_at", TIME, nullable=True),
        sa.Column("looked_at", TIME, nullable=True),
        sa.Column("refused", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("firm", name=op.f("pk_firmtext_retention")),
    )
    _holds()
    _erasures()


def _holds() -> None:
    op.create_table(
        "firmtext_legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("object", REF, nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("by", REF, nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.Column("lifted_by", REF, nullable=True),
        sa.Column("lifted_why", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_legal_hold")),
    )
    op.create_index(op.f("ix_firmtext_legal_hold_firm_since"), "firmtext_legal_hold", ["firm", "since"])
    _partial("uq_firmtext_legal_hold_standing", "firmtext_legal_hold", ["firm", "kind", "object"], STANDING, True)
    op.create_table(
        "firmtext_legal_hold_contact",
        sa.Column("hold_id", sa.Uuid(), nullable=False),
        sa.Column("contact", REF, nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["firmtext_legal_hold.id"], name=op.f("fk_firmtext_legal_hold_contact_hold_id")
        ),
        sa.PrimaryKeyConstraint("hold_id", "contact", name=op.f("pk_firmtext_legal_hold_contact")),
    )
    op.create_index(
        op.f("ix_firmtext_legal_hold_contact_firm_contact"), "firmtext_legal_hold_contact", ["firm", "contact"]
    )


def _erasures() -> None:
    op.create_table(
        "firmtext_erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("contact", REF, nullable=True),
        sa.Column("shared", sa.JSON(), nullable=False),
        sa.Column("by", REF, nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("begun_at", TIME, nullable=False),
        sa.Column("look_at", TIME, nullable=False),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firmtext_erasure")),
    )
    op.create_index(op.f("ix_firmtext_erasure_firm_begun_at"), "firmtext_erasure", ["firm", "begun_at"])
    _partial("ix_firmtext_erasure_open", "firmtext_erasure", ["look_at"], OPEN)
    op.create_table(
        "firmtext_erased",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("firm", REF, nullable=False),
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("by", REF, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("texts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("files", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("emptied_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["firmtext_conversation.id"], name=op.f("fk_firmtext_erased_conversation_id")
        ),
        sa.ForeignKeyConstraint(["erasure_id"], ["firmtext_erasure.id"], name=op.f("fk_firmtext_erased_erasure_id")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_firmtext_erased")),
    )
    op.create_index(op.f("ix_firmtext_erased_erasure_id"), "firmtext_erased", ["erasure_id"])
    _partial("ix_firmtext_erased_full", "firmtext_erased", ["firm", "at"], FULL)


def _partial(name: str, table: str, columns: list[str], where: sa.TextClause, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    _refuse_while_held()
    for table in ("erased", "erasure", "legal_hold_contact", "legal_hold", "retention"):
        op.drop_table(f"firmtext_{table}")
    op.drop_column("firmtext_conversation", "erased_at")


def _refuse_while_held() -> None:
    hold = sa.table("firmtext_legal_hold", sa.column("lifted_at"))
    standing = sa.select(sa.func.count()).select_from(hold).where(hold.c.lifted_at.is_(None))
    if count := op.get_bind().scalar(standing):
        raise CommandError(
            f"Legal holds that stand would be lost: {count}. `flask firmtext retention holds` shows them; whoever set "
            "them decides, then `flask firmtext retention lift` lifts each. Nothing was changed."
        )

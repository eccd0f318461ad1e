"""Searches of Amazon's catalogue by sellers."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalog_searches",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("query", sa.String(200), nullable=False),
        sa.Column("is_code", sa.Boolean(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime, nullable=True),
        sa.Column("problem", StoredReason, nullable=True),
        sa.Column("found", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_catalog_searches"),
        if_not_exists=True,
    )
    for name, columns in (("due", ["done_at", "not_before"]), ("user", ["user_id", "asked_at"])):
        op.create_index(f"ix_catalog_searches_{name}", "catalog_searches", columns, if_not_exists=True)

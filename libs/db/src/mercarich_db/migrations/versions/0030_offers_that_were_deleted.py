"""Offers that were deleted: Amazon may show them again."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "removed_offers",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("sku", exact(64), nullable=False),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("removed_at", UtcDateTime, nullable=False),
        sa.Column("next_read_at", UtcDateTime, nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.Column("shown", sa.Integer, nullable=True),
        sa.Column("returns", sa.Integer, nullable=False),
        sa.Column("came_back_at", UtcDateTime, nullable=True),
        sa.Column("zeroed_at", UtcDateTime, nullable=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("user_id", "sku", name="pk_removed_offers"),
        if_not_exists=True,
    )
    op.create_index("ix_removed_offers_read", "removed_offers", ["user_id", "next_read_at"], if_not_exists=True)
    op.create_index("ix_removed_offers_shown", "removed_offers", ["shown", "user_id"], if_not_exists=True)

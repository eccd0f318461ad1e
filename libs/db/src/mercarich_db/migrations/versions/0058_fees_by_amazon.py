"""Amazon's estimate of the fee of each offer."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_fees",
        sa.Column("listing_id", Id, autoincrement=False, nullable=False),
        sa.Column("fee_jpy", sa.Integer(), nullable=True),
        sa.Column("fixed_jpy", sa.Integer(), nullable=True),
        sa.Column("of_price_jpy", sa.Integer(), nullable=True),
        sa.Column("estimated_at", UtcDateTime, nullable=True),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("claim", exact(32), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("problem", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing_fees"),
        if_not_exists=True,
    )
    op.create_index("ix_listing_fees_next", "listing_fees", ["next_at"], if_not_exists=True)

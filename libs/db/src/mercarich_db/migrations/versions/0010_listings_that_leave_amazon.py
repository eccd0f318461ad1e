"""Listings that are to be deleted at Amazon, too, before their rows go."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_removals",
        sa.Column("listing_id", Id, nullable=False, autoincrement=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("wanted_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.Column("accepted_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing_removals"),
    )
    op.create_index("ix_listing_removals_user_id", "listing_removals", ["user_id", "accepted_at"])

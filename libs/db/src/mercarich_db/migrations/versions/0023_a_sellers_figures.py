"""A seller's figures: counted from an index alone."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_listings_shop",
        "listings",
        [
            *("user_id", "listed", "orphan", "quantity", "hold_id", "searching", "stopped_at"),
            *("push_pending", "pushed_quantity", "listing_quantity", "push_problem", "source_item_id"),
        ],
        if_not_exists=True,
    )

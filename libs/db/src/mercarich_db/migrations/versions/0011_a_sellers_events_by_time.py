"""A seller's events by time: the fortnight's figures of the home page, and what happened last."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_listing_events_user", "listing_events", ["user_id", "at", "kind"])

"""Listings that want a replacement in the order of an update run: a page is read by index."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_listings_searched", "listings", ["searching", "marketplace", "searched_at", "id"], if_not_exists=True
    )

"""Deleted offers: from which of its seller's stores each was deleted, and when Amazon has shown its zero.

The store is that of the account that is linked now. A zero counts as shown if the last read has found 0 after it.
"""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime, exact

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("removed_offers", sa.Column("seller_id", exact(32), nullable=True))
    store = "SELECT seller_id FROM amazon_accounts WHERE amazon_accounts.user_id = removed_offers.user_id"
    add_missing("removed_offers", sa.Column("zero_shown_at", UtcDateTime, nullable=True))
    op.execute(f"UPDATE removed_offers SET seller_id = ({store}) WHERE seller_id IS NULL")
    op.execute(
        "UPDATE removed_offers SET zero_shown_at = read_at"
        " WHERE zero_shown_at IS NULL AND shown = 0 AND read_at > zeroed_at"
    )

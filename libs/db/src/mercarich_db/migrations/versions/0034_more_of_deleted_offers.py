"""From which of its seller's stores at Amazon an offer was deleted: that of the account that is linked now."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("removed_offers", sa.Column("seller_id", exact(32), nullable=True))
    store = "SELECT seller_id FROM amazon_accounts WHERE amazon_accounts.user_id = removed_offers.user_id"
    op.execute(f"UPDATE removed_offers SET seller_id = ({store}) WHERE seller_id IS NULL")

"""What a source's postage costs, and offers' prices in the index that counts a seller's figures."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_SHOP = [
    *("user_id", "listed", "orphan", "quantity", "hold_id", "searching", "stopped_at"),
    *("push_pending", "pushed_quantity", "listing_quantity", "push_problem", "source_item_id", "offer_price_jpy"),
]


def upgrade() -> None:
    add_missing("source_items", sa.Column("postage_jpy", sa.Integer(), nullable=True))
    indexes = {index["name"]: index["column_names"] for index in sa.inspect(op.get_bind()).get_indexes("listings")}
    if indexes.get("ix_listings_shop") != _SHOP:
        op.drop_index("ix_listings_shop", "listings", if_exists=True)
        op.create_index("ix_listings_shop", "listings", _SHOP)

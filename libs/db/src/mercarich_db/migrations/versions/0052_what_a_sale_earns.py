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
    connection = op.get_bind()
    indexes = {index["name"]: index["column_names"] for index in sa.inspect(connection).get_indexes("listings")}
    if indexes.get("ix_listings_shop") == _SHOP:
        return
    if connection.dialect.name == "sqlite":
        op.drop_index("ix_listings_shop", "listings", if_exists=True)
        op.create_index("ix_listings_shop", "listings", _SHOP)
    else:  # at no moment is there none of that name: the pages of the release before name it in a hint
        columns = ", ".join(_SHOP)
        op.execute(f"ALTER TABLE listings DROP INDEX ix_listings_shop, ADD INDEX ix_listings_shop ({columns})")

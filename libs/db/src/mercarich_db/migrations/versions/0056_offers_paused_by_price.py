"""Offers that are down because a sale would earn too little, and the limits of single listings."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_SHOP = [
    *("user_id", "listed", "orphan", "quantity", "hold_id", "searching", "stopped_at"),
    *("push_pending", "pushed_quantity", "listing_quantity", "push_problem", "source_item_id", "offer_price_jpy"),
    "paused_at",
]


def upgrade() -> None:
    add_missing(
        "listings",
        sa.Column("paused_at", UtcDateTime, nullable=True),
        sa.Column("held_at", UtcDateTime, nullable=True),
        sa.Column("least_profit_jpy", sa.Integer(), nullable=True),
    )
    add_missing("runs", *_counts("dearer", "paused", "recovered"))
    add_missing("run_sellers", *_counts("dearer", "cheaper"))
    op.create_index("ix_listings_paused", "listings", ["paused_at", "user_id", "marketplace"], if_not_exists=True)
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


def _counts(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False, server_default="0") for name in names]

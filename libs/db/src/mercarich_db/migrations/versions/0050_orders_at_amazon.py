"""Orders at Amazon, and how far each store's are read."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_items",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("seller_id", exact(32), nullable=False),
        sa.Column("order_id", exact(32), nullable=False),
        sa.Column("order_item_id", exact(32), nullable=False),
        sa.Column("sku", exact(64), nullable=True),
        sa.Column("asin", exact(16), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unfulfilled", sa.Integer(), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("status", exact(24), nullable=False),
        sa.Column("cancelled_by", exact(16), nullable=True),
        sa.Column("ordered_at", UtcDateTime, nullable=False),
        sa.Column("ship_by", UtcDateTime, nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("listing_id", Id, nullable=True),
        sa.Column("source_item_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_order_items"),
        sa.UniqueConstraint("user_id", "order_item_id", name="uq_order_items_user_id_order_item_id"),
        if_not_exists=True,
    )
    for name, columns in (
        ("ix_order_items_open", ["user_id", "status", "ship_by"]),
        ("ix_order_items_day", ["user_id", "ordered_at"]),
        ("ix_order_items_source", ["source_item_id"]),
    ):
        op.create_index(name, "order_items", columns, if_not_exists=True)
    op.create_table(
        "order_reads",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("seller_id", exact(32), nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("read_until", UtcDateTime, nullable=True),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.Column("next_read_at", UtcDateTime, nullable=False),
        sa.Column("problem", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_order_reads"),
        if_not_exists=True,
    )
    op.create_index("ix_order_reads_next", "order_reads", ["next_read_at"], if_not_exists=True)

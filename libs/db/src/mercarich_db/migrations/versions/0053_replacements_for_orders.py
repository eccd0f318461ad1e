"""Searches for a source of an order whose own is gone, and what they found."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_searches",
        sa.Column("order_item_id", Id, autoincrement=False, nullable=False),
        sa.Column("gone_at", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("claim", exact(32), nullable=True),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("searches", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("searched_at", UtcDateTime, nullable=True),
        sa.Column("result", StoredReason, nullable=True),
        sa.Column("found_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("order_item_id", name="pk_order_searches"),
        if_not_exists=True,
    )
    op.create_table(
        "order_replacements",
        sa.Column("order_item_id", Id, autoincrement=False, nullable=False),
        sa.Column("source_item_id", Id, autoincrement=False, nullable=False),
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=False),
        sa.Column("postage_jpy", sa.Integer(), nullable=True),
        sa.Column("landed_jpy", sa.Integer(), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("order_item_id", "source_item_id", name="pk_order_replacements"),
        if_not_exists=True,
    )
    op.create_index("ix_order_replacements_source", "order_replacements", ["source_item_id"], if_not_exists=True)
    op.create_index("ix_order_items_status", "order_items", ["status", "source_item_id"], if_not_exists=True)

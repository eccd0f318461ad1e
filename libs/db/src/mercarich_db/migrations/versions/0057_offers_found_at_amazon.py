"""Offers that sellers have at Amazon, and the reads that find them."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "amazon_offers_found",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("sku", exact(64), nullable=False),
        sa.Column("asin", exact(16), nullable=True),
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("channel", exact(16), nullable=True),
        sa.Column("item_condition", exact(32), nullable=True),
        sa.Column("status", exact(24), nullable=True),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.Column("read_number", sa.Integer(), nullable=False),
        sa.Column("marketplace", exact(16), nullable=True),
        sa.Column("item_id", exact(64), nullable=True),
        sa.Column("matched_by", exact(8), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_amazon_offers_found"),
        sa.UniqueConstraint("user_id", "sku", name="uq_amazon_offers_found_user_id_sku"),
        if_not_exists=True,
    )
    for name, columns in (
        ("ix_amazon_offers_found_source", ["user_id", "marketplace", "item_id"]),
        ("ix_amazon_offers_found_read", ["user_id", "read_number"]),
    ):
        op.create_index(name, "amazon_offers_found", columns, if_not_exists=True)
    op.create_table(
        "amazon_offer_reads",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("seller_id", exact(32), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_from", UtcDateTime, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("begun_at", UtcDateTime, nullable=True),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("report_id", exact(64), nullable=True),
        sa.Column("requested_at", UtcDateTime, nullable=True),
        sa.Column("claim", exact(32), nullable=True),
        sa.Column("next_at", UtcDateTime, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("unreadable", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime, nullable=True),
        sa.Column("problem", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("user_id", name="pk_amazon_offer_reads"),
        if_not_exists=True,
    )
    op.create_index("ix_amazon_offer_reads_next", "amazon_offer_reads", ["next_at"], if_not_exists=True)

"""Offers that are created at Amazon."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_creations",
        sa.Column("listing_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("way", exact(16), nullable=False),
        sa.Column("asin", exact(16), nullable=True),
        sa.Column("condition_type", exact(32), nullable=True),
        sa.Column("condition_note", sa.String(1000), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("handling_days", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", exact(32), nullable=True),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("problem", StoredReason, nullable=True),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("listing_id", name="pk_listing_creations"),
        if_not_exists=True,
    )
    for name, columns in (
        ("due", ["ended_at", "not_before", "user_id"]),
        ("user", ["user_id", "ended_at"]),
        ("sent", ["user_id", "sent_at"]),
    ):
        op.create_index(f"ix_listing_creations_{name}", "listing_creations", columns, if_not_exists=True)

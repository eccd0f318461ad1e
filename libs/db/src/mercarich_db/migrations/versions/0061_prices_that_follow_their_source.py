"""Prices that follow their source: bounds of listings, prices on their way to Amazon, and their tallies."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "listings",
        sa.Column("least_price_jpy", sa.Integer(), nullable=True),
        sa.Column("most_price_jpy", sa.Integer(), nullable=True),
    )
    add_missing(
        "job_rows",
        sa.Column("least_price", sa.Integer(), nullable=True),
        sa.Column("most_price", sa.Integer(), nullable=True),
    )
    for table in ("runs", "run_sellers"):
        add_missing(table, sa.Column("repriced", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "repricings",
        sa.Column("listing_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("from_jpy", sa.Integer(), nullable=True),
        sa.Column("to_jpy", sa.Integer(), nullable=True),
        sa.Column("source_item_id", Id, nullable=True),
        sa.Column("asked_at", UtcDateTime, nullable=True),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim", exact(32), nullable=True),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("problem", StoredReason, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("stopped_at", UtcDateTime, nullable=True),
        sa.Column("stop_reason", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("listing_id", name="pk_repricings"),
        if_not_exists=True,
    )
    op.create_index("ix_repricings_due", "repricings", ["ended_at", "not_before", "user_id"], if_not_exists=True)
    op.create_index("ix_repricings_stopped", "repricings", ["user_id", "stopped_at"], if_not_exists=True)

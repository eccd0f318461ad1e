"""Links in messages by which whoever has one decides on a replacement, and whether a seller wants them."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, UtcDateTime, exact

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decision_links",
        sa.Column("token_hash", exact(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("revival_id", Id, nullable=False),
        sa.Column("way", exact(16), nullable=False),
        sa.Column("shown", exact(96), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("ended_by", exact(16), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name="pk_decision_links"),
        if_not_exists=True,
    )
    for column in ("user", "listing"):
        op.create_index(f"ix_decision_links_{column}", "decision_links", [f"{column}_id"], if_not_exists=True)
    add_missing("notice_ways", sa.Column("deciding_links", sa.Boolean(), nullable=True))

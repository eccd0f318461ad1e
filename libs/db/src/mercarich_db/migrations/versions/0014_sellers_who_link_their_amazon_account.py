"""Sellers who are on their way to Amazon's consent page, so that only they come back from it, once."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "amazon_links",
        sa.Column("state_hash", exact(64), nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("session_hash", exact(64), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name="pk_amazon_links"),
        if_not_exists=True,
    )

"""What a person released of a hold, listing by listing, until a checker has applied it."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hold_releases",
        sa.Column("hold_id", Id, nullable=False),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("released_at", UtcDateTime, nullable=False),
        sa.Column("released_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "listing_id", name="pk_hold_releases"),
        if_not_exists=True,
    )

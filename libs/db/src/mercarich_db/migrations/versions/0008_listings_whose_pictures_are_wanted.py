"""Listings whose pictures are still to be saved."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures_wanted",
        sa.Column("listing_id", Id, nullable=False, autoincrement=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=True),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("listing_id", name="pk_pictures_wanted"),
    )
    op.create_index("ix_pictures_wanted_place", "pictures_wanted", ["place", "listing_id"])

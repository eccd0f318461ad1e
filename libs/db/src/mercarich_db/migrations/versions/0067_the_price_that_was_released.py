"""The price that a person saw when releasing a listing, and that another one was asked for when it was applied."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "hold_releases",
        sa.Column("shown_jpy", sa.Integer(), nullable=True),
        sa.Column("differs_at", UtcDateTime, nullable=True),
    )

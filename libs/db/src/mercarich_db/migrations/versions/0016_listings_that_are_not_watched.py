"""Listings that their seller has stopped watching."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("stopped_at", UtcDateTime, nullable=True))

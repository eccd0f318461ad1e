"""When a result page last showed a source open: a look at it is worth less for a while."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("source_items", sa.Column("glimpsed_at", UtcDateTime, nullable=True))

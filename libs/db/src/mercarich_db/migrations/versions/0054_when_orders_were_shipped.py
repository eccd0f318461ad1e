"""When an ordered item was shipped, by which late shipments are counted."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("order_items", sa.Column("shipped_at", UtcDateTime, nullable=True))

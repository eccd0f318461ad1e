"""What a person must look at before it serves an order: why the pictures refused it."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import StoredReason

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("order_replacements", sa.Column("doubt", StoredReason, nullable=True))

"""When a source was first missed: the second miss is compared with it."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("source_items", sa.Column("missed_at", UtcDateTime, nullable=True))

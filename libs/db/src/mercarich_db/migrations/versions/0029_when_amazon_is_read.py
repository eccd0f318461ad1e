"""When Amazon is to be read: after each push, zeros every hour, and all offers every day."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("next_read_at", UtcDateTime, nullable=True))
    op.execute("UPDATE listings SET next_read_at = changed_at WHERE listed AND push_pending = 0 AND NOT orphan")
    op.create_index("ix_listings_read", "listings", ["user_id", "next_read_at"], if_not_exists=True)

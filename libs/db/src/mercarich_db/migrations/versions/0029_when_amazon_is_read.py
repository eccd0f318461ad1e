"""When Amazon is to be read back: of restores, too, and found by an index."""

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
    # Accepted zeros that no process has read back; a restore of before is not asked about again.
    op.execute(
        "UPDATE listings SET next_read_at = pushed_at"
        " WHERE push_pending = 0 AND quantity = 0 AND pushed_quantity = 0 AND verified_at IS NULL"
    )
    op.create_index("ix_listings_read", "listings", ["user_id", "next_read_at"], if_not_exists=True)

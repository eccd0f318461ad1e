"""To which revision of a listing the failed pushes belong, and the wait after them."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("push_failed_revision", sa.Integer, nullable=True))
    # Withdrawals that wait now may do so because an older quantity was refused: one more try for each.
    op.execute(
        "UPDATE listings SET push_failed_revision = revision - 1"
        " WHERE push_pending = 1 AND quantity = 0 AND push_not_before IS NOT NULL AND push_failed_revision IS NULL"
    )

"""What operators change in the pages: why a setting was changed, starts they want now, and what a pool may get."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import UtcDateTime, exact

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("settings_history", sa.Column("note", sa.String(255), nullable=True))
    for name in ("lowest", "highest", "partitions", "affordable", "per_replica"):
        op.add_column("pool_status", sa.Column(name, sa.Integer, nullable=True))
    op.create_table(
        "schedule_wishes",
        sa.Column("name", exact(64), nullable=False),
        sa.Column("wanted_at", UtcDateTime, nullable=False),
        sa.Column("wanted_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_wishes"),
    )

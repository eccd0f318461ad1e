"""Since when each row of the schedule is here: one that never starts is overdue, too."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import UtcDateTime, exact

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedule_known",
        sa.Column("name", exact(64), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_known"),
        if_not_exists=True,
    )

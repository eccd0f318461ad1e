"""What became of a start that somebody wanted in the pages, where a Job has to be made for it."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "schedule_wishes",
        sa.Column("job", exact(63), nullable=True),
        sa.Column("problem", sa.String(255), nullable=True),
    )

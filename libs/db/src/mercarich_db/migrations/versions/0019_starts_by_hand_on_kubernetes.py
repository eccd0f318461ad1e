"""What became of a start that somebody wanted in the pages, where a Job has to be made for it."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import exact

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schedule_wishes", sa.Column("job", exact(63), nullable=True))
    op.add_column("schedule_wishes", sa.Column("problem", sa.String(255), nullable=True))

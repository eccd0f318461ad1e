"""Notes that sellers write to their listings."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("listings", "job_rows"):
        add_missing(table, sa.Column("note", sa.String(1000), nullable=True))

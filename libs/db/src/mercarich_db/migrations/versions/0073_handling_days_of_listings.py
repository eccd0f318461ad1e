"""Handling days that sellers give to their listings."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("listings", "job_rows"):
        add_missing(table, sa.Column("handling_days", sa.SmallInteger(), nullable=True))

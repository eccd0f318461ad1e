"""How many of each seller's listings an update run has given another source."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("run_sellers", sa.Column("revived", sa.Integer, nullable=False, server_default="0"))

"""How many of its own source items each seller of a run has had seen."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("run_sellers", sa.Column("seen", sa.Integer, nullable=False, server_default="0"))

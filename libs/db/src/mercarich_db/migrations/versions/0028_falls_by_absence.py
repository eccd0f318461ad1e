"""Falls by absence of the source, which the brake counts apart."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("run_sellers", sa.Column("absent", sa.Integer, nullable=False, server_default="0"))

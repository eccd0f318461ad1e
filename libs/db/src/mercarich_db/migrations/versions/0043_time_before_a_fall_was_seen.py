"""How long the listings that fell in a run were on sale before it was seen, by seller."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("run_sellers", sa.Column("unseen_seconds", sa.BigInteger(), nullable=True))

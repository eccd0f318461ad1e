"""What Amazon's buyer pays for an offer: a replacement may cost as much as that leaves."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("offer_price_jpy", sa.Integer(), nullable=True))
    add_missing("job_rows", sa.Column("price", sa.Integer(), nullable=True))

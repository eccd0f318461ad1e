"""What an item for an order looks like, beside the picture of what was ordered."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("order_replacements", sa.Column("jpeg", sa.LargeBinary, nullable=True))

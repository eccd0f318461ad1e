"""The token of the claim that a row is under: whose it is after a connection broke, and what died together."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("source_items", sa.Column("check_claim", exact(32), nullable=True))
    add_missing("listings", sa.Column("update_claim", exact(32), nullable=True))

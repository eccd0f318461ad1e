"""Quantities that sellers typed while their offers were up."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("listings", sa.Column("edited_quantity", sa.Integer(), nullable=True))

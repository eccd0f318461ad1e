"""Routes that a run does not believe, and the route of a hold."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import exact

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("runs", sa.Column("doubts", sa.Text, nullable=True))
    add_missing("holds", sa.Column("route", exact(16), nullable=True))

"""Cancelled orders whose source went after them: exposure does not predict these."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("forecast_outcomes", sa.Column("cancelled_later", sa.Integer(), nullable=False, server_default="0"))

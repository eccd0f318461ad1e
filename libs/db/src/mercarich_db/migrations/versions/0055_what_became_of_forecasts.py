"""What became of orders, by which the forecast of cancellations is calibrated."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import UtcDateTime, exact

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast_outcomes",
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("cancelled", sa.Integer(), nullable=False),
        sa.Column("counted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("marketplace", name="pk_forecast_outcomes"),
        if_not_exists=True,
    )

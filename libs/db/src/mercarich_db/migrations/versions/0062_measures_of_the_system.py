"""What the pages' process last measured of the system as a whole, and a sample of it for each few minutes."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import StoredReason, UtcDateTime, exact

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "system_measures",
        sa.Column("part", exact(16), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("number", sa.Float(), nullable=True),
        sa.Column("reason", StoredReason, nullable=True),
        sa.Column("measured_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("part", "marketplace", name="pk_system_measures"),
        if_not_exists=True,
    )
    op.create_table(
        "system_samples",
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("lag", sa.Integer(), nullable=True),
        sa.Column("oldest_seconds", sa.Float(), nullable=True),
        sa.Column("push_seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("at", "marketplace", name="pk_system_samples"),
        if_not_exists=True,
    )

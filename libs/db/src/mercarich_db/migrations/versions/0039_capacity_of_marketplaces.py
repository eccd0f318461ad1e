"""What the sources of each marketplace need, and what its proxy's budget gives; the cap of a pool by it."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, UtcDateTime, exact

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "capacities",
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("sources", Id, autoincrement=False, nullable=True),
        sa.Column("calls", Id, autoincrement=False, nullable=True),
        sa.Column("often_sources", Id, autoincrement=False, nullable=True),
        sa.Column("often_calls", Id, autoincrement=False, nullable=True),
        sa.Column("counted_at", UtcDateTime, nullable=True),
        sa.Column("allowed_per_second", sa.Float(), nullable=True),
        sa.Column("in_force_per_second", sa.Float(), nullable=True),
        sa.Column("heard_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("marketplace", name="pk_capacities"),
        if_not_exists=True,
    )
    add_missing("pool_status", sa.Column("useful", sa.Integer(), nullable=True))

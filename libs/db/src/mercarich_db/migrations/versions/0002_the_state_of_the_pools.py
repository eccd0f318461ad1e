"""The state of the worker pools, as the operator last saw and set them."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pool_status",
        sa.Column("pool", exact(64), nullable=False),
        sa.Column("settings_key", exact(64), nullable=False),
        sa.Column("mode", exact(16), nullable=False),
        sa.Column("wanted_min", sa.Integer(), nullable=False),
        sa.Column("wanted_max", sa.Integer(), nullable=False),
        sa.Column("min", sa.Integer(), nullable=False),
        sa.Column("max", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("desired", sa.Integer(), nullable=False),
        sa.Column("ready", sa.Integer(), nullable=False),
        sa.Column("backlog", Id, nullable=False),
        sa.Column("lag", Id, nullable=False),
        sa.Column("revision", Id, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("pool", name=op.f("pk_pool_status")),
    )

"""Sources are watched all day: what their pages show, when each is looked at next, and how fast such sources go."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import UtcDateTime, exact

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "source_items",
        sa.Column("look_class", sa.Integer, nullable=True),
        sa.Column("due_at", UtcDateTime, nullable=True),
        sa.Column("end_at", UtcDateTime, nullable=True),
        sa.Column("auto_extend", sa.Boolean, nullable=True),
        sa.Column("bids", sa.Integer, nullable=True),
        sa.Column("likes", sa.Integer, nullable=True),
        sa.Column("item_created_at", UtcDateTime, nullable=True),
        sa.Column("item_updated_at", UtcDateTime, nullable=True),
    )
    worth, special = ["marketplace", "look_class", "checked_at", "id"], ["marketplace", "due_at", "id"]
    op.create_index("ix_source_items_worth", "source_items", worth, if_not_exists=True)
    op.create_index("ix_source_items_special", "source_items", special, if_not_exists=True)
    op.create_table(
        "hazard_cells",
        sa.Column("marketplace", exact(16), primary_key=True),
        sa.Column("cell", exact(32), primary_key=True),
        sa.Column("alive_seconds", sa.Float, nullable=False),
        sa.Column("gone", sa.Float, nullable=False),
        sa.Column("decayed_at", UtcDateTime, nullable=False),
        if_not_exists=True,
    )

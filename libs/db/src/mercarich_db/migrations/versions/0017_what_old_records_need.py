"""What deleting old records looks for by index, how many of them went, and items that were set aside."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_listing_events_evidence", "listing_events", ["evidence_id"], if_not_exists=True)
    op.create_index("ix_source_items_problem", "source_items", ["check_problem", "id"], if_not_exists=True)
    op.create_table(
        "prunings",
        sa.Column("record", exact(32), nullable=False),
        sa.Column("rows", Id, nullable=False, autoincrement=False),
        sa.Column("pruned_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_prunings"),
        if_not_exists=True,
    )

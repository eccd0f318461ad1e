"""The items of a run that are with a worker, found without reading those that still wait."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_source_items_claimed", "source_items", ["check_run", "check_attempts"], unique=False)

"""What a hold is for: one for unreadable pages is not confirmed by the reader that could not read them."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import exact

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("holds", sa.Column("kind", exact(16), nullable=True))

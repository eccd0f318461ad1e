"""How fresh the looks at the sources on sale are, by marketplace and seller."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coverages",
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("sources", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=False),
        sa.Column("unseen", sa.Integer(), nullable=False),
        sa.Column("half_since", UtcDateTime, nullable=True),
        sa.Column("most_since", UtcDateTime, nullable=True),
        sa.Column("oldest_at", UtcDateTime, nullable=True),
        sa.Column("counted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("marketplace", "user_id", name="pk_coverages"),
        if_not_exists=True,
    )

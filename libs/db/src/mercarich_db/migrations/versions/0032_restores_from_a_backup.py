"""When the database was restored from a backup, and whether all of it was looked at again."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "restorations",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("restored_at", UtcDateTime, nullable=False),
        sa.Column("verified_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_restorations"),
        if_not_exists=True,
    )

"""Pictures of replacements that wait for a person, as they were compared."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revival_pictures",
        sa.Column("listing_id", Id, autoincrement=False, nullable=False),
        sa.Column("revival_id", Id, nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", name="pk_revival_pictures"),
        if_not_exists=True,
    )

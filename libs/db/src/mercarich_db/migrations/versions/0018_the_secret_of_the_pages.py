"""The secret of which the pages make others, sealed with a key that can be replaced."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import UtcDateTime, exact

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_secrets",
        sa.Column("name", exact(32), nullable=False),
        sa.Column("sealed", sa.String(255), nullable=False),
        sa.Column("sealed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_secrets"),
        if_not_exists=True,
    )

"""Budgets of calls to the marketplaces that replicas of a proxy share."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, exact

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "egress_budgets",
        sa.Column("name", exact(64), nullable=False),
        sa.Column("revision", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_egress_budgets")),
        if_not_exists=True,
    )

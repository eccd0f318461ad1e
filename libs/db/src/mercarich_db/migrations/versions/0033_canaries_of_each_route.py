"""Routes that a run does not believe, the route of a hold, and the falls by absence of each route."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, exact

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("runs", sa.Column("doubts", sa.Text, nullable=True))
    add_missing("holds", sa.Column("route", exact(16), nullable=True))
    op.create_table(
        "run_absences",
        sa.Column("run_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("route", exact(16), nullable=False),
        sa.Column("absent", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "user_id", "route", name="pk_run_absences"),
        if_not_exists=True,
    )

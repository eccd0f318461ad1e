"""How many checks a day a seller wants of those that their plan allows."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("users", sa.Column("checks_a_day", sa.Integer, nullable=True))

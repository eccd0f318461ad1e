"""What a run looked at again, and the listings that were withdrawn when a person released its holds."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("released", "looked_again"):
        add_missing("runs", sa.Column(name, sa.Integer, nullable=False, server_default="0"))

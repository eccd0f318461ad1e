"""With which browser something was done, in the audit log."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing("audit_log", sa.Column("agent", sa.String(200), nullable=True))

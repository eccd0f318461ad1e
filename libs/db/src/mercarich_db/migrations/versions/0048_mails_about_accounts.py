"""Mails about changes of an account: what happened, and the address that was proven then."""

import sqlalchemy as sa

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import StoredReason

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_missing(
        "notice_sendings",
        sa.Column("reason", StoredReason, nullable=True),
        sa.Column("mail_address", sa.String(254), nullable=True),
    )

"""Browsers that show notices (web push), and which of them a sending goes to."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("endpoint_hash", exact(64), nullable=True),
        sa.Column("sealed", sa.String(2000), nullable=True),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("agent", sa.String(255), nullable=False),
        sa.Column("browser_hash", exact(64), nullable=False),
        sa.Column("session_hash", exact(64), nullable=False),
        sa.Column("kinds", sa.String(255), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("end_reason", StoredReason, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("endpoint_hash", name="uq_push_subscriptions_endpoint_hash"),
        if_not_exists=True,
    )
    indexes = {"user": ["user_id", "ended_at"], "browser": ["browser_hash"], "session": ["session_hash"]}
    for name, columns in indexes.items():
        op.create_index(f"ix_push_subscriptions_{name}", "push_subscriptions", columns, if_not_exists=True)
    add_missing("notice_sendings", sa.Column("push_id", Id, nullable=True))

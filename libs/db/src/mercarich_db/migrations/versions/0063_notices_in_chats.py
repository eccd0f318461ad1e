"""Notices in sellers' chats: where each goes, its secret sealed, and why a sending did not get there."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.migrations.columns import add_missing
from mercarich_db.types import Id, StoredReason, exact

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice_chats",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("way", exact(16), nullable=False),
        sa.Column("place", sa.String(255), nullable=False),
        sa.Column("sealed", sa.String(1000), nullable=False),
        sa.Column("kinds", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "way", name="pk_notice_chats"),
        if_not_exists=True,
    )
    add_missing("notice_sendings", sa.Column("refusal", StoredReason, nullable=True))

"""What housekeeping needs: pictures of listings, what was deleted on a day, paused schedules, checks of tokens."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_pictures",
        sa.Column("listing_id", Id, nullable=False, autoincrement=False),
        sa.Column("slot", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("path", exact(255), nullable=False),
        sa.PrimaryKeyConstraint("listing_id", "slot", name="pk_listing_pictures"),
    )
    op.create_index("ix_listing_pictures_path", "listing_pictures", ["path"])
    op.create_table(
        "deletions",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("day", exact(10), nullable=False),
        sa.Column("listings", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "day", name="pk_deletions"),
    )
    op.create_table(
        "schedule_pauses",
        sa.Column("name", exact(64), nullable=False),
        sa.Column("paused_at", UtcDateTime, nullable=False),
        sa.Column("paused_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_schedule_pauses"),
    )
    op.create_table(
        "token_checks",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("valid", sa.Integer, nullable=False),
        sa.Column("invalid", sa.Integer, nullable=False),
        sa.Column("unknown", sa.Integer, nullable=False),
        sa.Column("exposed", sa.Integer, nullable=False),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_token_checks"),
    )

"""What a revival needs: the pending update on the row, what was bought first, who is excluded, candidates."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _listings()
    _source_items()
    op.add_column("runs", sa.Column("revived", sa.Integer(), nullable=False, server_default="0"))
    _seller_rules()
    _candidates()
    _revivals()


def _listings() -> None:
    for column in (
        sa.Column("first_price_jpy", sa.Integer(), nullable=True),
        sa.Column("lead_time_days", sa.Integer(), nullable=True),
        sa.Column("restored_at", UtcDateTime, nullable=True),
        sa.Column("searched_at", UtcDateTime, nullable=True),
        sa.Column("update_run", Id, nullable=True),
        sa.Column("updated_run", Id, nullable=True),
        sa.Column("update_rank", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("update_attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("update_unknowns", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("update_not_before", UtcDateTime, nullable=True),
        sa.Column("update_problem", exact(32), nullable=True),
    ):
        op.add_column("listings", column)
    op.create_index("ix_listings_update", "listings", ["update_run", "update_rank", "id"], unique=False)
    op.create_index("ix_listings_update_claimed", "listings", ["update_run", "update_attempts"], unique=False)
    op.create_index("ix_listings_searching", "listings", ["searching", "marketplace", "id"], unique=False)


def _source_items() -> None:
    op.add_column("source_items", sa.Column("image_url", sa.String(512), nullable=True))
    op.add_column("source_items", sa.Column("condition_code", sa.Integer(), nullable=True))


def _seller_rules() -> None:
    op.create_table(
        "seller_settings",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("key", exact(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_seller_settings")),
    )
    op.create_table(
        "excluded_sellers",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("seller_id", exact(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "marketplace", "seller_id", name=op.f("pk_excluded_sellers")),
    )
    op.create_table(
        "excluded_words",
        sa.Column("user_id", Id, nullable=False, autoincrement=False),
        sa.Column("word", exact(64), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "word", name=op.f("pk_excluded_words")),
    )


def _candidates() -> None:
    op.create_table(
        "revival_candidates",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=True),
        sa.Column("searched_at", UtcDateTime, nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("item_id", exact(64), nullable=False),
        sa.Column("url", sa.String(512), nullable=False),
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("refused_by", exact(32), nullable=True),
        sa.Column("reason", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revival_candidates")),
    )
    op.create_index("ix_revival_candidates_listing", "revival_candidates", ["listing_id", "id"], unique=False)


def _revivals() -> None:
    op.create_table(
        "revivals",
        sa.Column("id", Id, nullable=False, autoincrement=True),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("run_id", Id, nullable=True),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("item_id", exact(64), nullable=False),
        sa.Column("url", sa.String(512), nullable=False),
        sa.Column("title", sa.String(255), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("old_source_item_id", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("decided_at", UtcDateTime, nullable=True),
        sa.Column("decided_by", sa.String(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revivals")),
    )
    op.create_index("ix_revivals_listing", "revivals", ["listing_id", "id"], unique=False)
    op.create_index("ix_revivals_state", "revivals", ["state", "id"], unique=False)

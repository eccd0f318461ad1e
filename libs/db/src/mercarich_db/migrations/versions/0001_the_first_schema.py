"""The first schema."""

import sqlalchemy as sa
from alembic import op

from mercarich_db.types import Id, UtcDateTime, exact

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("source_item_id", Id, nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("reason", exact(32), nullable=True),
        sa.Column("url", sa.String(length=512), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("body_sha256", exact(64), nullable=True),
        sa.Column("parser_version", exact(32), nullable=False),
        sa.Column("extract", sa.String(length=500), nullable=False),
        sa.Column("fetched_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_source", "evidence", ["source_item_id", "id"], unique=False)
    op.create_table(
        "holds",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("user_id", Id, nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("released_at", UtcDateTime, nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("applied_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
    )
    op.create_index("ix_holds_open", "holds", ["applied_at", "run_id"], unique=False)
    op.create_table(
        "listing_events",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("listing_id", Id, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", exact(32), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("quantity_before", sa.Integer(), nullable=True),
        sa.Column("quantity_after", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("run_id", Id, nullable=True),
        sa.Column("hold_id", Id, nullable=True),
        sa.Column("submission_id", Id, nullable=True),
        sa.Column("evidence_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing_events")),
    )
    op.create_index("ix_listing_events_listing", "listing_events", ["listing_id", "id"], unique=False)
    op.create_table(
        "run_heads",
        sa.Column("operation", exact(16), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("generation", Id, nullable=False),
        sa.Column("run_id", Id, nullable=True),
        sa.PrimaryKeyConstraint("operation", "marketplace", name=op.f("pk_run_heads")),
    )
    op.create_table(
        "run_sellers",
        sa.Column("run_id", Id, autoincrement=False, nullable=False),
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("fallen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "user_id", name=op.f("pk_run_sellers")),
    )
    op.create_table(
        "runs",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("operation", exact(16), nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("generation", Id, nullable=False),
        sa.Column("request_key", exact(128), nullable=True),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("outcome", exact(16), nullable=False),
        sa.Column("phase", exact(32), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("heartbeat_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("held_seconds", sa.Float(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.Column("out_of_stock", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("unparsable", sa.Integer(), nullable=False),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("set_aside", sa.Integer(), nullable=False),
        sa.Column("fallen", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("request_key", name=op.f("uq_runs_request_key")),
    )
    op.create_index("ix_runs_key", "runs", ["operation", "marketplace", "generation"], unique=False)
    op.create_table(
        "schedule_runs",
        sa.Column("name", exact(64), nullable=False),
        sa.Column("slot", UtcDateTime, nullable=False),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("exit_code", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_schedule_runs")),
    )
    op.create_table(
        "settings",
        sa.Column("key", exact(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("updated_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_settings")),
    )
    op.create_table(
        "settings_history",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("key", exact(64), nullable=False),
        sa.Column("value_before", sa.Text(), nullable=True),
        sa.Column("value_after", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settings_history")),
    )
    op.create_index("ix_settings_history_key", "settings_history", ["key", "id"], unique=False)
    op.create_table(
        "source_items",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("item_id", exact(64), nullable=False),
        sa.Column("seller_id", exact(64), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("reason", exact(32), nullable=True),
        sa.Column("price_jpy", sa.Integer(), nullable=True),
        sa.Column("observed_at", UtcDateTime, nullable=True),
        sa.Column("evidence_id", Id, nullable=True),
        sa.Column("suspected_at", UtcDateTime, nullable=True),
        sa.Column("checked_at", UtcDateTime, nullable=True),
        sa.Column("checked_run", Id, nullable=True),
        sa.Column("check_run", Id, nullable=True),
        sa.Column("check_rank", sa.Integer(), nullable=False),
        sa.Column("check_attempts", sa.Integer(), nullable=False),
        sa.Column("check_unknowns", sa.Integer(), nullable=False),
        sa.Column("check_not_before", UtcDateTime, nullable=True),
        sa.Column("check_problem", exact(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_items")),
        sa.UniqueConstraint("marketplace", "item_id", name=op.f("uq_source_items_marketplace_item_id")),
    )
    op.create_index("ix_source_items_due", "source_items", ["marketplace", "checked_at", "id"], unique=False)
    op.create_index("ix_source_items_pending", "source_items", ["check_run", "check_rank", "id"], unique=False)
    op.create_index("ix_source_items_seller", "source_items", ["marketplace", "seller_id"], unique=False)
    op.create_table(
        "submission_items",
        sa.Column("submission_id", Id, autoincrement=False, nullable=False),
        sa.Column("listing_id", Id, autoincrement=False, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("result", exact(16), nullable=False),
        sa.Column("issue", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("submission_id", "listing_id", name=op.f("pk_submission_items")),
    )
    op.create_index("ix_submission_items_listing", "submission_items", ["listing_id"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("lane", exact(8), nullable=False),
        sa.Column("state", exact(16), nullable=False),
        sa.Column("document_id", sa.String(length=255), nullable=True),
        sa.Column("feed_id", exact(64), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("next_poll_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("problem", sa.String(length=255), nullable=True),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index("ix_submissions_open", "submissions", ["ended_at", "next_poll_at"], unique=False)
    op.create_index("ix_submissions_user", "submissions", ["user_id", "id"], unique=False)
    op.create_table(
        "users",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("username", exact(64), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("username", name=op.f("uq_users_username")),
    )
    op.create_table(
        "amazon_accounts",
        sa.Column("user_id", Id, autoincrement=False, nullable=False),
        sa.Column("seller_id", exact(32), nullable=False),
        sa.Column("marketplace_id", exact(32), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("token_verdict", exact(16), nullable=False),
        sa.Column("token_reason", sa.String(length=255), nullable=True),
        sa.Column("token_checked_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_amazon_accounts_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_amazon_accounts")),
    )
    op.create_table(
        "listings",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("sku", exact(64), nullable=False),
        sa.Column("asin", exact(16), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=True),
        sa.Column("marketplace", exact(16), nullable=False),
        sa.Column("source_item_id", Id, nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listing_quantity", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("searching", sa.Boolean(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime, nullable=True),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("hold_id", Id, nullable=True),
        sa.Column("pushed_revision", sa.Integer(), nullable=False),
        sa.Column("pushed_quantity", sa.Integer(), nullable=True),
        sa.Column("pushed_at", UtcDateTime, nullable=True),
        sa.Column("verified_at", UtcDateTime, nullable=True),
        sa.Column("push_claim", exact(32), nullable=True),
        sa.Column("push_claim_until", UtcDateTime, nullable=True),
        sa.Column("push_attempts", sa.Integer(), nullable=False),
        sa.Column("push_not_before", UtcDateTime, nullable=True),
        sa.Column("push_problem", sa.String(length=255), nullable=True),
        sa.Column("orphan", sa.Boolean(), nullable=False),
        sa.Column(
            "push_pending",
            sa.Integer(),
            sa.Computed("CASE WHEN revision > pushed_revision THEN 1 ELSE 0 END", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(["source_item_id"], ["source_items.id"], name=op.f("fk_listings_source_item_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_listings_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listings")),
        sa.UniqueConstraint("user_id", "sku", name=op.f("uq_listings_user_id_sku")),
    )
    op.create_index("ix_listings_hold", "listings", ["hold_id"], unique=False)
    op.create_index("ix_listings_push", "listings", ["push_pending", "user_id", "id"], unique=False)
    op.create_index("ix_listings_source", "listings", ["source_item_id"], unique=False)
    # Starts of a run lock their head; a row that is there from the beginning needs no insert that could race.
    heads = sa.table("run_heads", sa.column("operation"), sa.column("marketplace"), sa.column("generation"))
    op.bulk_insert(
        heads,
        [
            {"operation": operation, "marketplace": marketplace, "generation": 0}
            for operation in ("check", "update")
            for marketplace in ("yahoo", "mercari")
        ],
    )

"""What was sent to Amazon. Written by feed."""

from sqlalchemy import Column, Index, Integer, String, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

submissions = Table(
    "submissions",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("lane", exact(8), nullable=False),  # patch, feed
    Column("state", exact(16), nullable=False),  # creating, in_queue, in_progress, done, cancelled, fatal, bypassed
    Column("document_id", String(255), nullable=True),
    Column("feed_id", exact(64), nullable=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_poll_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("problem", StoredReason, nullable=True),
    Column("items", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Index("ix_submissions_open", "ended_at", "next_poll_at"),
    Index("ix_submissions_user", "user_id", "id"),
)

submission_items = Table(
    "submission_items",
    metadata,
    Column("submission_id", Id, primary_key=True, autoincrement=False),
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("result", exact(16), nullable=False),  # pending, accepted, rejected, superseded
    Column("issue", StoredReason, nullable=True),
    Index("ix_submission_items_listing", "listing_id"),
)

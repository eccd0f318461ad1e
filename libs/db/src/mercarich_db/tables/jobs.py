"""Bulk searches and imports of sellers. Written by web."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("kind", exact(16), nullable=False),  # search, import
    Column("state", exact(16), nullable=False),  # waiting, running, finished, stopped, failed
    Column("phase", exact(16), nullable=False),  # searching; mapping, reading, comparing, applying…; ended
    Column("arguments", Text, nullable=False),  # JSON, as it was started
    Column("cursor", Text, nullable=False),  # JSON, where the next worker continues
    Column("total", Integer, nullable=True),  # rows or queries
    Column("done", Integer, nullable=False),
    Column("made", Integer, nullable=False),  # listings that are new or changed
    Column("left_out", Integer, nullable=False),  # candidates that were not used
    Column("wrong", Integer, nullable=False),  # problems found, see job_problems
    Column("message", StoredReason, nullable=True),  # for the seller
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),  # of the last progress, or when the worker began
    Column("ended_at", UtcDateTime, nullable=True),
    Column("not_before", UtcDateTime, nullable=True),
    Column("turn", Id, nullable=False),  # incremented with each slice for its seller; the lowest is next
    Column("fence", Integer, nullable=False),  # incremented with each claim; an older claim can write nothing
    Column("claim", exact(64), nullable=True),  # the worker that has it
    Column("claimed_at", UtcDateTime, nullable=True),
    Column("claim_until", UtcDateTime, nullable=True),
    Column("attempts", Integer, nullable=False),  # claims since the last progress
    Index("ix_jobs_open", "kind", "ended_at", "turn"),
    Index("ix_jobs_seller", "user_id", "kind", "turn"),
)

job_queries = Table(
    "job_queries",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("given", String(1000), nullable=False),  # the keyword or the address as it was typed
    Column("marketplace", exact(16), nullable=False),
    Column("keyword", String(200), nullable=False),
    Column("price_min", Integer, nullable=True),
    Column("price_max", Integer, nullable=True),
    Column("conditions", exact(16), nullable=False),  # digits, such as 12
    Column("state", exact(16), nullable=False),  # waiting, done, skipped, failed
    Column("page", Integer, nullable=False),  # the next one
    Column("made", Integer, nullable=False),
    Column("tries", Integer, nullable=False),  # unusable answers in a row
    Column("problem", StoredReason, nullable=True),
)

job_files = Table(
    "job_files",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # offset of its first byte in the file
    Column("data", LargeBinary, nullable=False),  # at most 48 KiB: MariaDB's BLOB takes 64
)

job_rows = Table(
    "job_rows",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("sku", exact(64), nullable=False),
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("asin", exact(16), nullable=True),
    Column("title", String(255), nullable=True),
    Column("quantity", Integer, nullable=True),
    Column("listed", Boolean, nullable=True),
    Column("price", Integer, nullable=True),
    Column("least_price", Integer, nullable=True),
    Column("most_price", Integer, nullable=True),
    Column("note", String(1000), nullable=True),
    Column("handling_days", SmallInteger, nullable=True),  # 0: those of the listing are removed
    Index("ix_job_rows_sku", "job_id", "sku"),
    Index("ix_job_rows_source", "job_id", "marketplace", "item_id"),
)

job_problems = Table(
    "job_problems",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("field", exact(32), nullable=True),  # the column of the file; NULL: the whole line
    Column("problem", StoredReason, nullable=False),
)

"""Source items, observations and evidence. Web and updater write identities and glimpses, checker all else."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, UniqueConstraint

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, UtcDateTime, exact

source_items = Table(
    "source_items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("seller_id", exact(64), nullable=True),
    Column("title", String(255), nullable=True),
    Column("state", exact(16), nullable=False),  # the last known state; unknown only before the first
    Column("reason", exact(32), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("postage_jpy", Integer, nullable=True),  # what its buyer pays besides; 0: nothing; NULL: not known
    Column("observed_at", UtcDateTime, nullable=True),  # when `state` was last seen
    Column("evidence_id", Id, nullable=True),
    Column("suspected_at", UtcDateTime, nullable=True),  # first look that saw it gone, if a hold waits for a second one
    Column("missed_at", UtcDateTime, nullable=True),  # the first not_found_once since the last known state
    Column("checked_at", UtcDateTime, nullable=True),  # the last check with a known state
    Column("checked_run", Id, nullable=True),  # the last run that is done with it
    Column("check_run", Id, nullable=True),  # the run that is still to check it; NULL: nothing pending
    Column("check_rank", Integer, nullable=False),  # its place in that run, fair over sellers
    Column("check_attempts", Integer, nullable=False),  # claims since the last answer; many: it may crash workers
    Column("check_claim", exact(32), nullable=True),  # token of the last claim: its rows were with one worker
    Column("check_unknowns", Integer, nullable=False),  # unknown answers in this run
    Column("check_not_before", UtcDateTime, nullable=True),
    Column("check_problem", exact(32), nullable=True),  # reason of the last unknown state, or set_aside
    Column("image_url", String(512), nullable=True),  # its first picture, kept for the search after it is gone
    Column("condition_code", Integer, nullable=True),  # 1 new … 6 poor
    Column("look_class", Integer, nullable=True),  # of those whose looks gain worth as fast; NULL: not on sale
    Column("due_at", UtcDateTime, nullable=True),  # a look whatever its worth: an end, a second one, `ORDERED`
    Column("end_at", UtcDateTime, nullable=True),  # of an auction, as its page said
    Column("auto_extend", Boolean, nullable=True),  # a late bid moves the end
    Column("bids", Integer, nullable=True),
    Column("likes", Integer, nullable=True),
    Column("item_created_at", UtcDateTime, nullable=True),  # at the marketplace
    Column("item_updated_at", UtcDateTime, nullable=True),
    Column("glimpsed_at", UtcDateTime, nullable=True),  # a result page last showed it open; proves nothing
    UniqueConstraint("marketplace", "item_id"),
    Index("ix_source_items_due", "marketplace", "checked_at", "id"),
    Index("ix_source_items_pending", "check_run", "check_rank", "id"),
    Index("ix_source_items_claimed", "check_run", "check_attempts"),  # a planner looks for the abandoned each round
    Index("ix_source_items_seller", "marketplace", "seller_id"),
    Index("ix_source_items_problem", "check_problem", "id"),  # those that were set aside
    Index("ix_source_items_worth", "marketplace", "look_class", "checked_at", "id"),
    Index("ix_source_items_special", "marketplace", "due_at", "id"),
)

hazard_cells = Table(
    "hazard_cells",
    metadata,
    Column("marketplace", exact(16), primary_key=True),
    Column("cell", exact(32), primary_key=True),  # what pages show: price band, likes, age
    Column("alive_seconds", Float, nullable=False),  # between looks that found sources on sale, older ones count less
    Column("gone", Float, nullable=False),  # sources found gone in that time
    Column("decayed_at", UtcDateTime, nullable=False),  # when both were last made less
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("source_item_id", Id, nullable=False),
    Column("state", exact(16), nullable=False),
    Column("reason", exact(32), nullable=True),
    Column("url", String(512), nullable=False),
    Column("http_status", Integer, nullable=True),
    Column("body_sha256", exact(64), nullable=True),
    Column("parser_version", exact(32), nullable=False),
    Column("extract", String(500), nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    Index("ix_evidence_source", "source_item_id", "id"),
)

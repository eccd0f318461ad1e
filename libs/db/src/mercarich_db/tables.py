"""The tables, SQLAlchemy Core. No behaviour; each comment says what a name does not."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mercarich_db.types import Id, UtcDateTime, exact

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- people: written by web -------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("username", exact(64), nullable=False, unique=True),
    Column("plan", Integer, nullable=False),  # checks a day: 2 or 4
    Column("active", Boolean, nullable=False),
    Column("is_staff", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

amazon_accounts = Table(
    "amazon_accounts",
    metadata,
    Column("user_id", Id, ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("seller_id", exact(32), nullable=False),
    Column("marketplace_id", exact(32), nullable=False),
    Column("refresh_token", Text, nullable=False),  # AES-256-GCM, see mercarich_feed.adapters.token_cipher
    Column("token_verdict", exact(16), nullable=False),  # unknown, valid, invalid
    Column("token_reason", String(255), nullable=True),
    Column("token_checked_at", UtcDateTime, nullable=True),
)

# --- sources: identity by web and updater, the rest by checker ----------------------------------------

source_items = Table(
    "source_items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("seller_id", exact(64), nullable=True),
    Column("title", String(255), nullable=True),
    Column("state", exact(16), nullable=False),  # the last state that was learnt; unknown only before the first
    Column("reason", exact(32), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("observed_at", UtcDateTime, nullable=True),  # when `state` was last seen
    Column("evidence_id", Id, nullable=True),
    Column("suspected_at", UtcDateTime, nullable=True),  # first of the looks that a hold wants confirmed
    Column("checked_at", UtcDateTime, nullable=True),  # the last check that learnt something
    Column("checked_run", Id, nullable=True),  # the last run that is done with it
    Column("check_run", Id, nullable=True),  # the run that still wants it; NULL: nothing pending
    Column("check_rank", Integer, nullable=False),  # its place in that run, fair over sellers
    Column("check_attempts", Integer, nullable=False),  # claims since the last answer: a high one kills workers
    Column("check_unknowns", Integer, nullable=False),  # unknown answers in this run
    Column("check_not_before", UtcDateTime, nullable=True),
    Column("check_problem", exact(32), nullable=True),  # the last unknown's reason, or set_aside
    Column("image_url", String(512), nullable=True),  # its first picture, kept for the search after it is gone
    Column("condition_code", Integer, nullable=True),  # 1 new … 6 poor
    UniqueConstraint("marketplace", "item_id"),
    Index("ix_source_items_due", "marketplace", "checked_at", "id"),
    Index("ix_source_items_pending", "check_run", "check_rank", "id"),
    Index("ix_source_items_claimed", "check_run", "check_attempts"),  # a planner looks for the abandoned each round
    Index("ix_source_items_seller", "marketplace", "seller_id"),
)

# --- the seller's offers ------------------------------------------------------------------------------

listings = Table(
    "listings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    # written by web
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("sku", exact(64), nullable=False),
    Column("asin", exact(16), nullable=True),
    Column("title", String(255), nullable=True),
    Column("marketplace", exact(16), nullable=False),
    Column("source_item_id", Id, ForeignKey("source_items.id"), nullable=False),
    Column("listed", Boolean, nullable=False),  # False: a draft, never checked and never pushed
    Column("listing_quantity", Integer, nullable=False),  # what a restore puts back
    Column("created_at", UtcDateTime, nullable=False),
    # by updater where web did not know it: of the first source, what a replacement may cost
    Column("first_price_jpy", Integer, nullable=True),
    # written by checker (withdraw) and updater (restore; withdraw what was only marked), always with revision + 1
    Column("quantity", Integer, nullable=False),  # what Amazon is to show
    Column("revision", Integer, nullable=False),
    Column("searching", Boolean, nullable=False),  # a replacement is wanted
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),  # of the newest revision
    Column("hold_id", Id, nullable=True),  # its withdrawal waits for this hold
    # written by updater
    Column("lead_time_days", Integer, nullable=True),  # until its replacement is here and goes out to the buyer
    Column("restored_at", UtcDateTime, nullable=True),  # by a revival; its source must be fresh when it is pushed
    Column("searched_at", UtcDateTime, nullable=True),  # the last search for a replacement
    Column("update_run", Id, nullable=True),  # these as the check_… columns of source_items
    Column("updated_run", Id, nullable=True),
    Column("update_rank", Integer, nullable=False, server_default="0"),
    Column("update_attempts", Integer, nullable=False, server_default="0"),
    Column("update_unknowns", Integer, nullable=False, server_default="0"),
    Column("update_not_before", UtcDateTime, nullable=True),
    Column("update_problem", exact(32), nullable=True),
    # written by feed
    Column("pushed_revision", Integer, nullable=False),
    Column("pushed_quantity", Integer, nullable=True),
    Column("pushed_at", UtcDateTime, nullable=True),
    Column("verified_at", UtcDateTime, nullable=True),  # read back from Amazon after the push
    Column("push_claim", exact(32), nullable=True),
    Column("push_claim_until", UtcDateTime, nullable=True),
    Column("push_attempts", Integer, nullable=False),
    Column("push_not_before", UtcDateTime, nullable=True),
    Column("push_problem", String(255), nullable=True),
    Column("orphan", Boolean, nullable=False),  # Amazon does not know the SKU
    Column("push_pending", Integer, Computed("CASE WHEN revision > pushed_revision THEN 1 ELSE 0 END", persisted=True)),
    UniqueConstraint("user_id", "sku"),
    Index("ix_listings_source", "source_item_id"),
    Index("ix_listings_push", "push_pending", "user_id", "id"),
    Index("ix_listings_hold", "hold_id"),
    Index("ix_listings_update", "update_run", "update_rank", "id"),
    Index("ix_listings_update_claimed", "update_run", "update_attempts"),  # a planner looks for the abandoned
    Index("ix_listings_searching", "searching", "marketplace", "id"),
)

listing_events = Table(
    "listing_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("listing_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", exact(32), nullable=False),
    Column("reason", String(255), nullable=True),
    Column("quantity_before", Integer, nullable=True),
    Column("quantity_after", Integer, nullable=True),
    Column("revision", Integer, nullable=True),
    Column("run_id", Id, nullable=True),
    Column("hold_id", Id, nullable=True),
    Column("submission_id", Id, nullable=True),
    Column("evidence_id", Id, nullable=True),
    Index("ix_listing_events_listing", "listing_id", "id"),
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

# --- runs: written by checker (and updater) -----------------------------------------------------------

run_heads = Table(
    "run_heads",
    metadata,
    Column("operation", exact(16), primary_key=True),  # check, update
    Column("marketplace", exact(16), primary_key=True),
    Column("generation", Id, nullable=False),
    Column("run_id", Id, nullable=True),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("operation", exact(16), nullable=False),
    Column("marketplace", exact(16), nullable=False),
    Column("generation", Id, nullable=False),
    Column("request_key", exact(128), nullable=True, unique=True),  # the Job's name: one slot, one run
    Column("arguments", Text, nullable=False),  # JSON, as the command gave them
    Column("outcome", exact(16), nullable=False),  # running, finished, superseded, failed
    Column("phase", exact(32), nullable=False),  # marking, canaries, checking, held, confirming, ended
    Column("note", String(500), nullable=True),  # why it is held or failed
    Column("started_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("held_seconds", Float, nullable=False),
    Column("skipped", Text, nullable=False),  # JSON, reason -> number of sellers
    Column("planned", Integer, nullable=False),  # distinct source items
    Column("checked", Integer, nullable=False),
    Column("available", Integer, nullable=False),
    Column("out_of_stock", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),  # unknown answers, retried ones included
    Column("unparsable", Integer, nullable=False),
    Column("unfinished", Integer, nullable=False),  # still unknown when the run let go of them
    Column("set_aside", Integer, nullable=False),
    Column("fallen", Integer, nullable=False),  # listings that were to be withdrawn, held ones included
    Column("withdrawn", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("revived", Integer, nullable=False, server_default="0"),  # listings that got another source
    Index("ix_runs_key", "operation", "marketplace", "generation"),
)

run_sellers = Table(
    "run_sellers",
    metadata,
    Column("run_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("planned", Integer, nullable=False),
    Column("checked", Integer, nullable=False),  # listings whose source was checked
    Column("fallen", Integer, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run_id", Id, nullable=False),
    Column("marketplace", exact(16), nullable=False),
    Column("user_id", Id, nullable=True),  # NULL: the whole marketplace
    Column("kind", exact(16), nullable=True),  # falls (also NULL), canaries, unreadable
    Column("reason", String(255), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime, nullable=True),
    Column("released_by", String(64), nullable=True),  # a person's name, or second look
    Column("applied_at", UtcDateTime, nullable=True),  # what it held has been withdrawn or let go
    Index("ix_holds_open", "applied_at", "run_id"),
)

# --- revivals: rules by web and by `mercarich revival`, the rest by updater ---------------------------------

seller_settings = Table(  # a seller's own values of settings; see setting_definitions.SELLERS_OWN
    "seller_settings",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("key", exact(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(64), nullable=False),
)

excluded_sellers = Table(  # source sellers from whom this seller does not buy
    "excluded_sellers",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("marketplace", exact(16), primary_key=True),
    Column("seller_id", exact(64), primary_key=True),
)

excluded_words = Table(  # words that no replacement's title may have
    "excluded_words",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("word", exact(64), primary_key=True),
)

revival_candidates = Table(  # of the last search of a listing, in the order in which they were judged
    "revival_candidates",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("listing_id", Id, nullable=False),
    Column("run_id", Id, nullable=True),
    Column("searched_at", UtcDateTime, nullable=False),
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("url", String(512), nullable=False),
    Column("title", String(255), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("refused_by", exact(32), nullable=True),  # the filter; NULL: it matches
    Column("reason", String(255), nullable=True),
    Index("ix_revival_candidates_listing", "listing_id", "id"),
)

revivals = Table(  # replacements that were found, and what became of them
    "revivals",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("listing_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("run_id", Id, nullable=True),
    Column("state", exact(16), nullable=False),  # proposed, approved, applied, lapsed, undone
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("url", String(512), nullable=False),
    Column("title", String(255), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("old_source_item_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", String(64), nullable=True),
    Index("ix_revivals_listing", "listing_id", "id"),
    Index("ix_revivals_state", "state", "id"),
)

# --- submissions: written by feed -----------------------------------------------------------------------

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
    Column("problem", String(255), nullable=True),
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
    Column("issue", String(255), nullable=True),
    Index("ix_submission_items_listing", "listing_id"),
)

# --- settings: written by web, and schedules: written by the scheduler ------------------------------------

settings = Table(
    "settings",
    metadata,
    Column("key", exact(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(64), nullable=False),
)

settings_history = Table(
    "settings_history",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", exact(64), nullable=False),
    Column("value_before", Text, nullable=True),
    Column("value_after", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(64), nullable=False),
    Index("ix_settings_history_key", "key", "id"),
)

schedule_runs = Table(
    "schedule_runs",
    metadata,
    Column("name", exact(64), primary_key=True),
    Column("slot", UtcDateTime, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("exit_code", Integer, nullable=True),
)

# --- housekeeping ---------------------------------------------------------------------------------------------

listing_pictures = Table(  # written by web and updater
    "listing_pictures",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("slot", Integer, primary_key=True, autoincrement=False),  # 0 the main picture, 1 to 3 the others
    Column("path", exact(255), nullable=False),  # below the pictures' folder: <user id>/…
    Index("ix_listing_pictures_path", "path"),
)

deletions = Table(  # written by web
    "deletions",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("day", exact(10), primary_key=True),  # in Tokyo, 2026-11-25
    Column("listings", Integer, nullable=False),
)

schedule_pauses = Table(  # written by web
    "schedule_pauses",
    metadata,
    Column("name", exact(64), primary_key=True),
    Column("paused_at", UtcDateTime, nullable=False),
    Column("paused_by", String(64), nullable=False),
)

token_checks = Table(  # written by feed
    "token_checks",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("valid", Integer, nullable=False),
    Column("invalid", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("exposed", Integer, nullable=False),  # withdrawals of sellers whose token is refused
    Column("problem", String(255), nullable=True),  # of the application itself: no seller was judged
)

# --- the state of the worker pools: written by operator -----------------------------------------------------

pool_status = Table(
    "pool_status",
    metadata,
    Column("pool", exact(64), primary_key=True),
    Column("settings_key", exact(64), nullable=False),
    Column("mode", exact(16), nullable=False),  # auto, fixed, paused: of the last setting that could be used
    Column("wanted_min", Integer, nullable=False),  # what that setting asked for
    Column("wanted_max", Integer, nullable=False),
    Column("min", Integer, nullable=False),  # what the autoscaler was given
    Column("max", Integer, nullable=False),
    Column("reasons", Text, nullable=False),  # why they differ, joined by "; "
    Column("current", Integer, nullable=False),  # pods that exist
    Column("desired", Integer, nullable=False),  # pods that are wanted now
    Column("ready", Integer, nullable=False),
    Column("backlog", Id, nullable=False),  # records and rows that wait
    Column("lag", Id, nullable=False),  # of these, records
    Column("revision", Id, nullable=False),  # of the settings, see settings_store.revision
    Column("seen_at", UtcDateTime, nullable=False),
)

# --- jobs of sellers: written by web --------------------------------------------------------------------------

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("kind", exact(16), nullable=False),  # search, import
    Column("state", exact(16), nullable=False),  # waiting, running, finished, stopped, failed
    Column("phase", exact(16), nullable=False),  # searching; reading, comparing, sources, applying; ended
    Column("arguments", Text, nullable=False),  # JSON, as it was started
    Column("cursor", Text, nullable=False),  # JSON, from where any worker goes on
    Column("total", Integer, nullable=True),  # rows or queries
    Column("done", Integer, nullable=False),
    Column("made", Integer, nullable=False),  # listings that are new or changed
    Column("left_out", Integer, nullable=False),  # candidates that were not taken
    Column("wrong", Integer, nullable=False),  # problems found, see job_problems
    Column("message", String(500), nullable=True),  # for the seller
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),  # of the last progress, or since when a worker owes one
    Column("ended_at", UtcDateTime, nullable=True),
    Column("not_before", UtcDateTime, nullable=True),
    Column("turn", Id, nullable=False),  # grows with each slice of its seller: the lowest is next
    Column("fence", Integer, nullable=False),  # raised by whoever takes the job: an older claim writes nothing
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
    Column("tries", Integer, nullable=False),  # answers in a row that could not be used
    Column("problem", String(255), nullable=True),
)

job_files = Table(
    "job_files",
    metadata,
    Column("job_id", Id, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),  # of its first byte in the file
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
    Column("problem", String(255), nullable=False),
)

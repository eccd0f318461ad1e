"""Check and update runs, and the holds of the brake. Written by checker and updater."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

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
    Column("request_key", exact(128), nullable=True, unique=True),  # the Job's UID on Kubernetes: one start, one run
    Column("arguments", Text, nullable=False),  # JSON, as the command gave them
    Column("outcome", exact(16), nullable=False),  # running, finished, superseded, failed
    Column("phase", exact(32), nullable=False),  # marking, canaries, checking, held, confirming, ended
    Column("note", StoredReason, nullable=True),  # why it pauses or is held, or how it ended
    Column("started_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("held_seconds", Float, nullable=False),
    Column("skipped", Text, nullable=False),  # JSON, reason -> number of sellers
    Column("planned", Integer, nullable=False),  # distinct source items
    Column("checked", Integer, nullable=False),  # distinct: second looks are counted in looked_again
    Column("available", Integer, nullable=False),
    Column("out_of_stock", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),  # unknown answers, retried ones included
    Column("unparsable", Integer, nullable=False),
    Column("unfinished", Integer, nullable=False),  # still unknown when the run gave them up
    Column("set_aside", Integer, nullable=False),
    Column("fallen", Integer, nullable=False),  # listings to be withdrawn, including held ones
    Column("withdrawn", Integer, nullable=False),
    Column("held", Integer, nullable=False),  # not written any more: see mercarich_db.held_now
    Column("revived", Integer, nullable=False, server_default="0"),  # listings that got another source
    Column("released", Integer, nullable=False, server_default="0"),  # withdrawn since a person released their hold
    Column("looked_again", Integer, nullable=False, server_default="0"),  # known states of items checked before
    Column("dearer", Integer, nullable=False, server_default="0"),  # listings to be paused by price, held ones too
    Column("paused", Integer, nullable=False, server_default="0"),
    Column("recovered", Integer, nullable=False, server_default="0"),  # put up again by price
    Column("repriced", Integer, nullable=False, server_default="0"),  # another price was asked for
    Column("doubts", Text, nullable=True),  # JSON, route -> why its looks are not believed; NULL: none is in doubt
    Index("ix_runs_key", "operation", "marketplace", "generation"),
)

run_sellers = Table(
    "run_sellers",
    metadata,
    Column("run_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("planned", Integer, nullable=False),  # its own source items, shared ones too; an update's: its listings
    Column("checked", Integer, nullable=False),  # listings whose source was checked, at each look
    Column("fallen", Integer, nullable=False),
    Column("absent", Integer, nullable=False, server_default="0"),  # not written any more: see run_absences
    # its own source items with a known state, each once; an update's: its listings that were searched for
    Column("seen", Integer, nullable=False, server_default="0"),
    Column("revived", Integer, nullable=False, server_default="0"),  # an update's: its listings that got another source
    # listings that would fall by price, or recover by it, held ones included
    Column("dearer", Integer, nullable=False, server_default="0"),
    Column("cheaper", Integer, nullable=False, server_default="0"),
    Column("repriced", Integer, nullable=False, server_default="0"),  # another price is asked for, held ones included
    # how long the sources of the fallen had been gone, as far as can be told, before it was seen; None: not counted
    Column("unseen_seconds", BigInteger, nullable=True),
)

run_absences = Table(
    "run_absences",
    metadata,
    Column("run_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("route", exact(16), primary_key=True),  # which said that there is no such item
    Column("absent", Integer, nullable=False),  # listings that fell so
)

holds = Table(
    "holds",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("run_id", Id, nullable=False),
    Column("marketplace", exact(16), nullable=False),
    Column("user_id", Id, nullable=True),  # NULL: the whole marketplace
    # falls (also NULL), absences, canaries, unvouched, unreadable, losses, recoveries, prices
    Column("kind", exact(16), nullable=True),
    Column("route", exact(16), nullable=True),  # of whose falls; NULL: of all
    Column("reason", StoredReason, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("released_at", UtcDateTime, nullable=True),
    Column("released_by", String(64), nullable=True),  # a person's name; NULL with released_at: closed automatically
    Column("applied_at", UtcDateTime, nullable=True),  # its listings have been withdrawn or freed
    Index("ix_holds_open", "applied_at", "run_id"),
)

# a person's release of single listings of a hold, or of a whole hold of prices, until a checker has applied it
hold_releases = Table(
    "hold_releases",
    metadata,
    Column("hold_id", Id, primary_key=True, autoincrement=False),
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("released_at", UtcDateTime, nullable=False),
    Column("released_by", String(64), nullable=False),
    Column("shown_jpy", Integer, nullable=True),  # of a hold of prices: the offer's price that was released
    # another price was asked for when it was to be applied: it waits for another release
    Column("differs_at", UtcDateTime, nullable=True),
)

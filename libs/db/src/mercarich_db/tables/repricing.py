"""Prices that offers are to have at Amazon. Written by `mercarich_listings.repricing_store`."""

from sqlalchemy import Column, Index, Integer, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

repricings = Table(  # of a listing, the last price that was asked for; deleted with the listing
    "repricings",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("revision", Integer, nullable=False),  # counts what was asked for; 0: nothing yet
    # what is asked for, by checker, or by a person through web
    Column("from_jpy", Integer, nullable=True),  # the offer's price as known when another was asked for
    Column("to_jpy", Integer, nullable=True),
    Column("source_item_id", Id, nullable=True),  # whose price it follows; NULL: a person asked for it
    Column("asked_at", UtcDateTime, nullable=True),
    # what came of it, by feed
    Column("state", exact(16), nullable=False),  # `RepricingState`
    Column("attempts", Integer, nullable=False),  # how often it was sent
    Column("claim", exact(32), nullable=True),  # of the worker that has it; every write is fenced by it
    Column("not_before", UtcDateTime, nullable=True),  # with a worker until then, or put off
    Column("sent_at", UtcDateTime, nullable=True),  # when it was last sent
    Column("problem", StoredReason, nullable=True),  # why it waits, or was not made
    Column("ended_at", UtcDateTime, nullable=True),  # NULL: it is on its way
    # whether the offer follows its source: by feed, or by a person through web
    Column("stopped_at", UtcDateTime, nullable=True),  # since when it does not; NULL: it does, if its rule says so
    Column("stop_reason", StoredReason, nullable=True),
    Index("ix_repricings_due", "ended_at", "not_before", "user_id"),
    Index("ix_repricings_stopped", "user_id", "stopped_at"),
)

"""Offers that are created at Amazon, and searches of Amazon's catalogue. `mercarich_listings.creation_store` writes the
first."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

listing_creations = Table(  # of a listing, the last time that its seller wanted it to become an offer
    "listing_creations",
    metadata,
    # as the seller asked, through web
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("user_id", Id, nullable=False),
    Column("way", exact(16), nullable=False),  # `CreationWay`
    Column("asin", exact(16), nullable=True),  # this and the next: NULL where an offer is taken over
    Column("condition_type", exact(32), nullable=True),
    Column("condition_note", String(1000), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("handling_days", Integer, nullable=True),  # NULL: what the seller has set at Amazon for all offers
    Column("quantity", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    # what came of it, by feed
    Column("state", exact(16), nullable=False),  # `CreationState`
    Column("attempts", Integer, nullable=False),  # how often it was sent
    Column("claim", exact(32), nullable=True),  # of the worker that has it; every write is fenced by it
    Column("not_before", UtcDateTime, nullable=True),  # with a worker until then, or put off
    Column("problem", StoredReason, nullable=True),  # why it waits, or was refused
    Column("sent_at", UtcDateTime, nullable=True),  # when it was last sent
    Column("ended_at", UtcDateTime, nullable=True),  # NULL: the listing is being registered
    Index("ix_listing_creations_due", "ended_at", "not_before", "user_id"),
    Index("ix_listing_creations_user", "user_id", "ended_at"),
    Index("ix_listing_creations_sent", "user_id", "sent_at"),
)

catalog_searches = (
    Table(  # what a seller looks for in Amazon's catalogue: asked by web, found by feed, kept for an hour
        "catalog_searches",
        metadata,
        Column("id", Id, primary_key=True, autoincrement=True),
        Column("user_id", Id, nullable=False),
        Column("query", String(200), nullable=False),  # a JAN or an ASIN, or words
        Column("is_code", Boolean, nullable=False),  # the query is a JAN
        Column("asked_at", UtcDateTime, nullable=False),
        Column("not_before", UtcDateTime, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("done_at", UtcDateTime, nullable=True),
        Column("problem", StoredReason, nullable=True),
        Column("found", Text, nullable=True),  # JSON: the products, at most twenty
        Index("ix_catalog_searches_due", "done_at", "not_before"),
        Index("ix_catalog_searches_user", "user_id", "asked_at"),
    )
)

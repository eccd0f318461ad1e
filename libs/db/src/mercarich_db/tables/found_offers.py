"""Offers that sellers have at Amazon, and the reads that find them. No column is about a buyer."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

amazon_offers_found = Table(  # written by feed, but for the source that a person names
    "amazon_offers_found",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("sku", exact(64), nullable=False),
    Column("asin", exact(16), nullable=True),
    Column("title", String(255), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("quantity", Integer, nullable=True),  # NULL: Amazon tells none, as of what it sends itself
    Column("channel", exact(16), nullable=True),  # who sends it: `merchant` or `amazon`; NULL: not told
    Column("item_condition", exact(32), nullable=True),  # Amazon's number or word
    Column("status", exact(24), nullable=True),  # Amazon's word, in lower case
    Column("seen_at", UtcDateTime, nullable=False),
    Column("read_number", Integer, nullable=False),  # amazon_offer_reads.number of the read that saw it last
    # its source: `mercarich_listings.matching`
    Column("marketplace", exact(16), nullable=True),
    Column("item_id", exact(64), nullable=True),
    Column("matched_by", exact(8), nullable=True),  # `note`, `sku`: by feed; `csv`, `hand`: by a person, through web
    UniqueConstraint("user_id", "sku"),
    Index("ix_amazon_offers_found_source", "user_id", "marketplace", "item_id"),
    Index("ix_amazon_offers_found_read", "user_id", "read_number"),
)

amazon_offer_reads = Table(  # asked_at, asked, asked_from: by web where a seller asks; all else by feed
    "amazon_offer_reads",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("seller_id", exact(32), nullable=False),  # of another store: offers are read anew
    Column("asked_at", UtcDateTime, nullable=False),
    Column("asked", Integer, nullable=False),  # how often a person asked since `asked_from`
    Column("asked_from", UtcDateTime, nullable=False),
    Column("number", Integer, nullable=False),  # of reads that began; the fence
    Column("begun_at", UtcDateTime, nullable=True),  # the `asked_at` that the last read is of; NULL: none began
    Column("state", exact(16), nullable=False),
    Column("report_id", exact(64), nullable=True),
    Column("requested_at", UtcDateTime, nullable=True),
    Column("claim", exact(32), nullable=True),
    Column("next_at", UtcDateTime, nullable=False),  # when feed goes on; while a claim is held: its end
    Column("attempts", Integer, nullable=False),  # troubles of this read in a row
    Column("found", Integer, nullable=False),  # offers stored by this read
    Column("unreadable", Integer, nullable=False),  # lines of the report that tell no offer
    Column("read_at", UtcDateTime, nullable=True),  # end of the last read that was whole
    Column("problem", StoredReason, nullable=True),
    Index("ix_amazon_offer_reads_next", "next_at"),
)

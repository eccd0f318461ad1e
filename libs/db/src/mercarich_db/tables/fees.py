"""What Amazon would keep of a sale of each offer, by its own estimate. Written by feed."""

from sqlalchemy import Boolean, Column, Index, Integer, Table

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

listing_fees = Table(  # deleted with the listing
    "listing_fees",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("fee_jpy", Integer, nullable=True),  # of one piece, in all; NULL: there is no estimate
    Column("fixed_jpy", Integer, nullable=True),  # the part of it that does not depend on the price
    Column("of_price_jpy", Integer, nullable=True),  # the price that it was estimated for
    Column("estimated_at", UtcDateTime, nullable=True),
    Column("next_at", UtcDateTime, nullable=False),  # the next request; while one goes on: the end of its lease
    Column("claim", exact(32), nullable=True),  # of the request that goes on; NULL: none does
    Column("failures", Integer, nullable=False),  # requests since the last estimate that gave none
    Column("alone", Boolean, nullable=False),  # it was in a request that was refused as a whole
    Column("problem", StoredReason, nullable=True),  # of the last request; NULL: none
    Index("ix_listing_fees_next", "next_at"),
)

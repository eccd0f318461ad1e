"""Orders at Amazon, as feed has read them, what sellers decided, and what else could serve them.

No column is about the buyer.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

order_items = Table(  # written by feed: one row for each SKU of an order
    "order_items",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("user_id", Id, nullable=False),
    Column("seller_id", exact(32), nullable=False),  # amazon_accounts.seller_id of the store
    Column("order_id", exact(32), nullable=False),
    Column("order_item_id", exact(32), nullable=False),
    Column("sku", exact(64), nullable=True),  # NULL: Amazon told none
    Column("asin", exact(16), nullable=True),
    Column("quantity", Integer, nullable=False),
    Column("unfulfilled", Integer, nullable=True),  # pieces still to be sent; NULL: Amazon did not tell
    Column("price_jpy", Integer, nullable=True),  # of one piece; NULL while the order is pending
    Column("status", exact(24), nullable=False),
    Column("cancelled_by", exact(16), nullable=True),
    Column("ordered_at", UtcDateTime, nullable=False),
    Column("ship_by", UtcDateTime, nullable=True),
    Column("shipped_at", UtcDateTime, nullable=True),  # confirmed at Amazon; NULL: not yet, or not known when
    Column("changed_at", UtcDateTime, nullable=False),  # at Amazon
    Column("seen_at", UtcDateTime, nullable=False),  # when feed read it first
    Column("listing_id", Id, nullable=True),  # with this SKU at that time; NULL: none
    Column("source_item_id", Id, nullable=True),  # the listing's source at that time
    UniqueConstraint("user_id", "order_item_id"),
    Index("ix_order_items_open", "user_id", "status", "ship_by"),
    Index("ix_order_items_day", "user_id", "ordered_at"),
    Index("ix_order_items_source", "source_item_id"),
    Index("ix_order_items_status", "status", "source_item_id"),
)

order_reads = Table(  # written by feed: how far each store's orders are read
    "order_reads",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("seller_id", exact(32), nullable=False),  # of another store: orders are read anew
    Column("began_at", UtcDateTime, nullable=False),  # what was ordered before changes no offer
    Column("read_until", UtcDateTime, nullable=True),  # by Amazon's time; NULL: nothing was read yet
    Column("read_at", UtcDateTime, nullable=True),
    Column("next_read_at", UtcDateTime, nullable=False),
    Column("problem", StoredReason, nullable=True),  # of the last read; NULL: none
    Index("ix_order_reads_next", "next_read_at"),
)

order_decisions = Table(  # written by web: the last decision of a seller on a row of `order_items`
    "order_decisions",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("order_item_id", exact(32), primary_key=True),  # at Amazon: ids of rows may be given again
    Column("revision", Integer, nullable=False),  # number of changes; the fence between two open pages
    Column("decision", exact(24), nullable=True),  # NULL: it was taken back
    Column("note", String(255), nullable=True),
    Column("paid_jpy", Integer, nullable=True),  # at the source, in all, with postage
    Column("decided_at", UtcDateTime, nullable=False),
    Column("decided_by", String(64), nullable=False),
)

order_searches = Table(  # written by updater: of each order whose source was seen gone, the search for another one
    "order_searches",
    metadata,
    Column("order_item_id", Id, primary_key=True, autoincrement=False),
    Column("gone_at", UtcDateTime, nullable=False),  # the look that found the source gone
    Column("not_before", UtcDateTime, nullable=False),  # the next search; while one goes on: the end of its lease
    Column("claim", exact(32), nullable=True),  # of the worker that searches; NULL: nobody does
    Column("unfinished", Integer, nullable=False),  # claims since the last search that ended
    Column("searches", Integer, nullable=False),  # that could see everything, or found something
    Column("unsure", Integer, nullable=False),  # inconclusive searches in a row, up to the last one
    Column("searched_at", UtcDateTime, nullable=True),  # end of the last search
    Column("result", StoredReason, nullable=True),  # of the last search
    Column("found_at", UtcDateTime, nullable=True),  # the first replacement; NULL: none yet
)

order_replacements = Table(  # written by updater: at most three items for an order, none of which is offered
    "order_replacements",
    metadata,
    Column("order_item_id", Id, primary_key=True, autoincrement=False),
    Column("source_item_id", Id, primary_key=True, autoincrement=False),
    Column("title", String(255), nullable=True),
    Column("price_jpy", Integer, nullable=False),
    Column("postage_jpy", Integer, nullable=True),  # NULL: not known
    Column("landed_jpy", Integer, nullable=False),  # with the postage; of an unknown one, what its seller counts
    Column("seen_at", UtcDateTime, nullable=False),  # when it was last judged
    Column("doubt", StoredReason, nullable=True),  # why the pictures, and nothing else, refused it; NULL: it fits
    Column("jpeg", LargeBinary, nullable=True),  # its picture that was compared, at most 48 KiB; NULL: none was at hand
    Index("ix_order_replacements_source", "source_item_id"),
)

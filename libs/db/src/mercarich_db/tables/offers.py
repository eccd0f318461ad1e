"""The offers of sellers at Amazon and their history, both written by `mercarich_listings.store` (docs/listings.md)."""

from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

listings = Table(
    "listings",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    # given by its seller
    Column("user_id", Id, ForeignKey("users.id"), nullable=False),
    Column("sku", exact(64), nullable=False),
    Column("asin", exact(16), nullable=True),
    Column("title", String(255), nullable=True),
    Column("marketplace", exact(16), nullable=False),
    Column("source_item_id", Id, ForeignKey("source_items.id"), nullable=False),
    Column("listed", Boolean, nullable=False),  # False: a draft, never checked and never pushed
    Column("listing_quantity", Integer, nullable=False),  # the quantity after a restore
    Column("created_at", UtcDateTime, nullable=False),
    Column(
        "offer_price_jpy", Integer, nullable=True
    ),  # what Amazon's buyer pays, as given by the seller, or seen by feed
    Column("stopped_at", UtcDateTime, nullable=True),  # not watched: down, neither checked nor searched for
    # price of the first source, which limits the price of replacements
    Column("first_price_jpy", Integer, nullable=True),
    # its life: `mercarich_listings.listing`
    Column("quantity", Integer, nullable=False),  # what Amazon is to show
    Column("revision", Integer, nullable=False),
    Column("searching", Boolean, nullable=False),  # a replacement is being searched for
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("changed_at", UtcDateTime, nullable=False),  # of the newest revision
    Column("hold_id", Id, nullable=True),  # its withdrawal waits for this hold
    Column("paused_at", UtcDateTime, nullable=True),  # down because a sale would earn too little
    Column("held_at", UtcDateTime, nullable=True),  # when the brake first held back what its price asks for
    # the seller's own limit for this listing: down below this profit, whatever the loss rule; NULL: the rule decides
    Column("least_profit_jpy", Integer, nullable=True),
    # between which its price may follow its source (`repricing`); NULL: it does not follow
    Column("least_price_jpy", Integer, nullable=True),
    Column("most_price_jpy", Integer, nullable=True),
    Column("note", String(1000), nullable=True),  # for its seller's eyes alone
    Column("handling_days", SmallInteger, nullable=True),  # its seller's own; NULL: the source decides, else Amazon
    Column("edited_quantity", Integer, nullable=True),  # typed while it was up, less what was ordered since
    # of replacements and update runs
    Column("lead_time_days", Integer, nullable=True),  # days until the replacement arrives and is sent to the buyer
    Column("restored_at", UtcDateTime, nullable=True),  # its source must be seen on sale before its push
    Column("searched_at", UtcDateTime, nullable=True),  # the last search for a replacement
    Column("update_run", Id, nullable=True),  # these as the check_… columns of source_items
    Column("updated_run", Id, nullable=True),
    Column("update_rank", Integer, nullable=False, server_default="0"),
    Column("update_attempts", Integer, nullable=False, server_default="0"),
    Column("update_claim", exact(32), nullable=True),
    Column("update_unknowns", Integer, nullable=False, server_default="0"),
    Column("update_not_before", UtcDateTime, nullable=True),
    Column("update_problem", exact(32), nullable=True),
    # its state at Amazon: `mercarich_listings.push`
    Column("pushed_revision", Integer, nullable=False),
    Column("pushed_quantity", Integer, nullable=True),
    Column("pushed_at", UtcDateTime, nullable=True),
    Column("verified_at", UtcDateTime, nullable=True),  # read back from Amazon after the push
    Column("next_read_at", UtcDateTime, nullable=True),  # when Amazon is to be read; NULL: nothing is to be read back
    Column("push_claim", exact(32), nullable=True),
    Column("push_claim_until", UtcDateTime, nullable=True),
    Column("push_attempts", Integer, nullable=False),
    Column("push_not_before", UtcDateTime, nullable=True),
    Column("push_problem", StoredReason, nullable=True),
    Column("push_failed_revision", Integer, nullable=True),  # the revision that these are about
    Column("orphan", Boolean, nullable=False),  # Amazon does not know the SKU
    Column("differs_since", UtcDateTime, nullable=True),  # `mercarich_listings.differences`
    Column("push_pending", Integer, Computed("CASE WHEN revision > pushed_revision THEN 1 ELSE 0 END", persisted=True)),
    UniqueConstraint("user_id", "sku"),
    Index("ix_listings_source", "source_item_id"),
    Index("ix_listings_push", "push_pending", "user_id", "id"),
    Index("ix_listings_read", "user_id", "next_read_at"),
    Index("ix_listings_differs", "differs_since", "user_id"),  # few are not NULL
    Index("ix_listings_hold", "hold_id"),
    Index("ix_listings_paused", "paused_at", "user_id", "marketplace"),  # few are not NULL
    Index("ix_listings_update", "update_run", "update_rank", "id"),
    Index("ix_listings_update_claimed", "update_run", "update_attempts"),  # a planner looks for the abandoned
    Index("ix_listings_searching", "searching", "marketplace", "id"),
    Index("ix_listings_searched", "searching", "marketplace", "searched_at", "id"),  # an update run's order
    Index("ix_listings_changed", "user_id", "changed_at", "id"),  # a seller's page of listings
    Index(  # a covering index: a seller's figures are counted without reading rows
        "ix_listings_shop",
        *("user_id", "listed", "orphan", "quantity", "hold_id", "searching", "stopped_at"),
        *("push_pending", "pushed_quantity", "listing_quantity", "push_problem", "source_item_id", "offer_price_jpy"),
        "paused_at",
    ),
)

listing_events = Table(
    "listing_events",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("listing_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", exact(32), nullable=False),
    Column("reason", StoredReason, nullable=True),
    Column("quantity_before", Integer, nullable=True),
    Column("quantity_after", Integer, nullable=True),
    Column("revision", Integer, nullable=True),
    Column("run_id", Id, nullable=True),
    Column("hold_id", Id, nullable=True),
    Column("submission_id", Id, nullable=True),
    Column("evidence_id", Id, nullable=True),
    Index("ix_listing_events_listing", "listing_id", "id"),
    Index("ix_listing_events_user", "user_id", "at", "kind"),  # a seller's history by day
    Index("ix_listing_events_evidence", "evidence_id"),  # is the evidence still referred to?
)

removed_offers = Table(  # deleted from `listings`: Amazon may show them again
    "removed_offers",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("sku", exact(64), primary_key=True),
    Column("listing_id", Id, nullable=False),  # of the deleted row, whose history this is
    Column("created_at", UtcDateTime, nullable=False),  # of the deleted row
    Column("removed_at", UtcDateTime, nullable=False),
    Column("next_read_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime, nullable=True),
    Column("shown", Integer, nullable=True),  # the quantity at the last read; NULL: no such offer, or not read yet
    Column("returns", Integer, nullable=False),  # how often it came back
    Column("came_back_at", UtcDateTime, nullable=True),  # when the last return was found
    Column("zeroed_at", UtcDateTime, nullable=True),  # when a zero was last sent, and not refused
    Column("zero_shown_at", UtcDateTime, nullable=True),  # when a read first found 0 after that
    Column("attempts", Integer, nullable=False),  # zeros since the return that Amazon refused or did not show
    Column("reason", StoredReason, nullable=True),  # what was made of the last return
    # amazon_accounts.seller_id of the store; NULL: of the one that is linked (a release before 0034 has written it)
    Column("seller_id", exact(32), nullable=True),
    Index("ix_removed_offers_read", "user_id", "next_read_at"),
    Index("ix_removed_offers_shown", "shown", "user_id"),  # few are up
)

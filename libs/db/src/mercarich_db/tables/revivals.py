"""Replacements. Rules are written by web and by `mercarich revival`, all else by updater."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from mercarich_db.tables.metadata import metadata
from mercarich_db.types import Id, StoredReason, UtcDateTime, exact

seller_settings = Table(  # a seller's own values of settings; see setting_definitions.SELLERS_OWN
    "seller_settings",
    metadata,
    Column("user_id", Id, primary_key=True, autoincrement=False),
    Column("key", exact(64), primary_key=True),
    Column("value", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", String(64), nullable=False),
)

EVERYONE = 0
"""The user_id of an exclusion that applies to all sellers, including new ones."""

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

revival_candidates = Table(  # of a listing's last search, in the order of judgement
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
    Column("refused_by", exact(32), nullable=True),  # a Filter; NULL: it matches
    Column("reason", StoredReason, nullable=True),
    # as far as it was looked at when it was judged; NULL: unknown
    Column("page_seen", Boolean, nullable=True),  # False: only the row of the search's result
    Column("seller_id", exact(64), nullable=True),
    Column("rating_good", Integer, nullable=True),
    Column("rating_bad", Integer, nullable=True),
    Column("condition_code", Integer, nullable=True),  # 1 new … 6 poor
    Column("shipping_payer", exact(8), nullable=True),  # seller, buyer
    Column("shipping_cost_jpy", Integer, nullable=True),
    Column("ships_from", String(64), nullable=True),
    Column("ship_days_max", Integer, nullable=True),
    Column("image_url", String(512), nullable=True),
    Column("quick_correlation", Float, nullable=True),  # of the pictures' grey histograms, -1 to 1
    Column("share_forth", Float, nullable=True),  # these as mercarich_replacements.matching.Likeness
    Column("share_back", Float, nullable=True),
    Column("inliers", Integer, nullable=True),
    Column("colour_distance", Float, nullable=True),
    Column("changed_share", Float, nullable=True),
    Column("odd_share", Float, nullable=True),
    Index("ix_revival_candidates_listing", "listing_id", "id"),
)

revivals = Table(  # replacements that were found, with their state
    "revivals",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("listing_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("run_id", Id, nullable=True),
    Column("state", exact(16), nullable=False),  # a RevivalState
    Column("marketplace", exact(16), nullable=False),
    Column("item_id", exact(64), nullable=False),
    Column("url", String(512), nullable=False),
    Column("title", String(255), nullable=True),
    Column("price_jpy", Integer, nullable=True),
    Column("old_source_item_id", Id, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", String(64), nullable=True),
    Column("proposed", Boolean, nullable=True),  # whether it waited for a decision; NULL: found by an earlier release
    # as it was when it was found, for the seller's rule (mercarich_replacements.approval); NULL: unknown
    Column("seller_id", exact(64), nullable=True),
    Column("alike_parts", Integer, nullable=True),  # share of alike features in hundredths of a percent
    Column("postage_jpy", Integer, nullable=True),
    Column("rating_good", Integer, nullable=True),
    Column("rating_bad", Integer, nullable=True),
    Column("condition_code", Integer, nullable=True),  # 1 new … 6 poor
    Column("first_price_jpy", Integer, nullable=True),  # of the cheapest first source of the listings that it is for
    Column("first_condition_code", Integer, nullable=True),  # the best of their first sources'
    Column("offer_price_jpy", Integer, nullable=True),  # of the offer that would earn least with it
    Column("profit_jpy", Integer, nullable=True),  # what that offer would earn
    # by the rule
    Column("rule_approved_at", UtcDateTime, nullable=True),  # NULL: the rule did not approve it
    Column("rule_reason", StoredReason, nullable=True),
    Index("ix_revivals_listing", "listing_id", "id"),
    Index("ix_revivals_state", "state", "id"),
    Index("ix_revivals_seller", "user_id", "state", "id"),
    Index("ix_revivals_found", "user_id", "at"),
    Index("ix_revivals_by_rule", "user_id", "rule_approved_at"),
)

revival_pictures = Table(  # of the replacement that waits for a person, at most one for each listing
    "revival_pictures",
    metadata,
    Column("listing_id", Id, primary_key=True, autoincrement=False),
    Column("revival_id", Id, nullable=False),
    Column("jpeg", LargeBinary, nullable=False),  # at most 48 KiB: MariaDB's BLOB takes 64
)

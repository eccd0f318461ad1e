"""English."""

from collections.abc import Mapping

SEEN = "{word} ({because})"
YEN = "{:,} yen"
LISTED = ", "
MARKETPLACES: Mapping[str, str] = {"yahoo": "Yahoo! Auctions", "mercari": "Mercari"}
STATES: Mapping[str, str] = {
    "available": "on sale",
    "unbuyable": "not at a fixed price",
    "sold": "sold",
    "ended": "ended",
    "gone": "gone",
    "suspended": "suspended",
    "unknown": "unknown",
}
"""Of a source."""
STATE_REASONS: Mapping[str, str] = {
    "auction_only": "auction only",
    "no_price": "no price",
    "flea_market": "flea market",
    "in_transaction": "in a transaction",
    "sold_out": "sold out",
    "won": "won by a bidder",
    "closed_without_bids": "closed without bids",
    "closed": "closed",
    "cancelled": "cancelled",
    "not_found": "not found",
    "deleted_by_seller": "deleted by the seller",
    "deleted_by_marketplace": "deleted by the marketplace",
    "stopped_by_seller": "stopped by the seller",
    "stopped_by_marketplace": "stopped by the marketplace",
    "not_found_once": "not found once, a second look follows",
    "closing": "closing now",
    "blocked": "blocked",
    "rate_limited": "too many requests",
    "auth": "access refused",
    "bad_request": "request refused",
    "transient": "passing fault",
    "timed_out": "no answer in time",
    "unparsable": "page not understood",
    "empty": "empty answer",
    "unknown_status": "unknown status word",
    "breaker_open": "not asked at present",
    "malformed_id": "malformed id",
    "oversized": "answer too large",
    "set_aside": "set aside",
}
"""Why a source is in its state."""

REASONS: Mapping[str, str] = {
    # a listing's life
    "source_seen": "{state}",
    "source_on_sale_again": "seen on sale at the second look",
    "no_replacement_yet": "no replacement yet; its source: {state}",
    "replaced_by": "replaced by {item_id} ({marketplace})[, {price_jpy}]",
    "replacement_waits": "{item_id} ({marketplace}) waits for approval",
    "replacement_approved": "{item_id}, approved by {person}",
    "replacement_refused": "{item_id}, refused by {person}",
    "replacement_taken_back": "{item_id}, taken back by {person}",
    "replacement_undone": "{item_id}, refused or taken back by {person}",
    "approved_item_seen": "{item_id}: {state}",
    "approved_item_used": "{item_id} is used for another listing by now",
    "approved_item_gone": "{item_id} is gone by now",
    "by_hand": "by hand ({person})",
    "by_import": "by import {job_id}",
    "expired": "{sku}: down since {withdrawn_at}, expired",
    "deleted_by_hand": "{sku}: by hand ({person})",
    # pushes
    "amazon_refused": "Amazon refused it: {text}",
    "amazon_unreachable": "no usable answer of Amazon: {text}",
    "not_shown": "accepted, but Amazon shows {shown|no quantity}",
    "newer_quantity": "a newer quantity goes out after this feed",
    "feed_forgotten": "Amazon no longer knows this feed",
    "feed_ended_as": "Amazon ended the feed as {state}",
    "feed_without_report": "the feed is done without a report",
    "feed_refused": "Amazon refused the whole feed: {text}",
    "feed_incomplete": "Amazon processed only {processed} of the feed's {sent} messages",
    # of earlier and later releases
    "old_sentence": "{text}",
}

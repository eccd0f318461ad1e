"""English: values that sentences name."""

from collections.abc import Mapping

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
    "not_found_unproven": "no page, and no proof that there is no such item",
    "closing": "closing now",
    "blocked": "blocked",
    "rate_limited": "too many requests",
    "auth": "access refused",
    "bad_request": "request refused",
    "transient": "passing fault",
    "timed_out": "no answer in time",
    "unparsable": "page not understood",
    "empty": "empty answer",
    "unknown_status": "unknown status",
    "breaker_open": "not asked at present",
    "malformed_id": "malformed id",
    "oversized": "answer too large",
    "set_aside": "set aside",
}
"""Why a source is in its state."""

CONDITIONS: Mapping[int, str] = {
    1: "new, unused",
    2: "nearly unused",
    3: "no visible flaws",
    4: "slightly used",
    5: "used",
    6: "poor",
}
"""Of an item, as the marketplaces order them."""
COLOURS: Mapping[str, str] = {
    "red": "red",
    "blue": "blue",
    "green": "green",
    "yellow": "yellow",
    "black": "black",
    "white": "white",
    "pink": "pink",
    "purple": "purple",
    "orange": "orange",
    "brown": "brown",
    "silver": "silver",
    "gold": "gold",
    "grey": "grey",
    "navy": "navy",
    "beige": "beige",
}
ORDER_DECISIONS: Mapping[str, str] = {
    "ordered": "ordered at a source",
    "bought": "bought",
    "shipped_by_others": "sent from elsewhere",
    "cannot_be_sourced": "cannot be sourced",
}
"""What a seller decided on an ordered item."""
OFFER_CONDITIONS: Mapping[str, str] = {
    "new_new": "new",
    "used_like_new": "used – like new",
    "used_very_good": "used – very good",
    "used_good": "used – good",
    "used_acceptable": "used – acceptable",
}
"""Of an offer at Amazon."""

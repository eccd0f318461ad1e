"""The marketplaces that are watched, and the states and reasons of what was seen there."""

from enum import StrEnum


class Marketplace(StrEnum):
    """A site with sources. Its value is the suffix of topics, commands and settings."""

    YAHOO = "yahoo"
    MERCARI = "mercari"


class RouteName(StrEnum):
    """The requests that look at sources, each named like the parser of its responses (`Evidence.parser_version`).

    One may fail while the others work, so that each has canaries and holds of its own.
    """

    YAHOO_ITEM = "yahoo-item"
    MERCARI_ITEM = "mercari-item"
    MERCARI_SHOPS = "mercari-shops"
    MERCARI_SELLER = "mercari-seller"
    """The list of a seller's ordinary items."""


class State(StrEnum):
    """The state of a source item's stock at one look."""

    AVAILABLE = "available"
    UNBUYABLE = "unbuyable"
    """On sale, but cannot be bought at a fixed price."""
    SOLD = "sold"
    ENDED = "ended"
    GONE = "gone"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"
    """The look was inconclusive. It never changes stock."""


OUT_OF_STOCK = frozenset({State.UNBUYABLE, State.SOLD, State.ENDED, State.GONE, State.SUSPENDED})
"""The states that are positive evidence against selling."""


class Reason(StrEnum):
    """Why the state is not `available`. A closed set, so that it can label a metric."""

    AUCTION_ONLY = "auction_only"
    NO_PRICE = "no_price"
    FLEA_MARKET = "flea_market"

    IN_TRANSACTION = "in_transaction"
    """Mercari `trading`: a cancelled trade can bring the item back."""
    SOLD_OUT = "sold_out"
    WON = "won"
    """Yahoo: closed with a winner."""

    CLOSED_WITHOUT_BIDS = "closed_without_bids"
    CLOSED = "closed"
    """Closed, and the page does not say whether there is a winner."""
    CANCELLED = "cancelled"

    NOT_FOUND = "not_found"
    """The marketplace's own words that there is no such item: absence, as opposed to a state that was read."""
    DELETED_BY_SELLER = "deleted_by_seller"
    DELETED_BY_MARKETPLACE = "deleted_by_marketplace"

    STOPPED_BY_SELLER = "stopped_by_seller"
    STOPPED_BY_MARKETPLACE = "stopped_by_marketplace"

    NOT_FOUND_ONCE = "not_found_once"
    """Words for "no such item" that were never recorded: the checker believes them the second time, a minute later."""
    NOT_FOUND_UNPROVEN = "not_found_unproven"
    """A 404 of a route, a gateway or a page in front: it proves nothing, however often it comes."""
    CLOSING = "closing"
    """Yahoo: open, but its end time has passed; automatic extension is possible."""
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    BAD_REQUEST = "bad_request"
    TRANSIENT = "transient"
    """5xx, reset, refused, or a body cut short."""
    TIMED_OUT = "timed_out"
    UNPARSABLE = "unparsable"
    EMPTY = "empty"
    UNKNOWN_STATUS = "unknown_status"
    """The page has a status that is not in the table."""
    BREAKER_OPEN = "breaker_open"
    """The proxy's circuit breaker is open; the item was not looked at."""
    MALFORMED_ID = "malformed_id"
    OVERSIZED = "oversized"


class ErrorClass(StrEnum):
    """Classes of faulty answers of a marketplace or Amazon; they decide on retry, stock and breaker."""

    GONE = "gone"
    SOLD = "sold"
    BLOCKED = "blocked"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    BAD_REQUEST = "bad_request"
    TRANSIENT = "transient"
    UNPARSABLE = "unparsable"

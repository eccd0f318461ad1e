"""The faults of marketplaces and of Amazon that `weather` draws from, by the simulator's names for them."""

from typing import Any

from tests.soak.events import MINUTE

SITE_FAULTS: tuple[tuple[str, float, float, dict[str, Any]], ...] = (
    ("503_html", 1.0, 25 * MINUTE, {}),
    ("503_html", 0.4, 40 * MINUTE, {}),
    ("block_page_200", 1.0, 15 * MINUTE, {}),
    ("403", 1.0, 20 * MINUTE, {}),
    ("423", 1.0, 10 * MINUTE, {}),
    ("429", 0.5, 20 * MINUTE, {"retry_after": 20}),
    ("429", 1.0, 10 * MINUTE, {"retry_after": 300}),
    ("timeout", 0.3, 10 * MINUTE, {}),
    ("reset", 0.5, 15 * MINUTE, {}),
    ("truncated", 0.4, 15 * MINUTE, {}),
    ("slow", 0.6, 20 * MINUTE, {"seconds": 4}),
    ("empty_200", 1.0, 10 * MINUTE, {}),
    ("html_instead_of_json", 0.7, 15 * MINUTE, {}),
    ("field_removed", 0.5, 20 * MINUTE, {}),
    ("404", 0.3, 45.0, {}),
    ("404_route", 1.0, 20 * MINUTE, {}),
    ("404_route", 0.3, 40 * MINUTE, {}),
    ("404_cdn", 0.6, 20 * MINUTE, {}),
    ("redirect", 1.0, 15 * MINUTE, {"to": "/html/maintenance"}),
    ("redirect", 0.4, 20 * MINUTE, {"to": "/sorry.html"}),
    ("redirect", 0.7, 15 * MINUTE, {"to": "/"}),
    ("redirect", 0.7, 15 * MINUTE, {"to": "/guide/consent"}),
    ("field_retyped", 1.0, 20 * MINUTE, {}),
)
"""Kind, share of the requests, longest duration, further values."""
MERCARI_FAULTS: tuple[tuple[str, float, float, dict[str, Any]], ...] = (
    ("404_gateway", 1.0, 20 * MINUTE, {}),
    ("field_retyped", 1.0, 20 * MINUTE, {"field": "is_no_price"}),
    ("404_route", 1.0, 180 * MINUTE, {"only": ["shops_product"]}),
    ("404_gateway", 1.0, 40 * MINUTE, {"only": ["item"]}),
    ("nothing_there", 1.0, 60 * MINUTE, {"only": ["seller_items"]}),
)
AMAZON_FAULTS: tuple[tuple[str, str, float, float, dict[str, Any]], ...] = (
    ("spapi", "429", 0.5, 40 * MINUTE, {"retry_after": 5}),
    ("spapi", "500", 0.3, 30 * MINUTE, {}),
    ("spapi", "503_html", 1.0, 20 * MINUTE, {}),
    ("spapi", "timeout", 0.3, 15 * MINUTE, {}),
    ("spapi", "reset", 0.3, 20 * MINUTE, {}),
    ("spapi", "403", 0.5, 10 * MINUTE, {}),
    ("spapi", "invalid_in_200", 0.2, 40 * MINUTE, {}),
    ("spapi", "ignored_200", 0.3, 40 * MINUTE, {}),
    ("lwa", "500", 0.5, 20 * MINUTE, {}),
    ("lwa", "invalid_client", 1.0, 12 * MINUTE, {}),
)
FEED_FAULTS: tuple[tuple[str, dict[str, Any]] | None, ...] = (
    None,
    ("stuck_feed", {"seconds": 7200, "state": "IN_PROGRESS"}),
    ("stuck_feed", {"state": "IN_QUEUE"}),
    ("fatal_feed", {}),
    ("truncated", {"only": ["createFeed"]}),
    ("500", {"only": ["createFeed"]}),
    ("503_html", {"only": ["uploadDocument"]}),
)
"""One a day in turn, aimed at the seller with so many pushes that a feed carries them (`weather`), or at everybody's
feeds. Amazon has the feed whose reply is truncated."""

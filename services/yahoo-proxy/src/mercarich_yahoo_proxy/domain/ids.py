"""Yahoo! Auctions' ids: digits, mostly behind one letter."""

import re

_AUCTION = re.compile(r"[a-z]?[0-9]{6,12}")


def is_auction(item_id: str) -> bool:
    return _AUCTION.fullmatch(item_id) is not None


def page_url(item_id: str) -> str:
    """Where a person looks at the item."""
    return f"https://auctions.yahoo.co.jp/jp/auction/{item_id}"

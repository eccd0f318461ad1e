"""Mercari's two kinds of ids: `m` and digits, and the 22 characters of a Shops product."""

import re

_ORDINARY = re.compile(r"m[0-9]{8,14}")
_SHOPS = re.compile(r"[0-9A-Za-z]{22}")


def is_ordinary(item_id: str) -> bool:
    return _ORDINARY.fullmatch(item_id) is not None


def is_shops(item_id: str) -> bool:
    return _SHOPS.fullmatch(item_id) is not None


def page_url(item_id: str) -> str:
    """Where a person looks at the item."""
    if is_shops(item_id):
        return f"https://jp.mercari.com/shops/product/{item_id}"
    return f"https://jp.mercari.com/item/{item_id}"


def is_pictured(item_id: str, addresses: tuple[str, ...]) -> bool:
    """Whether a row's pictures carry its id, as Mercari's do. In a damaged list the status of one row can
    stand behind the id of another: what takes an item off sale is believed when both ends of a row agree."""
    return any(f"/{item_id}_" in address for address in addresses)

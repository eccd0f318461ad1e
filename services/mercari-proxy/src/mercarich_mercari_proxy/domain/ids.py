"""Mercari's two kinds of ids: `m` and digits, and the 22 characters of a Shops product."""

from mercarich_contracts.sites.mercari import ORDINARY, SHOPS


def is_ordinary(item_id: str) -> bool:
    return ORDINARY.is_id(item_id)


def is_shops(item_id: str) -> bool:
    return SHOPS.is_id(item_id)


def is_pictured(item_id: str, addresses: tuple[str, ...]) -> bool:
    """Whether a row's pictures carry its id, as Mercari's do. In a damaged list the status of one row can
    stand behind the id of another: what takes an item off sale is believed when both ends of a row agree."""
    return any(f"/{item_id}_" in address for address in addresses)

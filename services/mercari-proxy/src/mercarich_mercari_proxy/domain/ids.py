"""Mercari's two kinds of ids: `m` and digits, and the 22 characters of a Shops product."""

from mercarich_contracts.sites.mercari import ORDINARY, SHOPS


def is_ordinary(item_id: str) -> bool:
    return ORDINARY.is_id(item_id)


def is_shops(item_id: str) -> bool:
    return SHOPS.is_id(item_id)


def is_pictured(item_id: str, addresses: tuple[str, ...]) -> bool:
    """Return whether a picture of the row carries the row's id, as Mercari's pictures do.

    In a damaged list, a row can hold the id of one item and the status of another. So a status that takes an item
    off sale counts only when the id at the start of the row and the pictures at its end agree.
    """
    return any(f"/{item_id}_" in address for address in addresses)

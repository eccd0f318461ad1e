"""Why a question cannot be answered as it was asked."""

from collections.abc import Sequence


class NotFound(Exception):
    """There is no such thing; the text names it."""


class Ambiguous(Exception):
    """Several sellers have this SKU."""

    def __init__(self, sku: str, usernames: Sequence[str]) -> None:
        super().__init__(f"{len(usernames)} sellers have the SKU {sku}: {', '.join(usernames)}; add --username NAME")

"""Why a question cannot be answered as it was asked."""

from collections.abc import Sequence

from mercarich_reasons.refusal import Refusal


class NotFound(Exception):
    """There is no such thing; the text names it."""


class Ambiguous(Exception):
    """Several sellers have this SKU."""

    def __init__(self, sku: str, usernames: Sequence[str]) -> None:
        super().__init__(f"{len(usernames)} sellers have the SKU {sku}: {', '.join(usernames)}; add --username NAME")


class Refused(Refusal):
    """What was asked is not done; the reason says why."""

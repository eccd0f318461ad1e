"""Why a request cannot be fulfilled."""

from collections.abc import Sequence

from mercarich_reasons.refusal import Refusal


class NotFound(Exception):
    """The thing does not exist; the text names it."""


class Ambiguous(Exception):
    """Several sellers have this SKU."""

    def __init__(self, sku: str, usernames: Sequence[str]) -> None:
        super().__init__(f"{len(usernames)} sellers have the SKU {sku}: {', '.join(usernames)}; add --username NAME")


class Refused(Refusal):
    """The request is refused; the reason says why."""


class Outdated(Refused):
    """The thing is not as the request says that it was read."""

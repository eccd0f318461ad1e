"""What a seller does to many listings at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mercarich_web.domain.listings import Wish

MOST = 5_000
"""Listings that one action changes, in one transaction: all of them, or none."""


class BulkAction(StrEnum):
    WITHDRAW = "withdraw"
    """Quantity 0 at Amazon, until the seller puts it up again; no replacement is searched for."""
    PUT_UP = "put_up"
    """What is withdrawn and has a source on sale; it goes to Amazon while its source was just seen."""
    LIST = "list"
    """A draft becomes an offer that is checked: it stands at Amazon as the seller put it there."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Listings by their ids, or everything that a wish matches."""

    ids: Sequence[int] = ()
    wish: Wish | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    chosen: int
    """Counted up to `MOST` + 1."""
    fitting: int
    """Of these, the action changes so many; the same bound."""

    @property
    def now(self) -> int:
        """What one application changes."""
        return min(self.fitting, MOST)

"""The interface to orders whose source is gone, and to what else could serve them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mercarich_contracts.market import Marketplace
from mercarich_replacements.rules import Wanted
from mercarich_updater.domain.order_searches import Ended, Standing
from mercarich_updater.ports import Judged


class ClaimLost(Exception):
    """The claim is no longer this worker's: its lease has ended, and another worker searches. Nothing was written."""


@dataclass(frozen=True, slots=True)
class OrderWanted:
    """An order that is searched for, under a claim."""

    order_item_id: int
    claim: str
    wanted: Wanted
    """What the order's source was. Its offer price is what the order was sold for, as far as that is known."""
    gone_at: datetime
    """When the source was seen gone."""
    standing: Standing
    """With this claim among the unfinished ones."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """A candidate that fits an order, or that the pictures alone refused."""

    judged: Judged
    landed_jpy: int
    """The price with the postage; of an unknown one what the seller counts for it, which may be nothing."""
    jpeg: bytes | None = None
    """Its picture that was compared, small; None: it is not at hand."""


class OrderSearches(Protocol):
    """Open orders whose source was seen gone after they were read. Every method raises `DatabaseAway`."""

    def claim(self, marketplace: Marketplace, claim: str, now: datetime) -> OrderWanted | None:
        """Claim the order that is next: fewest searches first, then by the time to ship it. None: none is due.

        `claim` is a token that no other claim has, of 32 characters.
        """

    def renew(self, order: OrderWanted, now: datetime) -> None:
        """Extend the lease. Raises `ClaimLost`."""

    def release(self, order: OrderWanted, again_at: datetime) -> None:
        """Give the order back, to be searched for from then on as if nobody had; nothing happens if the claim was
        lost."""

    def keep(self, order: OrderWanted, fitting: Fitting, now: datetime) -> bool:
        """Store a candidate, and keep the best three of the order: those that fit before others, a known postage before
        an unknown one, then what was seen last. Return whether it is the order's first one that fits.

        Raises `ClaimLost`, `UsedMeanwhile` and `GoneMeanwhile`.
        """

    def end(self, order: OrderWanted, ended: Ended, judged: Sequence[Judged], since: datetime, now: datetime) -> None:
        """Store the end of a search that began at `since`. Raises `ClaimLost`."""

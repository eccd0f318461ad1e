"""What changing prices needs from outside. Every method of Amazon's raises `AmazonTrouble`."""

from collections.abc import Sequence
from typing import Protocol

from mercarich_feed.domain.pushes import Account
from mercarich_listings.repricing import Repricing, ShownPrice, Step


class Prices(Protocol):
    def look(self, account: Account, sku: str) -> ShownPrice:
        """Return what Amazon has. Raises `Missing` for an unknown SKU."""

    def send(self, account: Account, sku: str, price_jpy: int) -> None:
        """Send the price, once. After `Transient` Amazon may have it."""

    def works_for(self, account: Account) -> bool:
        """Return whether Amazon serves the seller, so that a 403 concerns a SKU alone."""


class Repricings(Protocol):
    """Prices of sellers that are on their way (`mercarich_listings.repricing_store`)."""

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Repricing]]:
        """Claim some that are due, those that were sent before the others; return the claim's name and them."""

    def sending(self, claim: str, change: Repricing) -> Step | None:
        """Note that the price is about to be sent; return why it may not be: then nothing is noted."""

    def unsent(self, claim: str, change: Repricing) -> None:
        """Note that what was to be sent is not at Amazon."""

    def settle(self, claim: str, change: Repricing, step: Step) -> None:
        """Store what becomes of it, unless another worker has it."""

    def release(self, claim: str) -> None:
        """Give back what was not settled."""


class PriceMeter(Protocol):
    """Counts for the dashboards."""

    def priced(self, step: Step) -> None: ...

"""What creating offers needs from outside. Every method of Amazon's raises `AmazonTrouble`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mercarich_feed.domain.creations import Product
from mercarich_feed.domain.pushes import Account
from mercarich_listings.creation import Creation, Shown, Step, Terms
from mercarich_reasons.creations import AsinRestricted
from mercarich_reasons.reason import Reason


class NewOffers(Protocol):
    def restriction(self, account: Account, terms: Terms) -> AsinRestricted | None:
        """Return why the seller may not sell the product in this condition; None: they may."""

    def product(self, account: Account, asin: str) -> Product | None:
        """Return the product with this ASIN; None: there is none."""

    def preview(self, account: Account, creation: Creation, terms: Terms) -> None:
        """Have Amazon check the offer without creating it. Raises `ContentRefused` for one that it would refuse."""

    def create(self, account: Account, creation: Creation, terms: Terms) -> None:
        """Send the offer, once. After `Transient` Amazon may have it."""

    def look(self, account: Account, sku: str) -> Shown | None:
        """Return what Amazon shows; None: it does not know the SKU."""

    def works_for(self, account: Account) -> bool:
        """Return whether Amazon serves the seller, so that a 403 concerns a SKU or product alone."""

    def delete(self, account: Account, sku: str) -> None:
        """Delete the offer. Amazon accepts that for a SKU that it does not know, too."""


class Creations(Protocol):
    """Open creations of sellers (`mercarich_listings.creation_store`)."""

    def claim(self, user_id: int, limit: int) -> tuple[str, Sequence[Creation]]:
        """Claim some that are due, those that were sent before the others; return the claim's name and them."""

    def excluded_words(self, user_id: int) -> Sequence[str]:
        """Return words and brands that the seller or the operator has excluded."""

    def sending(self, claim: str, creation: Creation) -> Step | None:
        """Note that the offer is about to be sent; return why it may not be: then nothing is noted."""

    def accepted(self, claim: str, creation: Creation) -> None:
        """Note that Amazon accepted the offer."""

    def unsent(self, claim: str, creation: Creation) -> None:
        """Note that what was to be sent is not at Amazon."""

    def settle(self, claim: str, creation: Creation, step: Step) -> None:
        """Store what becomes of it, unless another worker has it."""

    def release(self, claim: str) -> None:
        """Give back what was not settled."""


@dataclass(frozen=True, slots=True)
class CatalogSearch:
    """A seller's question to Amazon's catalogue."""

    id: int
    query: str
    is_code: bool


class Catalogue(Protocol):
    def by_code(self, account: Account, jan: str) -> Sequence[Product]: ...

    def by_words(self, account: Account, words: str) -> Sequence[Product]: ...

    def product(self, account: Account, asin: str) -> Product | None:
        """Return the product with this ASIN; None: there is none."""


class CatalogSearches(Protocol):
    def claim(self, user_id: int) -> CatalogSearch | None:
        """Claim the seller's oldest search that is due."""

    def found(self, search: CatalogSearch, products: Sequence[Product]) -> None: ...

    def failed(self, search: CatalogSearch, problem: Reason) -> None:
        """Note why nothing could be found; the seller may search again."""


class CreationMeter(Protocol):
    """Counts for the dashboards."""

    def settled(self, step: Step) -> None: ...

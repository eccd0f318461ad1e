"""Sellers' searches of Amazon's catalogue: a person waits for each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mercarich_feed.domain.answers import AmazonTrouble, ContentRefused, Missing
from mercarich_feed.domain.creations import Product
from mercarich_feed.domain.pushes import Account
from mercarich_feed.ports_creations import CatalogSearch, CatalogSearches, Catalogue

_ASIN = re.compile(r"B0[0-9A-Z]{8}|[0-9]{9}[0-9X]")


@dataclass(frozen=True, slots=True)
class SearchCatalogue:
    searches: CatalogSearches
    catalogue: Catalogue

    def __call__(self, account: Account) -> float | None:
        """Make the seller's oldest search; return the seconds until the next turn, or None when there is none.

        Raises `AmazonTrouble` that concerns the seller; the search is told of it.
        """
        search = self.searches.claim(account.user_id)
        if search is None:
            return None
        try:
            self.searches.found(search, self._found(account, search))
        except AmazonTrouble as trouble:
            self.searches.failed(search, trouble.reason)
            if not isinstance(trouble, ContentRefused | Missing):
                raise
        return 0.0

    def _found(self, account: Account, search: CatalogSearch) -> Sequence[Product]:
        if search.is_code:
            return self.catalogue.by_code(account, search.query)
        if _ASIN.fullmatch(search.query.upper()):
            product = self.catalogue.product(account, search.query.upper())
            return [product] if product is not None else []
        return self.catalogue.by_words(account, search.query)

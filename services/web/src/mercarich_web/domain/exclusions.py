"""What a seller does not want to be offered: source sellers, and words in titles."""

from collections.abc import Collection
from dataclasses import dataclass

from mercarich_contracts.proxy_api import Item


@dataclass(frozen=True, slots=True)
class Exclusions:
    sellers: Collection[tuple[str, str]] = ()
    """(marketplace, the source's seller)"""
    words: Collection[str] = ()

    def excludes(self, item: Item) -> bool:
        title = (item.title or "").casefold()
        return (item.marketplace, item.seller_id or "") in self.sellers or any(
            word.casefold() in title for word in self.words
        )

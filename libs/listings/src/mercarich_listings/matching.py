"""Which source an offer at Amazon has: by an address in its note, by our own SKU, or by what a person gives."""

from dataclasses import dataclass
from enum import StrEnum

from mercarich_contracts.market import Marketplace
from mercarich_contracts.sites import SITES, item_of_address


class MatchedBy(StrEnum):
    NOTE = "note"
    """The seller's note on the condition names the address of an item's page."""
    SKU = "sku"
    """The SKU is one of ours: the marketplace's prefix, then the item's id."""
    CSV = "csv"
    HAND = "hand"


BY_ITSELF = (MatchedBy.NOTE, MatchedBy.SKU)
"""What a read finds by itself, and the next read may find otherwise. A person's word stays."""


class Channel(StrEnum):
    """Who sends what is ordered."""

    MERCHANT = "merchant"
    AMAZON = "amazon"


@dataclass(frozen=True, slots=True)
class SourceOf:
    """The source of an offer, and what it was matched by."""

    marketplace: Marketplace
    item_id: str
    by: MatchedBy


def found_by_itself(sku: str, note: str) -> SourceOf | None:
    """Return the source that the offer itself names; the note goes before the SKU. None: it names none, or two."""
    named = _named_in(note) if note else set()
    if named:
        return SourceOf(*named.pop(), MatchedBy.NOTE) if len(named) == 1 else None
    for site in SITES.values():
        item_id = sku.removeprefix(site.sku_prefix)
        if item_id != sku and site.is_item(item_id):
            return SourceOf(site.marketplace, item_id, MatchedBy.SKU)
    return None


def given_by_person(text: str, by: MatchedBy, marketplace: Marketplace | None = None) -> SourceOf | None:
    """Return the source that a person gives: an address, or an id with its marketplace. None: it is neither.

    An id alone does not do: that of an item at Mercari is one of Yahoo! Auctions, too, by its form.
    """
    if marketplace is None:
        found = item_of_address(text)
        return SourceOf(*found, by) if found is not None else None
    item_id = SITES[marketplace].item_id_in(text)
    return SourceOf(marketplace, item_id, by) if item_id is not None else None


def _named_in(note: str) -> set[tuple[Marketplace, str]]:
    return {(site.marketplace, item_id) for site in SITES.values() for item_id in site.item_ids_within(note)}

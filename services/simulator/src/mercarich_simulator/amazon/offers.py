"""The quantity that Amazon shows for each offer, with its history."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from mercarich_simulator.catalogue import Catalogue, Listing

KEPT_CHANGES = 500
"""Most changes kept per offer. The oldest are dropped first, so that memory is bounded."""

PATCH, FEED, PUT, SEED = "patch", "feed", "put", "seed"
"""Lanes: how a quantity arrived. `seed` is set by a test through /_sim; the ledger does not judge it."""


class Shown(NamedTuple):
    """One change of the quantity that Amazon shows."""

    at: float
    quantity: int
    lane: str
    reference: str
    """Submission or feed id."""
    stale: bool
    """Whether a feed replaced the quantity of a later patch by an older one."""


class Source(NamedTuple):
    """A new source item of an offer, and the time since when, according to the seller's own records."""

    at: float
    marketplace: str
    number: int


@dataclass(slots=True)
class Offer:
    """An offer that has changed at least once."""

    seller_id: str
    sku: str
    listing: Listing | None
    """None for an offer that PUT created."""
    first: int
    """The quantity at the start."""
    changes: list[Shown] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    repeats: int = 0
    accepted: int = 0
    last_direct_at: float = 0.0
    lead_time_days: int | None = None
    deleted: bool = False

    @property
    def quantity(self) -> int:
        return self.changes[-1].quantity if self.changes else self.first


@dataclass(frozen=True, slots=True)
class Push:
    """A quantity on its way into Amazon."""

    seller_id: str
    sku: str
    quantity: int
    lane: str
    reference: str
    submitted_at: float
    """When Amazon accepted it. A feed takes effect long after this."""
    lead_time_days: int | None = None


class Offers:
    """All offers. `touched` holds the changed ones and those created by PUT; the catalogue has the others."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.touched: dict[tuple[str, str], Offer] = {}

    def get(self, seller_id: str, sku: str) -> Offer | None:
        """Return an offer as it is now; None when the seller has no such SKU or it was deleted."""
        offer = self.touched.get((seller_id, sku)) or self._untouched(seller_id, sku)
        return None if offer is None or offer.deleted else offer

    def accept(self, push: Push, at: float) -> None:
        """Apply a quantity that Amazon has accepted, at time `at`. The offer must exist."""
        offer = self._touch(push.seller_id, push.sku)
        offer.accepted += push.lane != SEED
        stale = push.lane == FEED and offer.last_direct_at > push.submitted_at
        if push.lane != FEED:
            offer.last_direct_at = at
        if push.lead_time_days is not None:
            offer.lead_time_days = push.lead_time_days
        if push.quantity == offer.quantity:
            offer.repeats += push.lane != SEED
            return
        offer.changes.append(Shown(at, push.quantity, push.lane, push.reference, stale))
        if len(offer.changes) > KEPT_CHANGES:
            offer.first = offer.changes[-KEPT_CHANGES - 1].quantity
            del offer.changes[:-KEPT_CHANGES]

    def stand_on(self, seller_id: str, sku: str, source: Source) -> None:
        """Record that the offer has another source. Raise KeyError for an unknown offer."""
        offer = self._touch(seller_id, sku)
        offer.sources.append(source)
        offer.sources.sort()

    def put(self, seller_id: str, sku: str) -> None:
        """Create the offer, as PUT does."""
        key = (seller_id, sku)
        if key not in self.touched and self._untouched(seller_id, sku) is None:
            self.touched[key] = Offer(seller_id, sku, None, 0)
        self._touch(seller_id, sku).deleted = False

    def delete(self, seller_id: str, sku: str, at: float) -> None:
        self.accept(Push(seller_id, sku, 0, SEED, "deleted", at), at)
        self._touch(seller_id, sku).deleted = True

    def of_source(self, marketplace: str, number: int) -> Iterator[Offer]:
        """Yield the offers with this source item at the start."""
        for listing_number in self.catalogue.shelves[marketplace].listings_of(number):
            listing = self.catalogue.listing(marketplace, listing_number)
            yield self.touched.get((listing.seller.seller_id, listing.sku)) or _offer(listing)

    def standing_on(self, marketplace: str, number: int) -> Iterator[Offer]:
        """Yield the offers with this source item now."""
        for offer in self.of_source(marketplace, number):
            if not offer.sources:
                yield offer
        for offer in self.touched.values():
            if offer.sources and offer.sources[-1][1:] == (marketplace, number):
                yield offer

    def _touch(self, seller_id: str, sku: str) -> Offer:
        key = (seller_id, sku)
        if key not in self.touched:
            offer = self._untouched(seller_id, sku)
            if offer is None:
                raise KeyError(f"{seller_id} has no {sku}")
            self.touched[key] = offer
        return self.touched[key]

    def _untouched(self, seller_id: str, sku: str) -> Offer | None:
        listing = self.catalogue.listing_of(seller_id, sku)
        return None if listing is None else _offer(listing)


def _offer(listing: Listing) -> Offer:
    return Offer(listing.seller.seller_id, listing.sku, listing, listing.quantity)

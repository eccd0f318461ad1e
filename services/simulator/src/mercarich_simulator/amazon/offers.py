"""The quantity that Amazon shows for each offer, with its history."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mercarich_simulator.amazon.attributes import (
    LEAD_TIME,
    MERGE,
    QUANTITY,
    RESTOCK,
    Fields,
    Lost,
    Write,
    lost_fields,
)
from mercarich_simulator.amazon.lag import lag
from mercarich_simulator.amazon.offer_terms import OfferTerms
from mercarich_simulator.amazon.prices import Pricing
from mercarich_simulator.catalogue import AmazonSeller, Catalogue, Listing
from mercarich_simulator.identity import entropy, share

KEPT_CHANGES = 500
"""Most changes kept per offer. The oldest are dropped first, so that memory is bounded."""

PATCH, FEED, PUT, SEED, ORDER, SELLER, RETURN = "patch", "feed", "put", "seed", "order", "seller", "return"
"""Lanes: how a quantity arrived. `seed` is set through /_sim, `seller` in Seller Central; `return` came by itself."""
PUSHES = frozenset({PATCH, FEED, PUT})
"""The lanes that the ledger judges."""
_REFUSED = ("18299", "You need approval to list this product.")
"""The issue of an accepted offer that cannot be bought."""


class Shown(NamedTuple):
    """One change of the quantity that Amazon shows."""

    at: float
    quantity: int
    lane: str
    reference: str  # submission or feed id
    stale: bool
    """Whether a feed replaced the quantity of a later patch by an older one."""
    accepted_at: float | None = None
    """When Amazon took the push, or the feed's document, that it shows later; None: it showed at once."""


class Coming(NamedTuple):
    """An accepted change that nobody sees yet; `change.at` is when it shows."""

    change: Shown
    deletes: bool = False


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
    entry: Fields = field(default_factory=dict)
    """What the seller has submitted, as of now: the attribute `fulfillment_availability`."""
    changes: list[Shown] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)
    """In the order of acceptance, in which they show, too."""
    sources: list[Source] = field(default_factory=list)
    repeats: int = 0
    accepted: int = 0
    last_direct_at: float = 0.0
    fields_lost: list[Lost] = field(default_factory=list)
    deleted: bool = False
    issue: tuple[str, str] | None = None
    """Code and message of an ERROR that came after acceptance: the offer cannot be bought."""
    terms: OfferTerms | None = None
    """What it is sold as; None for an offer of the start."""
    pricing: Pricing | None = None
    """Its price, once that was changed."""
    overwritten: int = 0
    """How often PUT has replaced all that was there."""

    @property
    def quantity(self) -> int:
        """The quantity that shoppers see."""
        return self.changes[-1].quantity if self.changes else self.first

    @property
    def buyable(self) -> bool:
        return self.quantity > 0 and self.issue is None

    @property
    def source(self) -> tuple[str, int] | None:
        """The marketplace and number of the source item now."""
        if self.sources:
            return self.sources[-1][1:]
        return (self.listing.marketplace, self.listing.source_number) if self.listing else None


@dataclass(frozen=True, slots=True)
class Push:
    """Writes of an offer's availability on their way into Amazon."""

    seller_id: str
    sku: str
    writes: Sequence[Write]
    lane: str
    reference: str
    submitted_at: float
    """When Amazon accepted it. A feed takes effect long after this."""


def by_hand(seller_id: str, sku: str, quantity: int, reference: str, at: float) -> Push:
    """Return a quantity that the ledger does not judge."""
    return Push(seller_id, sku, [Write(MERGE, {QUANTITY: quantity})], SEED, reference, at)


class Offers:
    """All offers. `touched` holds the changed ones and those created by PUT; the catalogue has the others."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.touched: dict[tuple[str, str], Offer] = {}
        self.lag_seconds = catalogue.settings.lag_seconds  # the typical lag of future changes
        self.raised: list[tuple[float, tuple[str, str]]] = []
        """Offers that pushes have put up, and when; who takes notice empties it."""
        self._due: list[tuple[float, tuple[str, str]]] = []
        self.meant: set[tuple[str, str]] | None = None
        """Offers that sellers want to be created, by their own records; None: they were not told."""

    def get(self, seller_id: str, sku: str) -> Offer | None:
        """Return an offer as it is now; None when the seller has no such SKU or it was deleted."""
        offer = self.touched.get((seller_id, sku)) or self._untouched(seller_id, sku)
        return None if offer is None or offer.deleted else offer

    def accept(self, push: Push, at: float) -> None:
        """Apply what Amazon has accepted, at time `at`. The offer must exist."""
        offer = self.touch(push.seller_id, push.sku)
        offer.accepted += push.lane in PUSHES
        stale = push.lane == FEED and offer.last_direct_at > push.submitted_at
        if push.lane != FEED:
            offer.last_direct_at = at
        before = offer.entry
        for write in push.writes:
            offer.entry = write.on(offer.entry)
        if push.lane in PUSHES:
            lost = lost_fields(before, offer.entry, push.writes)
            offer.fields_lost += [Lost(at, name, value, push.reference) for name, value in lost]
        if not any(write.means(QUANTITY) for write in push.writes):
            return
        quantity = offer.entry.get(QUANTITY, 0)
        offer.repeats += push.lane in PUSHES and quantity == _expected(offer)
        change = Shown(at, quantity, push.lane, push.reference, stale, push.submitted_at if push.lane == FEED else at)
        if push.lane in PUSHES:
            self._await(offer, Coming(change))
        else:
            self._show(offer, Coming(change))

    def settle(self, now: float) -> None:
        """Show all changes that are due at `now`."""
        while self._due and self._due[0][0] <= now:
            _, key = heapq.heappop(self._due)
            offer = self.touched[key]
            self._show(offer, offer.coming.pop(0))

    def sell(self, offer: Offer, at: float, reference: str) -> Offer | None:
        """Lower the quantity by one piece and return the offer; None when it is not up."""
        if not offer.buyable:
            return None
        offer = self.touch(offer.seller_id, offer.sku)
        self._show(offer, Coming(Shown(at, offer.quantity - 1, ORDER, reference, False)))
        return offer

    def expect(self, offer: Offer) -> None:
        """Take notice of the offer's changes that are still to show, as after a restart."""
        for coming in offer.coming:
            heapq.heappush(self._due, (coming.change.at, (offer.seller_id, offer.sku)))

    def _await(self, offer: Offer, coming: Coming) -> None:
        """Show the change after its lag, and after the changes before it."""
        if not self.lag_seconds and not offer.coming:
            self._show(offer, coming)
            return
        seed, change = self.catalogue.settings.seed, coming.change
        at = change.at + lag(self.lag_seconds, seed, offer.seller_id, offer.sku, offer.accepted)
        at = max([at, *(before.change.at for before in offer.coming)])
        offer.coming.append(coming._replace(change=change._replace(at=at)))
        heapq.heappush(self._due, (at, (offer.seller_id, offer.sku)))

    def _show(self, offer: Offer, coming: Coming) -> None:
        change = coming.change
        offer.deleted = coming.deletes or (offer.deleted and change.lane != PUT)
        if change.quantity and not offer.quantity and change.lane in PUSHES:
            noise = entropy(self.catalogue.settings.seed, "issue", offer.seller_id, offer.sku, change.at)
            offer.issue = _REFUSED if share(noise) < self.catalogue.settings.late_issues else None
            self.raised.append((change.at, (offer.seller_id, offer.sku)))
        if change.quantity != offer.quantity and (coming.deletes or not offer.deleted):
            offer.changes.append(change)
        if len(offer.changes) > KEPT_CHANGES:
            offer.first = offer.changes[-KEPT_CHANGES - 1].quantity
            del offer.changes[:-KEPT_CHANGES]

    def trouble(self, seller_id: str, sku: str, issue: tuple[str, str] | None) -> None:
        """Set or end the issue of an offer. Raise KeyError for an unknown offer."""
        self.touch(seller_id, sku).issue = issue

    def come_back(self, seller_id: str, sku: str, at: float) -> None:
        """Show an offer that was withdrawn or deleted as it was before, as Amazon does at times
        (amzn/selling-partner-api-models#5370). Raise KeyError for an unknown offer."""
        offer = self.touch(seller_id, sku)
        quantities = [offer.first, *(change.quantity for change in offer.changes)]
        last = next((quantity for quantity in reversed(quantities) if quantity), 1)
        offer.deleted = False
        self._show(offer, Coming(Shown(at, last, RETURN, "came back", False)))

    def forbidden(self, seller_id: str, sku: str) -> bool:
        """Return whether each operation on the SKU is refused for good (amzn/selling-partner-api-models#4429)."""
        settings = self.catalogue.settings
        return share(entropy(settings.seed, "forbidden", seller_id, sku)) < settings.forbidden

    def of_seller(self, seller: AmazonSeller) -> Iterator[Offer]:
        """Yield all offers of a seller, in no particular order."""
        made = [key for key, offer in self.touched.items() if offer.listing is None and key[0] == seller.seller_id]
        for key in (*((seller.seller_id, sku) for sku in self.catalogue.skus_of(seller)), *made):
            offer = self.get(*key)
            if offer is not None:
                yield offer

    def stand_on(self, seller_id: str, sku: str, source: Source) -> None:
        """Record that the offer has another source; twice is as once. Raise KeyError for an unknown offer."""
        offer = self.touch(seller_id, sku)
        if source not in offer.sources:
            offer.sources.append(source)
            offer.sources.sort()

    def put(self, seller_id: str, sku: str, terms: OfferTerms | None) -> None:
        """Create the offer, or replace all of it, as PUT does. A new one is there once its quantity shows."""
        if (seller_id, sku) not in self.touched and self._untouched(seller_id, sku) is None:
            self.touched[(seller_id, sku)] = Offer(seller_id, sku, None, 0, deleted=True)
        offer = self.touch(seller_id, sku)
        offer.overwritten += not offer.deleted
        offer.terms, offer.pricing = terms, None

    def delete(self, seller_id: str, sku: str, at: float, *, at_once: bool = False) -> None:
        """Accept the deletion of an offer; `at_once`: without its lag."""
        coming = Coming(Shown(at, 0, SEED, "deleted", False), deletes=True)
        (self._show if at_once else self._await)(self.touch(seller_id, sku), coming)

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

    def touch(self, seller_id: str, sku: str) -> Offer:
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
    return Offer(listing.seller.seller_id, listing.sku, listing, listing.quantity, first_entry(listing))


def _expected(offer: Offer) -> int:
    """Return what will be shown when every accepted change has its effect."""
    return offer.coming[-1].change.quantity if offer.coming else offer.quantity


def first_entry(listing: Listing) -> Fields:
    """Return what the seller had submitted before the start."""
    entry = {QUANTITY: listing.quantity, LEAD_TIME: listing.lead_time_days, RESTOCK: listing.restock_date}
    return {name: value for name, value in entry.items() if value is not None}

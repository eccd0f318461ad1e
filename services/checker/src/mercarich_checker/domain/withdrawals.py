"""What a look at a source means for its listings: freed from a hold, withdrawn, marked or held. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from mercarich_contracts.market import OUT_OF_STOCK, Reason, RouteName, State
from mercarich_listings import listing as life
from mercarich_listings.event import Trigger
from mercarich_listings.listing import Listing, Lived
from mercarich_reasons.stock import SourceNotGone, SourceOnSaleAgain, SourceSeen
from mercarich_runs.domain.brake import BY_PRICE, Doubt, Fall, Hold, HoldKind

_READ_DELETIONS = (Reason.DELETED_BY_SELLER, Reason.DELETED_BY_MARKETPLACE)


class Offer(NamedTuple):
    """The columns of a listing on sale, or paused, that these decisions need."""

    id: int
    user_id: int
    source_item_id: int
    hold_id: int | None
    quantity: int = 1
    """0: it is paused."""
    offer_price_jpy: int | None = None
    least_profit_jpy: int | None = None
    orphan: bool = False
    held_at: datetime | None = None
    """When the brake first held back what its price asks for."""
    least_price_jpy: int | None = None
    most_price_jpy: int | None = None


class Seen(NamedTuple):
    """A source's state, and its evidence."""

    state: State
    why: Reason | None
    evidence_id: int | None


class Gone(NamedTuple):
    """A look that found a source gone."""

    seen: Seen
    at: datetime
    suspected_at: datetime | None
    """When an earlier look first found it gone; None when this is the first."""
    route: RouteName
    """The route that showed it."""
    unseen: timedelta = timedelta()
    """How long it had been gone before."""

    @property
    def is_absence(self) -> bool:
        """Whether the marketplace said that there is no such item, in place of a state that was read."""
        return self.seen.state is State.GONE and self.seen.why not in _READ_DELETIONS


@dataclass(frozen=True, slots=True)
class Found:
    """What a group of answers showed, by source item's id."""

    gone: Mapping[int, Gone]
    available: frozenset[int]
    first_seen: frozenset[int] = frozenset()
    """Those that the run sees for the first time."""


@dataclass(frozen=True, slots=True)
class Falls:
    """The listings that change, by what this look means for them."""

    cleared: Sequence[Offer] = ()
    """Held, but their source is on sale."""
    confirmed: Sequence[Offer] = ()
    """Held, and a second look found their source gone, too."""
    new: Mapping[Offer, Fall] = field(default_factory=dict)
    """Their source is gone, and the brake weighs it."""
    first: int = 0
    """Number of the new ones that this run had not held before, while their route was in doubt."""

    def without(self, ids: Container[int]) -> "Falls":
        """Return these without the cleared ones of `ids`, whose price asks for something else."""
        return replace(self, cleared=[offer for offer in self.cleared if offer.id not in ids])


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision for each listing, by its id. `only_mark`: the run withdraws nothing, it only marks."""

    let_go: frozenset[int] = frozenset()
    going: Mapping[int, int] = field(default_factory=dict)
    """Listing's id -> seller's id."""
    held: Mapping[int, int] = field(default_factory=dict)
    """Listing's id -> id of the hold that keeps it."""
    only_mark: bool = False

    @property
    def ids(self) -> list[int]:
        return [*self.let_go, *self.going, *self.held]

    @property
    def withdrawn(self) -> Mapping[int, Sequence[int]]:
        """Withdrawn listings by seller. Marked ones are not among them: they are left to the next update run."""
        return {} if self.only_mark else by_seller(self.going)

    @property
    def counts(self) -> Counter[str]:
        return Counter(withdrawn=0 if self.only_mark else len(self.going))


def sort_out(
    offers: Iterable[Offer],
    found: Found,
    holds: Mapping[int, Hold],
    run_id: int,
    confirm_after: timedelta,
    doubts: Mapping[RouteName, Doubt],
) -> Falls:
    """Sort the listings that change into cleared, confirmed and new falls.

    `holds`, by id, are the holds of the listings whose source is gone, as far as they still exist. A look by a route
    in doubt confirms nothing.
    """
    cleared: list[Offer] = []
    confirmed: list[Offer] = []
    new: dict[Offer, Fall] = {}
    for offer in offers:
        gone, hold = found.gone.get(offer.source_item_id), holds.get(offer.hold_id or 0)
        by_price = hold is not None and hold.kind in BY_PRICE
        if gone is None:
            if offer.hold_id and not by_price:
                cleared.append(offer)
            continue
        fall = Fall(offer.user_id, gone.route, gone.is_absence)
        if not offer.hold_id or by_price:
            new[offer] = fall
        elif hold is not None and hold.kind is HoldKind.ABSENCES and gone.is_absence:
            continue  # the same response again: a person decides, in whatever run
        elif hold is not None and hold.is_of_doubt and hold.route is fall.route and fall.is_doubted(doubts):
            continue  # the same doubt, in whatever run
        elif gone.is_absence and (hold is None or hold.is_of_doubt) and not fall.is_doubted(doubts):
            new[offer] = fall  # the brake did not weigh it while its route was in doubt: it does now
        elif not fall.is_doubted(doubts) and _is_confirmed(gone, hold, confirm_after):
            confirmed.append(offer)
        elif hold is None or hold.run_id != run_id:
            new[offer] = fall
    kept = [holds[offer.hold_id] for offer in new if offer.hold_id and offer.hold_id in holds]
    again = sum(hold.run_id == run_id and hold.kind not in BY_PRICE for hold in kept)
    return Falls(cleared, confirmed, new, len(new) - again)


def unseen_by_seller(falls: Falls, found: Found, doubted: Container[Fall]) -> Mapping[int, timedelta]:
    """Return how long the sources of new falls had been gone before it was seen, by seller; not of doubted ones."""
    total: defaultdict[int, timedelta] = defaultdict(timedelta)
    for offer, fall in falls.new.items():
        if fall not in doubted:
            total[offer.user_id] += found.gone[offer.source_item_id].unseen
    return total


def _is_confirmed(gone: Gone, hold: Hold | None, confirm_after: timedelta) -> bool:
    """Return whether this look confirms a held fall: long enough after the first look, and by a reader that works."""
    if hold is not None and hold.kind is HoldKind.UNREADABLE:
        return False
    return gone.suspected_at is not None and gone.at - gone.suspected_at >= confirm_after


def decide(falls: Falls, keeping: Mapping[Fall, int], *, only_mark: bool) -> Decided:
    """Decide on each fall. `keeping`: the id of the hold for new falls of this kind."""
    of = {offer.id: keeping.get(fall) for offer, fall in falls.new.items()}
    free = (offer for offer in falls.new if of[offer.id] is None)
    return Decided(
        let_go=frozenset(offer.id for offer in falls.cleared),
        going={offer.id: offer.user_id for offer in (*falls.confirmed, *free)},
        held={offer_id: hold_id for offer_id, hold_id in of.items() if hold_id is not None},
        only_mark=only_mark,
    )


def changes(decided: Decided, listings: Iterable[Listing], found: Found, now: datetime, run_id: int) -> list[Lived]:
    """Return the transitions of the listings that were decided on."""
    return [_change(decided, listing, found, now, run_id) for listing in listings]


def _change(decided: Decided, listing: Listing, found: Found, now: datetime, run_id: int) -> Lived:
    if listing.id in decided.let_go:
        return life.let_go(listing, now, SourceOnSaleAgain())
    seen = found.gone[listing.source_item_id].seen
    trigger = Trigger(run_id, decided.held.get(listing.id), seen.evidence_id)
    if listing.id in decided.held:
        return life.hold(listing, now, SourceSeen(seen.state, seen.why), trigger)
    return _fall(listing, seen, now, trigger, only_mark=decided.only_mark)


def _fall(listing: Listing, seen: Seen, now: datetime, trigger: Trigger, *, only_mark: bool) -> Lived:
    fall = life.mark if only_mark and listing.quantity else life.withdraw
    return fall(listing, now, SourceSeen(seen.state, seen.why), trigger)


def release(listing: Listing, seen: Seen, now: datetime, *, only_mark: bool) -> Lived:
    """Return the transition of a listing whose hold a person released. `seen` is the latest state of its source."""
    trigger = Trigger(evidence_id=seen.evidence_id)
    if seen.state not in OUT_OF_STOCK:
        return life.let_go(listing, now, SourceNotGone(seen.state, seen.why), trigger)
    return _fall(listing, seen, now, trigger, only_mark=only_mark)


def by_seller(sellers: Mapping[int, int]) -> dict[int, list[int]]:
    """Turn listing -> seller into seller -> listings."""
    listings: dict[int, list[int]] = defaultdict(list)
    for listing_id, user_id in sellers.items():
        listings[user_id].append(listing_id)
    return listings
